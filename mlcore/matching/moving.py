"""Packed masks moved over one another, and compared where both pictures show something.

Here a mask is 64 words, a row of pixels each, the leftmost pixel in the highest bit.
Counts are whole numbers and everything else is + - * / and square roots, so that a pair
gives the same bits alone and among thousands.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words
from mlcore.matching.masks import MASK_SIDE

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

STEPS = 3
"""How often a move is bettered: each step halves the error in scale of a figure that is
cut by an edge, and a start is seldom off by more than a third."""

_CHUNK = 1024  # What a step works on stays in the second-level cache.
_FARTHEST = 3.0  # Nobody scales a picture more than this.
_ONE = np.uint64(1)
_SWAPS = tuple(
    (1 << power, np.uint64(sum(1 << n for n in range(64) if not n >> power & 1)))
    for power in range(5, -1, -1)
)
_PLANES = np.array(
    [sum(1 << (63 - n) for n in range(64) if n >> k & 1) for k in range(6)], np.uint64
)
_AT = (np.arange(MASK_SIDE, dtype=np.float64) + 0.5) / MASK_SIDE - 0.5
_HIGHEST_FIRST = _ONE << np.arange(63, -1, -1, dtype=np.uint64)


class Move(NamedTuple):
    """How entering pictures are laid on leaving ones; arrays of one shape."""

    dx: Floats
    """Widths of the picture to the right, after scaling about its centre."""
    dy: Floats
    """Widths of the picture down."""
    scale: Floats
    aspect: Floats
    """Width / height of the entering picture."""


class Overlap(NamedTuple):
    """n masks laid on n others, each (n,)."""

    iou: Floats
    """Intersection over union in the window that both pictures show."""
    shared: Floats
    """Of the two masks, the smaller share that lies in the window."""
    move: Move


class Sides(NamedTuple):
    """What n comparisons compare."""

    leaving: Words
    """(n, 64)."""
    entering: Words
    """(n, 64) turned: a word a column."""
    leaving_aspect: Doubles
    entering_aspect: Doubles


def pixel_rows(words: Words) -> Words:
    """Return (n, 64) words of `bits.to_words` with the leftmost pixel in the highest bit."""
    return np.ascontiguousarray(words).view(">u8").astype(np.uint64)


def turned(rows: Words) -> Words:
    """Return (n, 64) masks with rows and columns exchanged (Warren, Hacker's Delight, 7-3)."""
    out = rows.copy()
    for step, low in _SWAPS:
        pairs = out.reshape(len(out), MASK_SIDE // (2 * step), 2, step)
        top, bottom = pairs[:, :, 0], pairs[:, :, 1]
        change = (top ^ (bottom >> np.uint64(step))) & low
        top ^= change
        bottom ^= change << np.uint64(step)
    return out


def lay_over(leaving: Words, entering: Words, start: Move, aspect: Floats) -> Overlap:
    """Lay entering masks on leaving ones from a start, and better the move step by step.

    `leaving`, `entering` (n, 64) as `bits.to_words` has them; `aspect` (n,) of the
    leaving pictures. Each step looks only at the window that both pictures show, and
    brings centroid and area of what is there together: the legs that one picture's
    edge cuts off do not count in the other. The best step is returned.
    """
    found = np.zeros((5, len(leaving)), np.float32)
    for at in range(0, len(leaving), _CHUNK):
        here = slice(at, at + _CHUNK)
        sides = Sides(
            pixel_rows(leaving[here]),
            turned(pixel_rows(entering[here])),
            aspect[here].astype(np.float64),
            start.aspect[here].astype(np.float64),
        )
        moves = [start.scale[here], start.dx[here], start.dy[here]]
        found[:, here] = _bettered(sides, np.stack(moves).astype(np.float64))
    iou, shared, scale, dx, dy = found
    return Overlap(iou, shared, Move(dx, dy, scale, start.aspect))


def _bettered(sides: Sides, move: Doubles) -> Doubles:
    """Return (5, n): iou, shared, scale, dx, dy of the best step."""
    best = np.zeros((5, move.shape[1]))
    best[2:] = move
    for step in range(STEPS + 1):
        here, there = _in_window(sides, move)
        found = np.concatenate([_compare(sides, here, there, move[0]), move])
        better = _worth(found) > _worth(best)
        best = np.where(better, found, best)
        if step < STEPS:
            move = _nearer(here, there, move, sides.leaving_aspect)
    return best


def _worth(found: Doubles) -> Doubles:
    return np.asarray(found[0] * np.sqrt(found[1]))


def _in_window(sides: Sides, move: Doubles) -> tuple[Words, Words]:
    """Return what of both masks lies in the window, in the leaving picture's pixels."""
    scale, dx, dy = move[..., None]
    across = (_AT - dx) / scale
    down = (_AT / sides.leaving_aspect[:, None] - dy) / scale
    columns, seen_x = _pixels(across)
    rows, seen_y = _pixels(down * sides.entering_aspect[:, None])
    picked = np.take_along_axis(sides.entering, columns, axis=1)
    picked[~seen_x] = 0
    moved = np.take_along_axis(turned(picked), rows, axis=1)
    moved[~seen_y] = 0
    line = (seen_x * _HIGHEST_FIRST).sum(axis=1, dtype=np.uint64)
    return sides.leaving & np.where(seen_y, line[:, None], np.uint64(0)), moved


def _pixels(at: Doubles) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    number = np.floor((at + 0.5) * MASK_SIDE)
    seen = (number >= 0) & (number < MASK_SIDE)
    return np.where(seen, number, 0).astype(np.intp), seen


def _compare(sides: Sides, here: Words, there: Words, scale: Doubles) -> Doubles:
    both, left, right = _count(here & there), _count(here), _count(there)
    union = left + right - both
    # Seen at scale s, an entering mask covers s * s times its own pixels, in pixels
    # that are as much wider or flatter as the leaving picture is.
    whole = _count(sides.entering) * scale * scale
    whole *= sides.leaving_aspect / sides.entering_aspect
    kept = np.minimum(left / _count(sides.leaving), right / whole)
    return np.stack([both / np.maximum(union, 1), np.clip(kept, 0.0, 1.0)])


def _nearer(here: Words, there: Words, move: Doubles, aspect: Doubles) -> Doubles:
    area_l, x_l, y_l = _moments(here, aspect)
    area_e, x_e, y_e = _moments(there, aspect)
    scale, dx, dy = move
    wanted = scale * np.sqrt(area_l / np.maximum(area_e, 1))
    grown = np.clip(wanted, 1 / _FARTHEST, _FARTHEST) / scale
    after = np.stack(
        [scale * grown, grown * (dx - x_e) + x_l, grown * (dy - y_e) + y_l]
    )
    return np.where((area_l > 0) & (area_e > 0), after, move)


def _moments(rows: Words, aspect: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Return pixels, and the centroid in widths of the picture from its middle."""
    filled = np.bitwise_count(rows)
    area = filled.sum(axis=1, dtype=np.float64)
    down = filled.astype(np.float64) @ np.arange(MASK_SIDE, dtype=np.float64)
    across = np.zeros(len(rows))
    for power, plane in enumerate(_PLANES):
        across += _count(rows & plane) * float(1 << power)
    many = np.maximum(area, 1)
    x = (across / many + 0.5) / MASK_SIDE - 0.5
    y = ((down / many + 0.5) / MASK_SIDE - 0.5) / aspect
    return area, x, y


def _count(rows: Words) -> Doubles:
    return np.asarray(np.bitwise_count(rows).sum(axis=1), np.float64)
