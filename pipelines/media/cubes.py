"""A look as a Hald image, the form in which FFmpeg takes a table of colours by pipe."""

import base64

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from catalog.looks import Cube

LEVEL = 8
"""Of the Hald image: 8 ** 2 steps of each colour, in a square of 8 ** 3 pixels."""


def hald_image(cube: Cube) -> NDArray[np.uint8]:
    """Return the (512, 512, 3) RGB image whose pixel number r + 64 g + 4096 b is the output."""
    steps = LEVEL * LEVEL
    # Red varies fastest in the file: it is the last axis.
    table = np.array(cube.colours, np.float64).reshape(*[cube.side] * 3, 3)
    at = np.arange(steps) / (steps - 1)
    low, high = np.array(cube.low), np.array(cube.high)
    places = [
        ((at - low[channel]) / (high[channel] - low[channel])).clip(0, 1)
        * (cube.side - 1)
        for channel in range(3)
    ]
    blue, green, red = np.meshgrid(places[2], places[1], places[0], indexing="ij")
    # Linear between neighbours, as players do it.
    found = [
        map_coordinates(
            table[..., channel], [blue, green, red], order=1, mode="nearest"
        )
        for channel in range(3)
    ]
    side = LEVEL**3
    image = np.stack(found, axis=-1).reshape(side, side, 3)
    return np.asarray(np.rint(image.clip(0, 1) * 255), np.uint8)


def hald_text(cube: Cube) -> str:
    """Return the Hald image in base64, for the request to a decoding child."""
    return base64.b64encode(hald_image(cube).tobytes()).decode("ascii")
