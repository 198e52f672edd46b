"""Silhouettes as a frame line would cut them, so that a waist shot finds the whole figure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words
from mlcore.matching.masks import MASK_SIDE
from mlcore.matching.moving import pixel_rows

TOP, BOTTOM, LEFT, RIGHT = 1, 2, 4, 8
"""Edges of a picture, as bits."""


class Cut(NamedTuple):
    """A frame line through a figure."""

    edge: int
    """The edge of the picture that the line would be."""
    kept: float
    """Share of the figure's height, or width, on this side of it."""


CUTS = (
    *(Cut(BOTTOM, 0.78), Cut(BOTTOM, 0.6), Cut(BOTTOM, 0.42)),
    *(Cut(LEFT, 0.75), Cut(LEFT, 0.55), Cut(RIGHT, 0.75), Cut(RIGHT, 0.55)),
)
"""Variant 1, 2, ... of a mask: at the knees, the waist, the chest, and from either side.

A start for a move need not be exact: steps in the window better it."""

CUT_EDGES = np.array([cut.edge for cut in CUTS], np.uint8)

_TOUCHES = 2  # Pixels of 64 along an edge; one is no more than a rough outline.


def cut_off(mask: NDArray[np.float32], cut: Cut) -> NDArray[np.float32]:
    """Return a (H, W) mask without what lies beyond the line; empty stays empty."""
    rows, columns = np.nonzero(mask >= 0.5)
    kept = mask.copy()
    if not len(rows):
        return kept
    top, left = rows.min(), columns.min()
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    keep_y, keep_x = round(cut.kept * tall), round(cut.kept * wide)
    every = slice(None)
    beyond = {
        TOP: (slice(0, top + tall - keep_y), every),
        BOTTOM: (slice(top + keep_y, None), every),
        LEFT: (every, slice(0, left + wide - keep_x)),
        RIGHT: (every, slice(left + keep_x, None)),
    }
    kept[beyond[cut.edge]] = 0.0
    return kept


def edges_touched(words: Words) -> NDArray[np.uint8]:
    """Return (m,) which edges of their pictures (m, 64) packed masks reach, as bits."""
    rows = pixel_rows(words)
    touched = np.zeros(len(rows), np.uint8)
    touched |= np.uint8(TOP) * (np.bitwise_count(rows[:, 0]) >= _TOUCHES)
    touched |= np.uint8(BOTTOM) * (np.bitwise_count(rows[:, -1]) >= _TOUCHES)
    for edge, bit in ((LEFT, MASK_SIDE - 1), (RIGHT, 0)):
        side = (rows >> np.uint64(bit)) & np.uint64(1)
        touched |= np.uint8(edge) * (side.sum(axis=1) >= _TOUCHES)
    return touched
