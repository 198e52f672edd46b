"""The typefaces' pinned packages, and their letters drawn by HarfBuzz."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import uharfbuzz as hb
from numpy.typing import NDArray

from mlcore.components.index import CHARACTERS
from pipelines.packages import Package

TALL = 60
"""Pixels from a typeface's highest letter to its lowest: sharp in a picture of 270 lines,
where a title is a fifth of the height, and 64 typefaces still fit the file's limit."""

_TABLE = Path(__file__).with_name("typefaces.tsv")


@dataclass(frozen=True)
class Typeface:
    """One typeface: the font file `member` of a package, at `axes` if it is variable."""

    name: str
    package: Package
    member: str
    axes: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Drawn:
    """A typeface's letters in the order of CHARACTERS."""

    coverages: list[NDArray[np.uint8]]
    """(TALL, wide) each"""
    metrics: NDArray[np.float32]
    """(characters, 2): bearing and advance, shares of TALL"""


def _typeface(line: str) -> Typeface:
    name, package, version, sha256, member, axes, licence = line.split("\t")
    # A wheel's file name is its package's with underscores (PEP 427).
    wheel = f"{package.replace('-', '_')}-{version}-py3-none-any.whl"
    pairs = [each.split("=") for each in axes.split(",") if "=" in each]
    return Typeface(
        name,
        Package(package, version, wheel, sha256, licence),
        member,
        tuple((axis, float(value)) for axis, value in pairs),
    )


TYPEFACES = tuple(
    _typeface(line)
    for line in _TABLE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


def draw_letters(typeface: Typeface, content: bytes) -> Drawn:
    """Draw every character of a font file's content.

    Raises ValueError, naming the typeface, for a character that it lacks.
    """
    font = hb.Font(hb.Face(content))
    if typeface.axes:
        font.set_variations(dict(typeface.axes))
    glyphs = [font.get_nominal_glyph(ord(character)) for character in CHARACTERS]
    if None in glyphs:
        lacking = CHARACTERS[glyphs.index(None)]
        raise ValueError(f"The typeface {typeface.name} has no {lacking!r}.")
    boxes = [font.get_glyph_extents(glyph) for glyph in glyphs]
    top = max(box.y_bearing for box in boxes)
    bottom = min(box.y_bearing + box.height for box in boxes)
    # A pixel is kept free above and below, so that smoothed edges are not cut off.
    scale = (TALL - 2) / (top - bottom)
    coverages, metrics = [], []
    for glyph, box in zip(glyphs, boxes, strict=True):
        left = int(np.floor(box.x_bearing * scale)) - 1
        wide = int(np.ceil((box.x_bearing + box.width) * scale)) + 1 - left
        coverages.append(_coverage(font, glyph, scale, (left, wide), bottom))
        advance = font.get_glyph_h_advance(glyph) * scale
        metrics.append((left / TALL, advance / TALL))
    return Drawn(coverages, np.asarray(metrics, np.float32))


def _coverage(
    font: hb.Font, glyph: int, scale: float, across: tuple[int, int], bottom: int
) -> NDArray[np.uint8]:
    """(TALL, wide) coverage of a glyph; `across` is its left edge and width in pixels."""
    left, wide = across
    pen = hb.RasterDraw()
    pen.transform = (scale, 0, 0, scale, -left, 1 - bottom * scale)
    pen.extents = hb.RasterExtents(x_origin=0, y_origin=0, width=wide, height=TALL)
    pen.draw_glyph(font, glyph)
    image = pen.render()
    rows = np.frombuffer(image.buffer, np.uint8).reshape(TALL, image.extents.stride)
    return np.ascontiguousarray(rows[::-1, :wide])  # HarfBuzz stores the last row first
