"""Chains of shots in which every cut matches: paths through the graph of candidates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SHORTEST, LONGEST = 3, 12
"""Shots of a chain."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """n shots and m cuts between them; a cut is an index 0..m - 1."""

    group: Ints
    """(n,) near-duplicate group of each shot; a number of its own where it has none."""
    title: Ints
    """(n,) title of each shot."""
    first: Ints
    """(n,) first frame of each shot."""
    end: Ints
    """(n,) first frame after it."""
    rate: Floats
    """(n,) frames a second of its title."""
    leaving: Ints
    """(m,) shot that is left."""
    entering: Ints
    """(m,) shot that follows."""
    leaving_frame: Ints
    """(m,) last frame of the one before the cut."""
    entering_frame: Ints
    """(m,) first frame of the other after it."""
    score: Floats
    """(m,) 0..1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What a chain must keep to. Seconds of 0 and counts of 0 set no limit."""

    shots: int = 5
    min_shot_seconds: float = 0.5
    """A shot entered at one frame is left so much later at least."""
    max_shot_seconds: float = 0.0
    min_seconds: float = 0.0
    max_seconds: float = 0.0
    titles: int = 1
    """Different titles at least."""
    most_of_a_title: int = 0
    """Shots of one title at most."""
    most_shared: float = 1.0
    """Share of its shots that a chain may have in common with a better one."""

    def __post_init__(self) -> None:
        if not SHORTEST <= self.shots <= LONGEST:
            raise ValueError(
                f"a chain has {SHORTEST} to {LONGEST} shots, got {self.shots}"
            )
        if not 0 < self.min_shot_seconds < np.inf:
            raise ValueError("a shot must play for some time")
        if self.max_shot_seconds and self.max_shot_seconds < self.min_shot_seconds:
            raise ValueError("a shot's longest time is below its shortest")
        if self.max_seconds and self.max_seconds < self.min_seconds:
            raise ValueError("a chain's longest time is below its shortest")
        if not 1 <= self.titles <= self.shots:
            raise ValueError(f"{self.shots} shots cannot be of {self.titles} titles")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """Cuts in their order; the weakest is what a chain is worth."""

    cuts: tuple[int, ...]
    weakest: float
    mean: float
    seconds: float
    """What it plays, the outer shots trimmed to the limits."""
    ends: tuple[int, int]
    """Frames that the first shot plays before the first cut, the last one after the last."""


def find_chains(
    graph: Graph, rules: Rules, *, top: int = 20, beam: int = 2000
) -> list[Chain]:
    """Return up to `top` chains, best first: by the weakest cut, then the mean of all.

    No shot stands in a chain twice, nor two of one group. A shot between two cuts plays
    from the frame it is entered at to the frame it is left at. The first and the last
    may be trimmed at their free end, to `min_shot_seconds` at least: a chain is kept
    when some trim meets the limits. Beam search: of the beginnings of one length the
    `beam` best are gone on with; exact where there are no more than that. Equal
    chains are in the order of their cuts, so one graph has one answer.
    """
    if top < 1 or beam < top:
        raise ValueError("the beam must hold the chains that are asked for")
    paths = _starts(graph)
    for length in range(1, rules.shots):
        if length > 1:
            paths = _longer(graph, rules, paths)
        paths = paths[_varied(graph, rules, paths)]
        if length == rules.shots - 1:
            paths = paths[_fits(graph, rules, paths)]
        paths = paths[_best_first(graph, paths)][
            : beam if length < rules.shots - 1 else None
        ]
    return _apart(graph, rules, paths, top)


def _starts(graph: Graph) -> Ints:
    """Return (p, 1) cuts between shots of different groups, that may begin a chain."""
    differ = graph.group[graph.leaving] != graph.group[graph.entering]
    return np.flatnonzero(differ)[:, None]


def _longer(graph: Graph, rules: Rules, paths: Ints) -> Ints:
    """Return (p', k + 1): every path with every cut that may follow it."""
    order = np.lexsort((np.arange(len(graph.leaving)), graph.leaving))
    here = graph.entering[paths[:, -1]]
    start = np.searchsorted(graph.leaving, here, sorter=order)
    many = np.searchsorted(graph.leaving, here, side="right", sorter=order) - start
    path = np.repeat(np.arange(len(paths)), many)
    step = np.arange(len(path)) - np.repeat(np.cumsum(many) - many, many)
    cut = order[start[path] + step]
    seconds = _seconds(
        graph,
        graph.leaving[cut],
        graph.entering_frame[paths[path, -1]],
        graph.leaving_frame[cut],
    )
    allowed = seconds >= rules.min_shot_seconds
    if rules.max_shot_seconds:
        allowed &= seconds <= rules.max_shot_seconds
    path, cut = path[allowed], cut[allowed]
    met = (
        graph.group[_shots(graph, paths[path])]
        == graph.group[graph.entering[cut]][:, None]
    )
    fresh = ~met.any(axis=1)
    return np.column_stack([paths[path[fresh]], cut[fresh]])


def _seconds(graph: Graph, shot: Ints, first: Ints, last: Ints) -> Floats:
    """Return what shots play from one frame to another, that included."""
    return np.asarray((last - first + 1) / graph.rate[shot], np.float64)


def _shots(graph: Graph, paths: Ints) -> Ints:
    """Return (p, k + 1) shots of (p, k) cuts."""
    return np.column_stack([graph.leaving[paths[:, 0]], graph.entering[paths]])


def _varied(graph: Graph, rules: Rules, paths: Ints) -> NDArray[np.bool_]:
    """Return which paths keep to the limits on titles, or still may."""
    titles = graph.title[_shots(graph, paths)]
    same = titles[:, :, None] == titles[:, None, :]
    # A title counts where it stands for the first time.
    different = (~np.tril(same, -1).any(axis=2)).sum(axis=1)
    left = rules.shots - titles.shape[1]
    varied = different + left >= rules.titles
    if rules.most_of_a_title:
        varied &= same.sum(axis=2).max(axis=1, initial=0) <= rules.most_of_a_title
    return np.asarray(varied, np.bool_)


def _fits(graph: Graph, rules: Rules, paths: Ints) -> NDArray[np.bool_]:
    least, most = _range(graph, rules, paths)
    fits = (least <= most) & (most >= rules.min_seconds)
    if rules.max_seconds:
        fits &= least <= rules.max_seconds
    return np.asarray(fits, np.bool_)


def _range(graph: Graph, rules: Rules, paths: Ints) -> tuple[Floats, Floats]:
    """Return the least and the most seconds that paths play; nothing fits: inf, 0."""
    inner, *ends = _played(graph, rules, paths)
    too_short = np.minimum(*ends) < rules.min_shot_seconds
    least = np.where(too_short, np.inf, inner + 2 * rules.min_shot_seconds)
    return least, np.where(too_short, 0.0, inner + ends[0] + ends[1])


def _played(graph: Graph, rules: Rules, paths: Ints) -> tuple[Floats, Floats, Floats]:
    """Return seconds between the first and the last cut, before, and after, at most."""
    inner = _seconds(
        graph,
        graph.entering[paths[:, :-1]],
        graph.entering_frame[paths[:, :-1]],
        graph.leaving_frame[paths[:, 1:]],
    ).sum(axis=1)
    first, last = graph.leaving[paths[:, 0]], graph.entering[paths[:, -1]]
    head = _seconds(graph, first, graph.first[first], graph.leaving_frame[paths[:, 0]])
    tail = _seconds(
        graph, last, graph.entering_frame[paths[:, -1]], graph.end[last] - 1
    )
    longest = rules.max_shot_seconds or np.inf
    return inner, np.minimum(head, longest), np.minimum(tail, longest)


def _best_first(graph: Graph, paths: Ints) -> Ints:
    scores = graph.score[paths]
    # Equal scores are decided by the cuts themselves, the first of them first.
    keys = (*paths.T[::-1], -scores.mean(axis=1), -scores.min(axis=1, initial=np.inf))
    return np.asarray(np.lexsort(keys), np.int64)


def _apart(graph: Graph, rules: Rules, paths: Ints, top: int) -> list[Chain]:
    """Return the best chains that do not share too many shots with a better one."""
    shots, kept = _shots(graph, paths), list[int]()
    for at in range(len(paths)):
        shared = np.isin(shots[kept], shots[at]).sum(axis=1)
        if (shared <= rules.most_shared * rules.shots).all():
            kept.append(at)
        if len(kept) == top:
            break
    return [_chain(graph, rules, paths[at]) for at in kept]


def _chain(graph: Graph, rules: Rules, cuts: Ints) -> Chain:
    scores = graph.score[cuts]
    inner, head, tail = (float(x[0]) for x in _played(graph, rules, cuts[None]))
    if rules.max_seconds and inner + head + tail > rules.max_seconds:
        head, tail = _shared_out(rules.max_seconds - inner, head, tail)
    rates = (
        graph.rate[graph.leaving[cuts[0]]],
        graph.rate[graph.entering[cuts[-1]]],
    )
    # Rounded down to whole frames: a limit is never exceeded. What is whole stays so.
    frames = [int(s * r + 1e-6) for s, r in zip((head, tail), rates, strict=True)]
    return Chain(
        cuts=tuple(cuts.tolist()),
        weakest=float(scores.min()),
        mean=float(scores.mean()),
        seconds=inner + frames[0] / rates[0] + frames[1] / rates[1],
        ends=(frames[0], frames[1]),
    )


def _shared_out(seconds: float, head: float, tail: float) -> tuple[float, float]:
    """Return how long the outer shots play of so many seconds: alike where both can."""
    if min(head, tail) >= seconds / 2:
        return seconds / 2, seconds / 2
    return (head, seconds - head) if head < tail else (seconds - tail, tail)
