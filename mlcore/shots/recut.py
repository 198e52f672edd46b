"""Which frames of an older cut of a film stand in a newer one, and where."""

import heapq
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mlcore.shots.seeds import Seeds
from mlcore.shots.tints import Tints

Tint = NDArray[np.uint8]

DROP = 4.0
"""How far a run's evidence may fall below its best before it has ended: a damaged
frame costs 3, another picture is left after two frames."""
SHORTEST = 4
"""Frames from which a run stands on its own feet."""
COMPANY = 24
"""Frames of a run from which also its shorter and its black pieces are believed."""
CONTEXT, MOST_CONTEXT = 0.02, 500.0
"""What the run around a piece adds to its evidence: of a shot that stands twice in both
films, each is found among its neighbours."""


@dataclass(frozen=True, order=True, slots=True)
class Kept:
    """Frames old .. old + frames of the older film are new .. of the newer one."""

    old: int
    new: int
    frames: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Frames along one diagonal with their evidence."""

    kept: Kept
    evidence: float


def kept_frames(
    old: Tint, new: Tint, *, old_cuts: Sequence[int], new_cuts: Sequence[int]
) -> list[Kept]:
    """Find the frames of one film in another cut of it; each frame is used once.

    `old` (n, 6, 8, 3) and `new` (m, 6, 8, 3) are the tints of `mlcore.shots.signals`,
    cuts the first frames of the shots after the first. Films of one rate: frame by
    frame. Runs are sought as in BLAST (Altschul et al. 1990): seeds, extended along
    their diagonal until the evidence drops, the best taken first. They may have been
    moved, trimmed, extended, encoded again or graded a little. Sorted by `old`.
    """
    if not len(old) or not len(new):
        return []
    films = Tints(old, new)
    edges = [0, *old_cuts, len(old)], [0, *new_cuts, len(new)]
    runs = _runs(films, Seeds(films, *edges))
    return _joined(_chosen(films, list(_pieces(films, runs, edges))))


def _runs(films: Tints, seeds: Seeds) -> list[_Run]:
    found: list[_Run] = []
    covered: dict[int, list[Kept]] = {}
    for at, offset in seeds:
        spans = covered.setdefault(offset, [])
        if any(span.old <= at < span.old + span.frames for span in spans):
            continue
        run = _extended(films, at, offset)
        spans.append(run.kept)
        if run.kept.frames >= SHORTEST and run.evidence > 0:
            found.append(run)
    return found


def _extended(films: Tints, at: int, offset: int) -> _Run:
    on, gained = _reach(films, at, offset, step=1)
    back, before = _reach(films, at - 1, offset, step=-1)
    kept = Kept(at - back, at - back + offset, back + on)
    return _Run(kept, gained + before)


def _reach(films: Tints, at: int, offset: int, *, step: int) -> tuple[int, float]:
    """Return how many frames belong to the run from `at` on, and their evidence."""
    total = best = 0.0
    taken = passed = 0
    size = 32
    room = films.room(at, offset, step)
    while passed < room:
        size = min(2 * size, 2048, room - passed)
        gains = films.gains(at + step * passed, offset, size, step)
        totals = total + np.cumsum(gains)
        tops = np.maximum(np.maximum.accumulate(totals), best)
        fallen = np.flatnonzero(totals < tops - DROP)
        end = int(fallen[0]) if len(fallen) else size
        if end and totals[:end].max() > best:
            taken = passed + int(totals[:end].argmax()) + 1
            best = float(totals[:end].max())
        if len(fallen):
            break
        total, passed = float(totals[-1]), passed + size
    return taken, best


def _pieces(
    films: Tints, runs: list[_Run], edges: tuple[list[int], list[int]]
) -> Iterator[_Run]:
    """Cut runs where either film cuts, and keep of each piece what fits best.

    Frames near the right one look alike: of all diagonals between two shots, the one
    that fits best says how near is the same.
    """
    levels: dict[tuple[int, int], float] = {}
    cut = [(run, piece) for run in runs for piece in _cut_at(run.kept, edges)]
    pairs = [_shots(piece, edges) for _, piece in cut]
    for (_, piece), pair in zip(cut, pairs, strict=True):
        if piece.frames >= SHORTEST:
            level = films.level(piece.old, piece.new, piece.frames)
            levels[pair] = min(level, levels.get(pair, level))
    for (run, piece), pair in zip(cut, pairs, strict=True):
        yield from _best_of(films, run, piece, levels.get(pair, 0.0))


def _cut_at(kept: Kept, edges: tuple[list[int], list[int]]) -> Iterator[Kept]:
    offset = kept.new - kept.old
    bounds = {*edges[0], *(edge - offset for edge in edges[1])}
    last = kept.old + kept.frames
    inside = sorted(edge for edge in bounds if kept.old < edge < last)
    for first, end in pairwise([kept.old, *inside, last]):
        yield Kept(first, first + offset, end - first)


def _shots(piece: Kept, edges: tuple[list[int], list[int]]) -> tuple[int, int]:
    return bisect(edges[0], piece.old), bisect(edges[1], piece.new)


def _best_of(films: Tints, run: _Run, piece: Kept, level: float) -> Iterator[_Run]:
    company = run.kept.frames >= COMPANY
    gains = films.sharp_gains(piece.old, piece.new, piece.frames, level)
    # A shot of a few frames is believed between others, a few frames of one are not.
    shortest = min(SHORTEST, piece.frames) if company else SHORTEST
    for part in _parts(piece, _bridged(gains >= 0), shortest):
        begin = part.old - piece.old
        evidence = float(gains[begin : begin + part.frames].sum())
        if not company and evidence <= 0:
            continue
        if films.same_take(part.old, part.new, part.frames):
            yield _Run(part, evidence + CONTEXT * min(run.evidence, MOST_CONTEXT))


def _bridged(good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take one or two frames between good ones, or at an end, for badly coded ones.

    Where a piece ends one of the films cuts, so that there is nothing else to be.
    """
    if not good.any():
        return good
    at = [-1, *np.flatnonzero(good).tolist(), len(good)]
    bridged = good.copy()
    for before, after in pairwise(at):
        if after - before <= 3:
            bridged[before + 1 : after] = True
    return bridged


