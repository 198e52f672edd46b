"""Draws small clips whose truth is known: a number in every frame, marks at the corners."""

from tests.footage.clips import Clip, edit_listed, plain_film, write_clip
from tests.footage.drawing import (
    CORNERS,
    corner_colours,
    draw_picture,
    read_code,
    read_codes,
)
from tests.footage.ingested import Ingested, ingest_clip

__all__ = [
    "CORNERS",
    "Clip",
    "Ingested",
    "corner_colours",
    "draw_picture",
    "edit_listed",
    "ingest_clip",
    "plain_film",
    "read_code",
    "read_codes",
    "write_clip",
]
