"""What is done to a picture before it is looked at: painted over, and stretched."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# Above its black a camera's log curve gives about a quarter of the codes to tenfold light:
# ARRI LogC3 .247, Sony S-Log3 .256, Panasonic V-Log .242.
DECADE = 0.25
# What a screen does to what it is given (ITU-R BT.1886).
SCREEN = 2.4


def painted_over(picture: Picture, box: Sequence[float]) -> Picture:
    """Return a (h, w, 3) picture with a box, (x, y, width, height) in parts of it, filled.

    Filled from around it (Telea, "An image inpainting technique based on the fast marching
    method", 2004), small and enlarged: it shall be calm, and inpainting costs by the pixel.
    """
    # Trainings that draw what they see run where there is no OpenCV.
    import cv2  # noqa: PLC0415

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
    """Return (h, w, 3) uint8 as a screen would show it: out of log, its white at 255.

    ``levels`` are (black, white) in 0..1, as `pipelines.media.probe` finds them.
    """
    import cv2  # noqa: PLC0415  as above

    black, white = levels
    codes = (np.arange(256) / 255.0).clip(black, white)
    light = 10.0 ** ((codes - black) / DECADE) - 1.0
    shown = (light / light[-1]) ** (1.0 / SCREEN)
    table = np.round(shown * 255.0).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8)
