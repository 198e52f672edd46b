"""All ordered pairs of N shots scored exactly, in O(N * K) memory, and the best kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds.base import Kind, Parts
from mlcore.matching.moments import COMPARISONS, Rows
from mlcore.matching.topk import TopPairs

Ints = NDArray[np.int64]
RowsT = TypeVar("RowsT", bound=Rows)

_BLOCK = 64
"""Leaving rows scored at once: 64 x 2,000 counters stay in the second-level cache."""

_CHUNK = 16_384
"""Row pairs explained at once: their masks are 32 MB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How many pairs are kept."""

    per_shot: int = 20
    """Best pairs of each shot, as leaving and as entering one."""
    total: int = 1000
    """Best pairs of all."""

    def __post_init__(self) -> None:
        if self.per_shot < 1 or self.total < 1:
            raise ValueError("at least one pair must be kept")


@dataclass(frozen=True, kw_only=True)
class Barred:
    """Which shots and ordered pairs do not come into question."""

    shots: NDArray[np.bool_]
    """(N,) True for a shot that is not to be matched at all (a copy, a slate)."""
    pairs: Ints
    """(p, 2) shots (leaving, entering) that may not meet, as already cut together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """n scored pairs in the order of (leaving, entering)."""

    leaving: Ints
    """(n,) index of the shot that is left."""
    entering: Ints
    """(n,) index of the shot that follows."""
    score: NDArray[np.float32]
    """(n,) 0..1, made from the parts by the kind's `score_from_parts`."""
    leaving_frame: Ints
    """(n,) frame of the leaving shot's title that was compared."""
    entering_frame: Ints
    leaving_slot: NDArray[np.uint8]
    """(n,) `Slot` of that frame."""
    entering_slot: NDArray[np.uint8]
    parts: Parts

    def __len__(self) -> int:
        return len(self.leaving)


def score_pairs(
    kind: Kind[RowsT],
    rows: RowsT,
    shots: int,
    *,
    barred: Barred | None = None,
    limits: Limits | None = None,
) -> Candidates:
    """Return the best ordered pairs of `shots` shots by one kind.

    Every moment of COMPARISONS is compared, exactly; a pair has the score, the
    parts and the frames of its best comparison (the earliest of equal ones). Kept
    are, per shot, the best as leaving and as entering, and the best of all; equal
    scores are decided by the shots' indices, so the same rows give the same pairs in
    whatever order they come. A shot never meets itself; a score of 0 is no pair.
    """
    ordered = rows.sorted()
    if barred is not None:
        ordered = ordered.pick(~barred.shots[ordered.shot])
    if len(ordered) and not 0 <= ordered.shot[0] <= ordered.shot[-1] < shots:
        raise ValueError(f"a row names a shot outside 0..{shots - 1}")
    best = TopPairs(shots, limits or Limits())
    forbidden = _forbidden(barred, shots)
    for leaving_slots, entering_slots in COMPARISONS:
        leaving = ordered.in_slots(leaving_slots)
        entering = ordered.in_slots(entering_slots)
        for shots_here, block in _blocks(kind, leaving, entering):
            best.add(shots_here, block, forbidden)
    ...
