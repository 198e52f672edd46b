"""Pictures of a reel that no camera took: black, colour bars, slates, rolling credits.

Every function returns one picture, (height, width, 3) uint8 BGR.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.samples.pieces import Drawn

Picture = NDArray[np.uint8]

# SMPTE EG 1: seven 75 % bars, as BGR on a scale of 0 to 191.
_BARS = np.array(
    [
        (191, 191, 191),
        (0, 191, 191),
        (191, 191, 0),
        (0, 191, 0),
        (191, 0, 191),
        (0, 0, 191),
        (191, 0, 0),
    ],
    np.uint8,
)
_INK = (225, 225, 225)
_FACE = cv2.FONT_HERSHEY_DUPLEX


def draw(piece: Drawn, frame: int, size: tuple[int, int]) -> Picture:
    """Frame number `frame` of a drawn piece, for a picture of `size` (width, height)."""
    if piece.role == "bars":
        return bars(size)
    if piece.role == "slate":
        return slate(piece.lines, size)
    if piece.role == "text":
        return credits_roll(piece.lines, frame / piece.frames, size)
    return black(size)


def black(size: tuple[int, int]) -> Picture:
    """Nothing."""
    return np.zeros((size[1], size[0], 3), np.uint8)


def bars(size: tuple[int, int]) -> Picture:
    """Seven vertical colour bars over a strip of black."""
    width, height = size
    row = _BARS[np.arange(width) * len(_BARS) // width]
    picture = np.broadcast_to(row, (height, width, 3)).copy()
    picture[height * 4 // 5 :] = 16
    return picture


def slate(lines: tuple[str, ...], size: tuple[int, int]) -> Picture:
    """A clapperboard before a grey wall: striped sticks above, white writing below."""
    width, height = size
    wall = np.full((height, width, 3), 128, np.uint8)
    edge = height // 10
    board = wall[edge : height - edge, 2 * edge : width - 2 * edge]
    board[:] = 20
    sticks = len(board) // 5
    across, down = np.meshgrid(np.arange(board.shape[1]), np.arange(sticks))
    board[:sticks][(across + down) // (width // 12) % 2 == 0] = 230
    step = (len(board) - sticks) // (len(lines) + 1)
    for number, line in enumerate(lines):
        base = (3 * edge, edge + sticks + step * (number + 1))
        _write(wall, line, base, height / 420)
    return wall


def credits_roll(lines: tuple[str, ...], way: float, size: tuple[int, int]) -> Picture:
    """White lines, centred, rolling upwards; `way` is 0 at the start, 1 at the end."""
    picture = black(size)
    width, height = size
    step = height // 8
    top = height * 0.8 - way * step * len(lines)
    for number, line in enumerate(lines):
        base = round(top) + step * number
        if -step < base < height + step:
            (length, _), _ = cv2.getTextSize(line, _FACE, height / 500, 1)
            _write(picture, line, ((width - length) // 2, base), height / 500)
    return picture


def _write(picture: Picture, line: str, base: tuple[int, int], scale: float) -> None:
    cv2.putText(picture, line, base, _FACE, scale, _INK, 1, cv2.LINE_AA)
