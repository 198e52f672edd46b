"""The best partners of every mask of one title, exactly, in O(N * K) memory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words, areas, iou_every
from mlcore.matching.compiled import loops

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]

_ROWS, _COLUMNS = 64, 1024
"""Masks compared at once without a compiler: their counters stay in the cache."""

_LOW, _SHIFT = np.uint64(0xFFFF_FFFF), np.uint64(32)
_ZERO, _ONE = np.float32(0), np.float32(1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """The k best partners of each of N masks, best first, of equal ones the earliest."""

    partner: Ints
    """(N, k) index of the partner, -1 where fewer masks overlap."""
    iou: Floats
    """(N, k) intersection over union, 0..1, 0 where there is no partner."""


def nearest(words: Words, k: int, *, compiled: bool = True) -> Nearest:
    """Return for each of (N, 64) masks the `k` others it overlaps best.

    Exact: what a table of all IoUs (`iou_every`), sorted row by row, would give, to the
    last bit, with or without a compiler. Masks are gone through in the order of their
    areas, and a row ends where the smaller area over the larger, which no IoU
    exceeds, is below its k-th best.
    """
    if k < 1:
        raise ValueError(f"at least one partner must be kept, got {k}")
    area = areas(words)
    order = np.argsort(area, kind="stable")
    order = order[area[order] > 0]
    masks, sizes = np.ascontiguousarray(words[order]), area[order]
    keys = np.zeros((len(words), k), np.uint64)
    fast = loops() if compiled else None
    for first in range(0, len(masks), _ROWS):
        rows = slice(first, min(first + _ROWS, len(masks)))
        if fast is None:
            found = _block(masks, sizes, order, rows, k)
        else:
            found = np.zeros((rows.stop - first, k), np.uint64)
            fast.nearest(masks, sizes, order, first, found)
        keys[order[rows]] = np.sort(found, axis=1)[:, ::-1]
    none = keys == 0
    partner = np.where(none, -1, (_LOW - (keys & _LOW)).astype(np.int64))
    return Nearest(
        partner=partner, iou=(keys >> _SHIFT).astype(np.uint32).view(np.float32)
    )


def _block(masks: Words, area: Floats, names: Ints, rows: slice, k: int) -> Keys:
    """Return (rows, k) best keys, the numpy way: score bits, then the name, inverted."""
    best = np.zeros((len(masks[rows]), k), np.uint64)
    least, most = area[rows][0], area[rows][-1]
    low = high = rows.start
    while True:
        # The columns that are left nearest in area, on the side that may score higher.
        bound_low = area[low - 1] / least if low else _ZERO
        bound_high = min(most / area[high], _ONE) if high < len(masks) else _ZERO
        bound = max(bound_low, bound_high)
        if not bound or np.uint64(bound.view(np.uint32)) < best.min() >> _SHIFT:
            return best
        if bound_high >= bound_low:
            columns = slice(high, min(high + _COLUMNS, len(masks)))
            high = columns.stop
        else:
            columns = slice(max(low - _COLUMNS, 0), low)
            low = columns.start
        arrived = _keys(iou_every(masks[rows], masks[columns]), names[columns])
        arrived[names[rows][:, None] == names[columns][None, :]] = 0
        best = np.concatenate([best, arrived], axis=1)
        best = np.partition(best, best.shape[1] - k, axis=1)[:, -k:]


def _keys(iou: Floats, names: Ints) -> Keys:
    """Return keys that sort as the scores, then as the names fall; 0 for a score of 0."""
    high = np.ascontiguousarray(iou).view(np.uint32).astype(np.uint64) << _SHIFT
    return np.where(high > 0, high | (_LOW - names.astype(np.uint64)), np.uint64(0))
