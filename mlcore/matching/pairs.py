"""All ordered pairs of N shots scored exactly, and the best kept, in O(N * K) memory."""

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds.base import Kind, LooksTwice, Parts
from mlcore.matching.moments import Comparisons, Rows
from mlcore.matching.second_look import best_by_estimate, best_pairs, widened
from mlcore.matching.topk import Limits, TopPairs

Ints = NDArray[np.int64]
Scores = NDArray[np.float32]
RowsT = TypeVar("RowsT", bound=Rows)

_BLOCK = 64
"""Leaving rows scored at once: 64 x 2,000 counters stay in the second-level cache."""

_CHUNK = 16_384
"""Row pairs explained at once: their masks are 32 MB."""


@dataclass(frozen=True, kw_only=True)
class Barred:
    """Which shots and ordered pairs do not come into question."""

    shots: NDArray[np.bool_]
    """(N,) True for a shot that is not to be matched at all: a copy, a slate."""
    pairs: Ints
    """(p, 2) shots (leaving, entering) that may not meet: already cut together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """n scored pairs in the order of (leaving, entering)."""

    leaving: Ints
    """(n,) index of the shot that is left."""
    entering: Ints
    """(n,) index of the shot that follows."""
    score: Scores
    """(n,) above 0 and up to 1: the kind's `score_from_parts` of the parts."""
    leaving_frame: Ints
    """(n,) the frame of the leaving shot's title that was compared."""
    entering_frame: Ints
    """(n,) the frame of the entering shot's title that was compared."""
    leaving_slot: NDArray[np.uint8]
    """(n,) which moment of the leaving shot that is, a `Slot`."""
    entering_slot: NDArray[np.uint8]
    """(n,) which moment of the entering shot that is, a `Slot`."""
    parts: Parts
    """Each (n,), named by the kind."""

    def __len__(self) -> int:
        return len(self.leaving)

    def pick(self, which: Ints) -> "Candidates":
        """Return some of them, by index."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        parts = {name: part[which] for name, part in columns.pop("parts").items()}
        chosen = {name: column[which] for name, column in columns.items()}
        return Candidates(**chosen, parts=parts)


def score_pairs(
    kind: Kind[RowsT],
    rows: RowsT,
    shots: int,
    *,
    barred: Barred | None = None,
    limits: Limits | None = None,
) -> Candidates:
    """Return the best ordered pairs of `shots` shots by one kind.

    Every one of the kind's comparisons is made, exactly; a pair has the score, the parts
    and the frames of its best one (of equal ones, the earliest). Kept are the best per
    shot, as leaving and as entering, and the best of all; equal scores are decided by
    the shots' indices, so the same rows give the same pairs in whatever order they
    come. A shot never meets itself, and a score of 0 is no pair. Of a kind that
    `LooksTwice`, the best are those of a longer list, the best by its estimates.
    """
    wanted = limits or Limits()
    ordered = _allowed(rows, shots, barred)
    sides = [
        (ordered.in_slots(leaving), ordered.in_slots(entering))
        for leaving, entering in kind.comparisons
    ]
    top = TopPairs(shots, widened(kind, wanted))
    for first in range(0, shots, _BLOCK):
        scores = np.zeros((min(_BLOCK, shots - first), shots), np.float32)
        for leaving, entering in sides:
            _raise_to(scores, first, kind, leaving, entering)
        _bar(scores, first, barred)
        top.add(first, scores)
    found = explain_pairs(kind, ordered, *top.pairs())
    if not isinstance(kind, LooksTwice):
        return found
    return found.pick(best_pairs(found.leaving, found.entering, found.score, wanted))


def _allowed(rows: RowsT, shots: int, barred: Barred | None) -> RowsT:
    if len(rows) and not 0 <= rows.shot.min() <= rows.shot.max() < shots:
        raise ValueError(f"a row names a shot outside 0..{shots - 1}")
    if barred is not None:
        rows = rows.pick(~barred.shots[rows.shot])
    return rows.sorted()


def _raise_to(
    scores: Scores, first: int, kind: Kind[RowsT], leaving: RowsT, entering: RowsT
) -> None:
    """Raise (s, N) scores, in place, to the best of one comparison."""
    start, end = np.searchsorted(leaving.shot, [first, first + len(scores)])
    if start == end or not len(entering):
        return
    shots, columns = np.unique(entering.shot, return_index=True)
    for at in range(start, end, _BLOCK):
        part = leaving.pick(np.arange(at, min(at + _BLOCK, end)))
        found = kind.scores(part, entering)
        if len(columns) < len(entering):  # several moments or people of one shot
            found = np.maximum.reduceat(found, columns, axis=1)
        own, lines = np.unique(part.shot, return_index=True)
        here = np.ix_(own - first, shots)
        scores[here] = np.maximum(
            scores[here], np.maximum.reduceat(found, lines, axis=0)
        )


def _bar(scores: Scores, first: int, barred: Barred | None) -> None:
    own = np.arange(len(scores))
    scores[own, first + own] = 0.0
    if barred is None:
        return
    leaving, entering = barred.pairs.reshape(-1, 2).T
    here = (leaving >= first) & (leaving < first + len(scores))
    scores[leaving[here] - first, entering[here]] = 0.0


def explain_pairs(
    kind: Kind[RowsT], rows: RowsT, leaving: Ints, entering: Ints
) -> Candidates:
    """Return these pairs of shots with score, parts and moments of their best comparison.

    `rows` must be sorted, the pairs different. A pair without a comparison is left out.
    """
    pair, i, j = _meetings(kind.comparisons, rows, leaving, entering)
    if isinstance(kind, LooksTwice):
        again = best_by_estimate(kind, rows, pair, i, j)
        pair, i, j = pair[again], i[again], j[again]
    parts = _parts(kind, rows, i, j)
    score = kind.score_from_parts(parts)
    # Stable: of equal scores the first comparison, and in it the earliest moments.
    best_first = np.lexsort((-score, pair))
    met, first = np.unique(pair[best_first], return_index=True)
    best = best_first[first]
    i, j = i[best], j[best]
    return Candidates(
        leaving=leaving[met],
        entering=entering[met],
        score=score[best],
        leaving_frame=rows.frame[i],
        entering_frame=rows.frame[j],
        leaving_slot=rows.slot[i],
        entering_slot=rows.slot[j],
        parts={name: part[best] for name, part in parts.items()},
    )


def _meetings(
    comparisons: Comparisons, rows: Rows, leaving: Ints, entering: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return, for every comparison of every pair, (pair, leaving row, entering row)."""
    found: list[tuple[Ints, Ints, Ints]] = []
    for slots_l, slots_e in comparisons:
        rows_l = np.flatnonzero(np.isin(rows.slot, sorted(slots_l)))
        rows_e = np.flatnonzero(np.isin(rows.slot, sorted(slots_e)))
        start_l, many_l = _ranges(rows.shot[rows_l], leaving)
        start_e, many_e = _ranges(rows.shot[rows_e], entering)
        times = many_l * many_e
        pair = np.repeat(np.arange(len(leaving)), times)
        step = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
        at_l, at_e = np.divmod(step, many_e[pair])
        found.append((pair, rows_l[start_l[pair] + at_l], rows_e[start_e[pair] + at_e]))
    pairs, lefts, rights = zip(*found, strict=True)
    return np.concatenate(pairs), np.concatenate(lefts), np.concatenate(rights)


def _ranges(shots: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    start = np.searchsorted(shots, wanted)
    return start, np.searchsorted(shots, wanted, side="right") - start


def _parts(kind: Kind[RowsT], rows: RowsT, i: Ints, j: Ints) -> Parts:
    pieces = [
        kind.parts(rows.pick(i[at : at + _CHUNK]), rows.pick(j[at : at + _CHUNK]))
        for at in range(0, max(len(i), 1), _CHUNK)
    ]
    return {name: np.concatenate([p[name] for p in pieces]) for name in pieces[0]}
