"""What is done to a picture before it is looked at: painted over, and stretched."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# Between its black and its white a log curve is brighter than what a screen shows:
# (code ** this) is nearest to LogC3's own way back, over all codes.
DARKER = 1.2


def painted_over(picture: Picture, box: Sequence[float]) -> Picture:
    """Return a (h, w, 3) picture with a box, (x, y, width, height) in parts of it, filled.

    Filled from around it (Telea, "An image inpainting technique based on the fast marching
    method", 2004), small and enlarged: it shall be calm, and inpainting costs by the pixel.
    """
    height, width = picture.shape[:2]
    x, y, w, h = box
    small = cv2.resize(picture, (max(1, width // 4), max(1, height // 4)))
    rows = slice(int(y * len(small)), round((y + h) * len(small)) + 1)
    columns = slice(int(x * small.shape[1]), round((x + w) * small.shape[1]) + 1)
    hidden = np.zeros(small.shape[:2], np.uint8)
    hidden[rows, columns] = 255
    filled = cv2.resize(
        cv2.inpaint(small, hidden, 3, cv2.INPAINT_TELEA), (width, height)
    )
    painted = picture.copy()
    where = np.s_[int(y * height) : round((y + h) * height) + 1,
                  int(x * width) : round((x + w) * width) + 1]  # fmt: skip
    painted[where] = filled[where]
    return painted


def stretched(picture: Picture, levels: tuple[float, float]) -> Picture:
    """Return (h, w, 3) uint8 with its black at 0 and its white at 255, colours alike.

    ``levels`` are (black, white) in 0..1, as `pipelines.media.probe` finds them.
    """
    black, white = levels
    codes = np.arange(256) / 255.0
    shown = ((codes - black) / (white - black)).clip(0.0, 1.0) ** DARKER
    table = np.round(shown * 255.0).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8)
