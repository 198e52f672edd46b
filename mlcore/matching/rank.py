"""From scored pairs to the list that people see."""

from collections import Counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlcore.matching.pairs import Barred, Candidates

Ints = NDArray[np.int64]

TOP = 100
"""The part of the board in which one shot may not stand too often."""

MOST_IN_TOP = 3
"""How often one shot, leaving or entering, stands in the top: a board of one shot's
partners is no choice."""


def barred(groups: ArrayLike, adjacent: ArrayLike) -> Barred:
    """Return what does not come into question for a board.

    `groups` (N,) has for each shot the index of its near-duplicate group's
    representative (its own where it stands alone); only representatives are
    matched. `adjacent` (p, 2) are the ordered pairs of shots that are cut together in
    their titles already; neither they nor other members of their two groups may meet.
    """
    of = np.asarray(groups, np.int64)
    cut = np.asarray(adjacent, np.int64).reshape(-1, 2)
    if ((of < 0) | (of >= len(of)) | (of[of.clip(0, len(of) - 1)] != of)).any():
        raise ValueError(
            "each group must be named by the index of one of its own shots"
        )
    met = np.unique(of[cut], axis=0) if len(cut) else cut
    return Barred(shots=of != np.arange(len(of)), pairs=met)


def rank(
    candidates: Candidates,
    *,
    adjacent: ArrayLike,
    groups: ArrayLike,
    total: int = 1000,
) -> Ints:
    """Return the board: indices into the candidates, best first, at most `total`.

    Barred pairs (see `barred`) are left out, and so is a pair that shows the same two
    frames as a better one the other way round. In the first 100 places each shot stands
    3 times at most; what had to wait follows after them. Where there are too few pairs
    to fill 100 places so, the list ends there. Equal scores are decided by the
    indices of the shots, so one set of candidates has one order.
    """
    order = _unmirrored(candidates, _best_first(candidates, barred(groups, adjacent)))
    top = _top(candidates, order)
    if len(top) < TOP:
        return top[:total]
    rest = order[~np.isin(order, top)]
    return np.concatenate([top, rest])[:total]


def partners(
    candidates: Candidates,
    *,
    adjacent: ArrayLike,
    groups: ArrayLike,
    per_shot: int = 20,
) -> Ints:
    """Return, best first, the pairs among the `per_shot` best of one of their shots.

    A shot's best as leaving and its best as entering shot are counted apart; one shot
    may stand as often as it likes, for these are read shot by shot.
    """
    order = _best_first(candidates, barred(groups, adjacent))
    left: Counter[int] = Counter()
    entered: Counter[int] = Counter()
    kept: list[int] = []
    for at in order.tolist():
        a, b = int(candidates.leaving[at]), int(candidates.entering[at])
        left[a] += 1
        entered[b] += 1
        if left[a] <= per_shot or entered[b] <= per_shot:
            kept.append(at)
    return np.asarray(kept, np.int64)


def _best_first(candidates: Candidates, out: Barred) -> Ints:
    leaving, entering = candidates.leaving, candidates.entering
    shots = len(out.shots)
    if len(candidates) and not max(leaving.max(), entering.max()) < shots:
        raise ValueError(f"a candidate names a shot outside 0..{shots - 1}")
    met = np.isin(leaving * shots + entering, out.pairs[:, 0] * shots + out.pairs[:, 1])
    allowed = np.flatnonzero(~(met | out.shots[leaving] | out.shots[entering]))
    keys = (entering[allowed], leaving[allowed], -candidates.score[allowed])
    return allowed[np.lexsort(keys)]


def _unmirrored(candidates: Candidates, order: Ints) -> Ints:
    sides = np.stack(
        [
            candidates.leaving[order],
            candidates.leaving_frame[order],
            candidates.entering[order],
            candidates.entering_frame[order],
        ]
    )
    turned = sides[0] > sides[2]
    seen = np.where(turned, sides[[2, 3, 0, 1]], sides)
    _, first = np.unique(seen, axis=1, return_index=True)
    return order[np.sort(first)]


def _top(candidates: Candidates, order: Ints) -> Ints:
    seen: Counter[int] = Counter()
    top: list[int] = []
    for at in order.tolist():
        pair = int(candidates.leaving[at]), int(candidates.entering[at])
        if all(seen[shot] < MOST_IN_TOP for shot in pair):
            seen.update(pair)
            top.append(at)
        if len(top) == TOP:
            break
    return np.asarray(top, np.int64)
