"""The best of all pairs, kept in O(N * K) memory while blocks of scores go by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

MOST_SHOTS = 65_535
"""Both indices of a pair share 32 bits of a key."""

_LOW = np.uint64(0xFFFF_FFFF)
_SHIFT = np.uint64(32)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How many pairs are kept."""

    per_shot: int = 20
    """Best pairs of each shot, as the leaving and again as the entering one."""
    total: int = 1000
    """Best pairs of all."""

    def __post_init__(self) -> None:
        if self.per_shot < 1 or self.total < 1:
            raise ValueError("at least one pair must be kept")


class TopPairs:
    """Keeps, of all pairs seen: the best per leaving shot, per entering shot, and of all.

    Each candidate is one whole number: the bits of its score (as a float32 above 0
    they sort like the score), then its index, inverted. No two are equal, so "the K
    best" is one set and no accident of the order of work decides a tie.
    """

    def __init__(self, shots: int, limits: Limits) -> None:
        if not 0 <= shots <= MOST_SHOTS:
            raise ValueError(f"at most {MOST_SHOTS} shots can be compared, got {shots}")
        self._shots = shots
        self._limits = limits
        self._leaving = np.zeros((shots, limits.per_shot), np.uint64)
        self._entering = np.zeros((shots, limits.per_shot), np.uint64)
        self._all = np.zeros(limits.total, np.uint64)

    def add(self, first: int, scores: NDArray[np.float32]) -> None:
        """Look at (s, N) scores of leaving shots first, first + 1, ... once; 0 is no pair."""
        bits = np.ascontiguousarray(scores, np.float32).view(np.uint32)
        high = bits.astype(np.uint64) << _SHIFT
        leaving = np.arange(first, first + len(scores), dtype=np.uint64)
        entering = np.arange(self._shots, dtype=np.uint64)
        self._leaving[first : first + len(scores)] = _best(
            high | (_LOW - entering), self._limits.per_shot
        )
        arrived = high.T | (_LOW - leaving)
        self._entering = _best(
            np.concatenate([self._entering, arrived], axis=1), self._limits.per_shot
        )
        everything = high | (
            _LOW - (leaving[:, None] * np.uint64(self._shots) + entering)
        )
        better = everything[everything > self._all.min()]
        self._all = _best(
            np.concatenate([self._all, better])[None], self._limits.total
        )[0]

    def pairs(self) -> tuple[Ints, Ints]:
        """Return (leaving, entering) of all that is kept, each once, in that order."""
        own = np.arange(self._shots, dtype=np.int64)[:, None]
        ids = [
            (own * self._shots + _index(self._leaving))[self._leaving > _LOW],
            (_index(self._entering) * self._shots + own)[self._entering > _LOW],
            _index(self._all)[self._all > _LOW],
        ]
        leaving, entering = np.divmod(
            np.unique(np.concatenate(ids)), max(self._shots, 1)
        )
        return leaving, entering


def _best(keys: Keys, k: int) -> Keys:
    """Return the k largest of each row, in any order; rows shorter than k gain zeros."""
    if keys.shape[1] <= k:
        return np.pad(keys, ((0, 0), (0, k - keys.shape[1])))
    return np.partition(keys, keys.shape[1] - k, axis=1)[:, -k:]


def _index(keys: Keys) -> Ints:
    return (_LOW - (keys & _LOW)).astype(np.int64)
