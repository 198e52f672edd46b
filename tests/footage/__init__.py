"""Draws small clips whose truth is known: a number in every frame, marks at the corners."""

from tests.footage.clips import Clip, edit_listed, write_clip
from tests.footage.drawing import (
    CORNERS,
    corner_colours,
    draw_picture,
    read_code,
    read_codes,
)

__all__ = [
    "CORNERS",
    "Clip",
    "corner_colours",
    "draw_picture",
    "edit_listed",
    "read_code",
    "read_codes",
    "write_clip",
]
