"""Reading a .cube: the look that a title's pictures are meant to be seen with.

The form is Adobe's "Cube LUT Specification 1.0" (2013); of its two kinds, the three-dimensional.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LARGEST_TEXT = 16 << 20
SMALLEST_SIDE, LARGEST_SIDE = 2, 65
# Resolve writes these beside the specification's own words, as two numbers.
_IGNORED = ("TITLE", "LUT_IN_VIDEO_RANGE", "LUT_OUT_VIDEO_RANGE")
Colour = tuple[float, float, float]


class NotACube(ValueError):
    """The text is not a .cube that can be applied; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Cube:
    """`side` ** 3 output colours, red fastest, for inputs from `low` to `high`."""

    side: int
    low: Colour
    high: Colour
    colours: list[Colour]


def read_cube(text: str) -> Cube:
    """Return the table in the text. Raises NotACube."""
    if len(text) > LARGEST_TEXT:
        raise NotACube("This .cube is larger than any look is.")
    words = {"DOMAIN_MIN": [0.0, 0.0, 0.0], "DOMAIN_MAX": [1.0, 1.0, 1.0]}
    colours: list[Colour] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split("#")[0].split()
        if not parts or parts[0] in _IGNORED:
            continue
        if parts[0][0].isalpha():
            _take_word(words, parts, number)
        else:
            colours.append(_three(parts, number))
    return _checked(words, colours)


def _take_word(words: dict[str, list[float]], parts: list[str], number: int) -> None:
    name, values = parts[0], parts[1:]
    if name == "LUT_1D_SIZE":
        raise NotACube(
            "This .cube has three curves; a three-dimensional one is wanted."
        )
    try:
        found = [float(value) for value in values]
    except ValueError:
        raise NotACube(f"Line {number} of the .cube is not understood.") from None
    if name == "LUT_3D_INPUT_RANGE" and len(found) == 2:
        words["DOMAIN_MIN"], words["DOMAIN_MAX"] = [found[0]] * 3, [found[1]] * 3
    elif name in {"LUT_3D_SIZE", "DOMAIN_MIN", "DOMAIN_MAX"}:
        words[name] = found
    else:
        raise NotACube(f"Line {number} of the .cube is not understood.")


def _three(parts: list[str], number: int) -> Colour:
    try:
        red, green, blue = (float(part) for part in parts)
    except ValueError:
        raise NotACube(f"Line {number} of the .cube is not a colour.") from None
    if not all(map(math.isfinite, (red, green, blue))):
        raise NotACube(f"Line {number} of the .cube is not a colour.")
    return red, green, blue


def _checked(words: dict[str, list[float]], colours: list[Colour]) -> Cube:
    size = words.get("LUT_3D_SIZE", [])
    side = int(size[0]) if len(size) == 1 and size[0].is_integer() else 0
    if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
        raise NotACube(
            f"A .cube says LUT_3D_SIZE, {SMALLEST_SIDE} to {LARGEST_SIDE}; this does not."
        )
    if len(colours) != side**3:
        raise NotACube(
            f"A .cube of size {side} has {side**3} colours; this has {len(colours)}."
        )
    low, high = words["DOMAIN_MIN"], words["DOMAIN_MAX"]
    if (
        len(low) != 3
        or len(high) != 3
        or not all(a < b for a, b in zip(low, high, strict=True))
    ):
        raise NotACube("The domain of the .cube is empty.")
    return Cube(side, (low[0], low[1], low[2]), (high[0], high[1], high[2]), colours)
