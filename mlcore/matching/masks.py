"""Silhouettes as 64 x 64 bits, in two forms: where they stand, and what shape they have.

Bits run row by row from the top left; in bytes the first pixel is the highest bit, as
`numpy.packbits` and PostgreSQL's `bit(4096)` both have it.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

MASK_SIDE = 64
MASK_BITS = MASK_SIDE * MASK_SIDE
MASK_BYTES = MASK_BITS // 8

SMALLEST_AREA, LARGEST_AREA = 0.02, 0.85
"""Share of the picture below which a mask is noise, above which any two agree."""

CENTRED_SIZE = 22.0
"""Square root of the area of a centred mask in its 64 x 64 pixels.

A standing figure is about five times as tall as wide and fills half of its box: at
22 it is 70 pixels tall, of which the feet and the crown fall outside; a head and
shoulders is about 28 pixels tall. Larger cuts off more figures, smaller wastes bits.
"""

_FINE = 4  # Masks are drawn 4 x finer, then averaged: no jagged edges in the bits.

Mask = NDArray[np.bool_]
Coverage = NDArray[np.floating] | Mask


def area(mask: Coverage) -> float:
    """Share of the picture that a (H, W) mask covers, 0..1; floats count as coverage."""
    return float(np.mean(mask, dtype=np.float64))


def placed(mask: Coverage) -> Mask | None:
    """Return the mask as (64, 64) bool over the active picture, whatever its aspect.

    `mask` is (H, W), bool or coverage 0..1, of the whole active picture. None if it
    covers less than 2 % or more than 85 % of it.
    """
    if not SMALLEST_AREA <= area(_checked(mask) >= 0.5) <= LARGEST_AREA:
        return None
    small = _shrunk(_checked(mask), MASK_SIDE, MASK_SIDE)
    return small >= 0.5


def centred(mask: Coverage, aspect: float) -> Mask | None:
    """Return the mask's shape as (64, 64) bool: centroid in the middle, area 22 x 22.

    `aspect` is width / height of the active picture in square pixels; `mask` may have
    any other proportions. None under the same area limits as `placed`.
    """
    if not 0.1 <= aspect <= 10.0:
        raise ValueError(f"aspect is width / height of the picture, got {aspect}")
    whole = _checked(mask)
    solid = whole >= 0.5
    if not SMALLEST_AREA <= area(solid) <= LARGEST_AREA:
        return None
    height, width = whole.shape
    rows, columns = np.nonzero(solid)
    # Square pixels: one unit is the picture's height / H along y, and along x this.
    unit_x = aspect * height / width
    scale = _FINE * CENTRED_SIZE / math.sqrt(solid.sum() * unit_x)
    middle = _FINE * MASK_SIDE / 2
    turn = np.array(
        [
            [scale * unit_x, 0, middle - scale * unit_x * (columns.mean() + 0.5)],
            [0, scale, middle - scale * (rows.mean() + 0.5)],
        ]
    )
    # OpenCV puts pixel centres on whole numbers; ours are at halves.
    turn[:, 2] += 0.5 * (turn[:, 0] + turn[:, 1]) - 0.5
    fine = cv2.warpAffine(whole, turn, (_FINE * MASK_SIDE, _FINE * MASK_SIDE))
    return _shrunk(np.asarray(fine, np.float32), MASK_SIDE, MASK_SIDE) >= 0.5


def iou(a: Mask, b: Mask) -> float:
    """Intersection over union of two masks of one shape, 0..1; two empty ones give 0."""
    if a.shape != b.shape:
        raise ValueError(f"masks must have one shape, got {a.shape} and {b.shape}")
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 0.0


def pack(mask: Mask) -> bytes:
    """Return a (64, 64) mask as 512 bytes."""
    if mask.shape != (MASK_SIDE, MASK_SIDE) or mask.dtype != np.bool_:
        raise ValueError(f"a mask must be bool (64, 64), got {mask.dtype} {mask.shape}")
    return np.packbits(mask).tobytes()


def unpack(packed: bytes) -> Mask:
    """Return the (64, 64) mask of 512 bytes."""
    if len(packed) != MASK_BYTES:
        raise ValueError(f"a packed mask has 512 bytes, got {len(packed)}")
    bits = np.unpackbits(np.frombuffer(packed, np.uint8))
    return bits.reshape(MASK_SIDE, MASK_SIDE).astype(np.bool_)


def to_bit_string(packed: bytes) -> str:
    """Return 512 bytes as 4096 characters of 0 and 1, the text of a `bit(4096)`."""
    bits = np.unpackbits(np.frombuffer(packed, np.uint8))
    return (bits + ord("0")).tobytes().decode("ascii")


def from_bit_string(text: str) -> bytes:
    """Return the 512 bytes of a `bit(4096)` in its text form."""
    if len(text) != MASK_BITS or set(text) - {"0", "1"}:
        raise ValueError(f"a mask is 4096 times 0 or 1, got {len(text)} characters")
    bits = np.frombuffer(text.encode("ascii"), np.uint8) - ord("0")
    return np.packbits(bits).tobytes()


def _checked(mask: Coverage) -> NDArray[np.float32]:
    if mask.ndim != 2 or not mask.size:
        raise ValueError(f"a mask must be (H, W), got shape {mask.shape}")
    return np.ascontiguousarray(mask, np.float32)


def _shrunk(mask: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    smaller = mask.shape[0] >= height and mask.shape[1] >= width
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, (width, height), interpolation=way), np.float32)
