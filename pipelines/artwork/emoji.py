"""The stickers' pinned package, and its emoji drawn by HarfBuzz."""

from collections.abc import Iterable

import numpy as np
import uharfbuzz as hb
from numpy.typing import NDArray

from pipelines.packages import Package

SIDE = 72
"""Pixels: 500 stickers of it are 10.4 MB, half of what the artwork file may have."""

EMOJI = Package(
    "deckr-fonts",
    "0.2.0",
    "deckr_fonts-0.2.0-py3-none-any.whl",
    "6b3801ebb5c91c731a8677842097fbc77d448952201e0f39612bd0860ef52560",
    "OFL-1.1",
)
"""Noto Color Emoji by Google, as Google Fonts publishes it."""
MEMBER = "deckr_fonts/fonts/NotoColorEmoji-Regular.ttf"


def draw_stickers(
    content: bytes, code_points: Iterable[int], side: int = SIDE
) -> NDArray[np.uint8]:
    """Return (pictures, 4, side, side) RGBA with straight alpha, each filling its square.

    Raises ValueError for a code point that the font does not paint.
    """
    face = hb.Face(content)
    font = hb.Font(face)
    return np.stack([_sticker(face, font, each, side) for each in code_points])


def _sticker(
    face: hb.Face, font: hb.Font, code_point: int, side: int
) -> NDArray[np.uint8]:
    glyph = font.get_nominal_glyph(code_point)
    if glyph is None or not face.glyph_has_color_paint(glyph):
        raise ValueError(f"The emoji font does not paint U+{code_point:X}.")
    box = font.get_glyph_extents(glyph)
    # One pixel round it stays free, so that a turned sticker has no cut edge.
    scale = (side - 2) / max(box.width, -box.height)
    middle_x = box.x_bearing + box.width / 2
    middle_y = box.y_bearing + box.height / 2
    brush = hb.RasterPaint()
    across, up = side / 2 - middle_x * scale, side / 2 - middle_y * scale
    brush.transform = (scale, 0, 0, scale, across, up)
    brush.extents = hb.RasterExtents(x_origin=0, y_origin=0, width=side, height=side)
    brush.paint_glyph_or_fail(font, glyph)
    painted = np.frombuffer(brush.render().buffer, np.uint8).reshape(side, side, 4)
    return _straight(painted[::-1])  # HarfBuzz stores the last row first


def _straight(premultiplied: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(4, h, w) RGBA with straight alpha of (h, w, 4) BGRA that is multiplied by it."""
    wide = premultiplied.astype(np.int32)
    alpha = wide[..., 3:]
    # In whole numbers, so that every machine rounds alike.
    colour = (wide[..., 2::-1] * 255 + alpha // 2) // np.maximum(alpha, 1)
    whole = np.concatenate([np.minimum(colour, 255), alpha], -1).astype(np.uint8)
    return np.ascontiguousarray(whole.transpose(2, 0, 1))
