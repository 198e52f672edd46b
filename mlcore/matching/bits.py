"""Counting shared pixels of many packed masks at once."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.compiled import Loops, loops
from mlcore.matching.masks import MASK_BYTES, MASK_SIDE

WORDS = MASK_BYTES // 8

Words = NDArray[np.uint64]

_WORTH_COMPILING = 2_000_000
"""Pairs a worker is asked for before it loads numba and compiles, which takes a second:
numpy compares as many in an eighth of one, and small titles never need more."""
_BLOCK = 64
"""Rows compared at once: 64 x 2,000 counters stay in the second-level cache."""


def to_words(packed: Sequence[bytes]) -> Words:
    """Return (m, 64) uint64 of m packed masks; the order of bits does not matter here."""
    if any(len(mask) != MASK_BYTES for mask in packed):
        raise ValueError("a packed mask has 512 bytes")
    joined = np.frombuffer(b"".join(packed), np.uint64)
    return joined.reshape(len(packed), WORDS).copy()


def areas(words: Words) -> NDArray[np.float32]:
    """Return how many of 4096 pixels each of (m, 64) masks covers."""
    counts = np.bitwise_count(words).sum(axis=1, dtype=np.uint32)
    return np.asarray(counts, np.float32)


def iou_each(a: Words, b: Words) -> NDArray[np.float32]:
    """Return (n,) intersection over union of mask i of a with mask i of b."""
    shared = np.bitwise_count(a & b).sum(axis=1, dtype=np.uint32).astype(np.float32)
    return _ratio(shared, areas(a) + areas(b) - shared)


def iou_every(a: Words, b: Words) -> NDArray[np.float32]:
    """Return (n, m) intersection over union of every mask of a with every one of b.

    Exact, and bit-equal to `iou_each`: counts are whole numbers below 2 ** 24.
    """
    return _iou_every(a, b, areas(a), areas(b), _loops_for(len(a) * len(b)))


def iou_triangle(
    words: Words, *, compiled: bool = True
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield every pair of (m, 64) masks once, a block of rows at a time: O(m) memory.

    (first, ious): row r, column c of ious is mask first + r with mask first + c; what
    stands on and left of the diagonal is no new pair. The same bits either way.
    """
    area = areas(words)
    fast = _loops_for(len(words) * (len(words) + _BLOCK) // 2) if compiled else None
    for first in range(0, len(words), _BLOCK):
        own = slice(first, first + _BLOCK)
        yield (
            first,
            _iou_every(words[own], words[first:], area[own], area[first:], fast),
        )


class _Asked:
    """How many pairs this worker was asked for: compiling must first be worth it."""

    pairs = 0


def _loops_for(pairs: int) -> Loops | None:
    _Asked.pairs += pairs
    return loops() if _Asked.pairs > _WORTH_COMPILING else None


def _iou_every(
    a: Words,
    b: Words,
    area_a: NDArray[np.float32],
    area_b: NDArray[np.float32],
    fast: Loops | None,
) -> NDArray[np.float32]:
    if fast is None:
        shared = _shared(a, b).astype(np.float32)
        return _ratio(shared, area_a[:, None] + area_b[None, :] - shared)
    out = np.empty((len(a), len(b)), np.float32)
    left, right = np.ascontiguousarray(a), np.ascontiguousarray(b)
    fast.iou(left, right, area_a, area_b, out)
    return out


def _shared(a: Words, b: Words) -> NDArray[np.uint16]:
    # Word by word, so that the inner loop runs over masks: long, contiguous, vectorised.
    left, right = np.ascontiguousarray(a.T), np.ascontiguousarray(b.T)
    both = np.empty((len(a), len(b)), np.uint64)
    ones = np.empty((len(a), len(b)), np.uint8)
    total = np.zeros((len(a), len(b)), np.uint16)
    for word_a, word_b in zip(left, right, strict=True):
        np.bitwise_and(word_a[:, None], word_b[None, :], out=both)
        np.bitwise_count(both, out=ones)
        total += ones
    return total


def _ratio(
    shared: NDArray[np.float32], union: NDArray[np.float32]
) -> NDArray[np.float32]:
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def centroids(words: Words) -> NDArray[np.float32]:
    """Return (m, 3) float32: centroid x and y in 0..1, and the square root of the area, 0..1."""
    bits = np.unpackbits(words.view(np.uint8), axis=1)
    grid = bits.reshape(-1, MASK_SIDE, MASK_SIDE).astype(np.float32)
    covered = np.maximum(grid.sum(axis=(1, 2)), 1.0)
    at = (np.arange(MASK_SIDE, dtype=np.float32) + 0.5) / MASK_SIDE
    x = (grid.sum(axis=1) @ at) / covered
    y = (grid.sum(axis=2) @ at) / covered
    return np.stack([x, y, np.sqrt(covered) / MASK_SIDE], axis=1).astype(np.float32)
