"""Colour bars, by what all of them share: upright stripes of the pure colours."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.shots.cards import fitted

Picture = NDArray[np.uint8]

_FEWEST = 5
"""Of the six colours between black and white that must stand side by side; a letterbox
or a scan line may hide one."""

_NARROWEST = 0.03
"""Width of a stripe at least, in widths of the picture; blurred edges are narrower."""


def is_bars(rgb: Picture) -> bool:
    """Whether a uint8 (h, w, 3) RGB picture shows colour bars.

    SMPTE, EBU and ARIB patterns all have, in their upper half, upright stripes of
    yellow, cyan, green, magenta, red and blue, each of one colour from top to bottom.
    """
    small = fitted(rgb)
    height = small.shape[0]
    upper = small[height // 10 : height // 2]
    hsv = cv2.cvtColor(
        upper.mean(axis=0, keepdims=True).astype(np.uint8), cv2.COLOR_RGB2HSV
    )[0]
    even = upper.std(axis=0).max(axis=1) < 12.0
    pure = even & (hsv[:, 1] > 140) & (hsv[:, 2] > 70)
    return len(_stripes(hsv[:, 0], pure)) >= _FEWEST


def _stripes(hue: NDArray[np.uint8], pure: NDArray[np.bool_]) -> set[int]:
    """Return which sixths of the circle of hues have a stripe of their own."""
    # OpenCV's hue is 0..179: red 0, yellow 30, green 60, cyan 90, blue 120, magenta 150.
    sixth = np.where(pure, ((hue.astype(np.int64) + 15) // 30) % 6, -1)
    changes = np.flatnonzero(np.diff(sixth)) + 1
    runs = np.split(sixth, changes)
    return {int(r[0]) for r in runs if r[0] >= 0 and len(r) >= _NARROWEST * len(hue)}
