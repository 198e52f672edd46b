"""A few pairs by chance among those a ranking has chosen.

People only judge what they are shown. Were that the live ranking's choice alone, the
next one would learn from nothing but its agreement with this one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.pairs import Candidates
from mlcore.matching.rank import MOST_IN_TOP

Ints = NDArray[np.int64]

EVERY = 20
"""One place in twenty, which is 5 %."""


def with_chance(
    order: Ints, candidates: Candidates, pool: Ints, *, seed: str, total: int
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return a board with every twentieth place given by chance, and which those are.

    `order` are the ranked candidates and `pool` all that might be shown, both as
    indices into `candidates`. Which of the pool come is decided by a digest of the seed
    and the two frames: the same whenever it is asked. None shows a pair of shots that
    stands on the board already, either way round, or a shot that stands there three times.
    """
    ranked = order.tolist()
    standing: Counter[int] = Counter()
    shown = set()
    for at in ranked:
        standing.update(_pair(candidates, at))
        shown.add(frozenset(_pair(candidates, at)))
    drawn = iter(sorted(pool.tolist(), key=lambda at: _lot(candidates, at, seed)))
    board: list[int] = []
    by_chance: list[bool] = []
    queue = iter(ranked)
    while len(board) < total:
        wants = len(board) % EVERY == EVERY - 1
        at = _next(drawn, candidates, standing, shown) if wants else None
        by_chance.append(at is not None)
        at = next(queue, None) if at is None else at
        if at is None:
            break
        board.append(at)
    return np.array(board, np.int64), np.array(by_chance[: len(board)], np.bool_)


def _next(
    drawn: Iterator[int],
    candidates: Candidates,
    standing: Counter[int],
    shown: set[frozenset[int]],
) -> int | None:
    for at in drawn:
        pair = _pair(candidates, at)
        if frozenset(pair) in shown or any(standing[s] >= MOST_IN_TOP for s in pair):
            continue
        standing.update(pair)
        shown.add(frozenset(pair))
        return int(at)
    return None


def _pair(candidates: Candidates, at: int) -> tuple[int, int]:
    return int(candidates.leaving[at]), int(candidates.entering[at])


def _lot(candidates: Candidates, at: int, seed: str) -> bytes:
    frames = f"{candidates.leaving_frame[at]}:{candidates.entering_frame[at]}"
    return hashlib.sha256(f"{seed}:{frames}".encode()).digest()
