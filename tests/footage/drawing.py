"""Pictures that say which frame they are, and which way up."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

# The code: 4 rows of 5 blocks in the middle of the picture, 16 bits and a check sum.
ROWS, COLUMNS = 4, 5
LEFT, TOP, WIDTH, HEIGHT = 0.25, 0.3, 0.5, 0.4
BITS = 16
BLACK, WHITE = 30, 225

# Marks in the corners, as (red, green, blue), clockwise from the top left.
CORNERS = {
    "red": (210, 40, 40),
    "green": (40, 190, 40),
    "blue": (50, 60, 220),
    "yellow": (220, 210, 40),
}
MARK = 0.12  # side of a mark, in heights of the picture


def draw_picture(
    code: int, size: tuple[int, int], *, scene: int = 0, step: int | None = None
) -> Picture:
    """A (height, width, 3) RGB picture with ``code`` in it.

    ``scene`` chooses colour and texture, ``step`` (else ``code``) how far it has moved.
    """
    width, height = size
    picture = _background(size, scene, code if step is None else step)
    mark = max(2, round(MARK * height))
    red, green, blue, yellow = CORNERS.values()
    picture[:mark, :mark] = red
    picture[:mark, width - mark :] = green
    picture[height - mark :, width - mark :] = blue
    picture[height - mark :, :mark] = yellow
    for (y, x), lit in zip(_blocks(size), _bits(code), strict=True):
        picture[y, x] = WHITE if lit else BLACK
    return picture


def read_code(picture: Picture) -> int:
    """The number drawn in a picture of any size, RGB or BGR; ValueError if unreadable."""
    size = (picture.shape[1], picture.shape[0])
    bits = []
    for y, x in _blocks(size):
        block = picture[y, x]
        # The rim of a block is blurred by scaling and compression.
        rim_y, rim_x = block.shape[0] // 4, block.shape[1] // 4
        inner = block[rim_y : block.shape[0] - rim_y, rim_x : block.shape[1] - rim_x]
        bits.append(bool(inner.mean() > (BLACK + WHITE) / 2))
    code = sum(bit << n for n, bit in enumerate(bits[:BITS]))
    for shift in (8, 4, 2, 1):
        code ^= code >> shift
    if bits != _bits(code):
        raise ValueError("no code can be read in this picture")
    return code


def read_codes(pictures: Iterable[Picture]) -> list[int]:
    """The numbers of many pictures; -1 where none can be read."""
    codes = []
    for picture in pictures:
        try:
            codes.append(read_code(picture))
        except ValueError:
            codes.append(-1)
    return codes


def corner_colours(picture: Picture) -> list[str]:
    """Names of the marks found in the corners of an RGB picture, clockwise."""
    height, width = picture.shape[:2]
    near = max(1, round(MARK * min(height, width) / 2))
    places = [
        (near, near),
        (near, width - near),
        (height - near, width - near),
        (height - near, near),
    ]
    names = []
    for y, x in places:
        around = picture[y - 1 : y + 2, x - 1 : x + 2].reshape(-1, 3).mean(axis=0)
        distance = {
            name: float(np.abs(around - np.array(colour)).sum())
            for name, colour in CORNERS.items()
        }
        names.append(min(distance, key=lambda name: distance[name]))
    return names


def _bits(code: int) -> list[bool]:
    """Gray code, and a check sum that the two fields of a frame (2n, 2n + 1) share.

    Neighbours differ in one place then, and that place changes from frame to frame: a
    deinterlacer cannot take the two fields for one picture that stands still.
    """
    gray, pair = code ^ code >> 1, code >> 1
    check = sum(pair >> n & 15 for n in range(0, BITS, 4)) * 7 + 5
    bits = [bool(gray >> n & 1) for n in range(BITS)]
    return bits + [bool(check >> n & 1) for n in range(ROWS * COLUMNS - BITS)]


def _blocks(size: tuple[int, int]) -> list[tuple[slice, slice]]:
    width, height = size
    rows = np.round((TOP + HEIGHT * np.arange(ROWS + 1) / ROWS) * height).astype(int)
    columns = LEFT + WIDTH * np.arange(COLUMNS + 1) / COLUMNS
    columns = np.round(columns * width).astype(int)
    return [
        (slice(rows[r], rows[r + 1]), slice(columns[c], columns[c + 1]))
        for r in range(ROWS)
        for c in range(COLUMNS)
    ]


def _background(size: tuple[int, int], scene: int, step: int) -> Picture:
    """A moving pattern of bands, its colours and direction those of the scene."""
    bands = _bands(size, scene)
    wave = np.sin(2 * np.pi * (bands.along + 0.01 * step) / bands.period)
    shade = wave * 0.7 + bands.across
    picture = np.empty((*shade.shape, 3), np.uint8)
    for channel, (base, accent) in enumerate(bands.colours):
        picture[..., channel] = (base + shade * accent).clip(45, 235)
    return picture


@dataclass(frozen=True)
class _Bands:
    """What all pictures of a scene share: (height, width) each, and (base, accent)."""

    along: npt.NDArray[np.float64]
    across: npt.NDArray[np.float64]
    period: float
    colours: list[tuple[float, float]]


@lru_cache(maxsize=8)
def _bands(size: tuple[int, int], scene: int) -> _Bands:
    width, height = size
    chance = np.random.default_rng(1000 + scene)
    base = chance.uniform(70, 170, 3)
    accent = chance.uniform(-60, 60, 3)
    angle, period = chance.uniform(0, np.pi), chance.uniform(0.15, 0.4)
    y, x = np.mgrid[:height, :width] / height
    along = x * np.cos(angle) + y * np.sin(angle)
    across = np.sin(2 * np.pi * (y * np.cos(angle) - x * np.sin(angle)) / 0.5)
    colours = list(zip(base.tolist(), accent.tolist(), strict=True))
    return _Bands(along, across * 0.3, period, colours)
