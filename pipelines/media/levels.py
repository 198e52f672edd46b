"""A flat picture stretched to its full range, as near as that comes to a look of its own."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

# Between its black and its white a log curve is brighter than what a screen shows:
# (code ** this) is nearest to LogC3's own way back, over all codes.
DARKER = 1.2


def stretched(picture: Picture, levels: tuple[float, float]) -> Picture:
    """Return (h, w, 3) uint8 with its black at 0 and its white at 255, colours alike.

    ``levels`` are (black, white) in 0..1, as ``Probe.levels`` has them.
    """
    black, white = levels
    codes = np.arange(256) / 255.0
    shown = ((codes - black) / (white - black)).clip(0.0, 1.0) ** DARKER
    table = np.round(shown * 255.0).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), np.uint8)