def _chosen(films: Tints, pieces: list[_Run]) -> list[Kept]:
    """Take the best first; what is left of a piece beside better ones competes again."""
    used = np.zeros(films.old_frames, np.bool_), np.zeros(films.new_frames, np.bool_)
    waiting = [(-run.evidence, run.kept) for run in pieces]
    heapq.heapify(waiting)
    chosen = []
    while waiting:
        worth, kept = heapq.heappop(waiting)
        free = ~(used[0][_of(kept.old, kept)] | used[1][_of(kept.new, kept)])
        if free.all():
            used[0][_of(kept.old, kept)] = used[1][_of(kept.new, kept)] = True
            chosen.append(kept)
            continue
        for part in _parts(kept, free, SHORTEST):
            share = part.frames / kept.frames
            heapq.heappush(waiting, (worth * share, part))
    return sorted(chosen)


def _of(first: int, kept: Kept) -> slice:
    return slice(first, first + kept.frames)


def _parts(kept: Kept, free: NDArray[np.bool_], shortest: int) -> Iterator[Kept]:
    steps = np.flatnonzero(np.diff(np.r_[False, free, False]))
    for begin, end in zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True):
        if end - begin >= shortest:
            yield Kept(kept.old + begin, kept.new + begin, end - begin)


def _joined(kept: list[Kept]) -> list[Kept]:
    """Put pieces together that go on in both films."""
    joined: list[Kept] = []
    for piece in kept:
        last = joined[-1] if joined else None
        if (
            last is not None
            and (last.old + last.frames, last.new + last.frames)
            == (piece.old, piece.new)
        ):  # fmt: skip
            joined[-1] = Kept(last.old, last.new, last.frames + piece.frames)
        else:
            joined.append(piece)
    return joined
