"""What is looked for without being a shot: a still, or a silhouette somebody drew."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mlcore.matching.appearance import APPEARANCE_DIMS
from mlcore.matching.kinds import KINDS, Index, Kind
from mlcore.matching.masks import unpack
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from mlcore.matching.segmenters import Silhouette
from pipelines.encoders import load_encoders
from pipelines.errors import PipelineError
from pipelines.ingest import limits
from pipelines.media.errors import UnreadableMedia
from pipelines.media.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlcore.matching.segmenters import Picture
    from mlcore.matching.stored import StoredRow

DRAWN_ASPECT = 16 / 9
"""Width / height of the picture that a silhouette is drawn in, as the page shows it."""

WIDEST = 10.0
HELD_FRAMES, HELD_RATE = 10, Fraction(25)
FLOW_GRID = (9, 16, 2)


@dataclass(frozen=True, kw_only=True)
class Look:
    """Rows of a kind that nobody keeps."""

    rows: Sequence[StoredRow]
    aspect: float
    """Width / height of the picture."""


def seen_in(kind: Kind[Any], path: Path) -> Look:
    """Look at a still as at a freeze frame: nothing moves in it and nothing sounds.

    Raises PipelineError with one sentence.
    """
    try:
        picture = read_picture(path, limits())
    except UnreadableMedia as error:
        raise PipelineError(
            f"The still cannot be used: {error}", permanent=error.permanent
        ) from None
    height, width = picture.shape[:2]
    aspect = width / height
    if not 1 / WIDEST <= aspect <= WIDEST:
        raise PipelineError(f"The still is {width}x{height}: too long for a picture.")
    rows = kind.represent(_observed(picture, aspect))
    if not rows:
        raise PipelineError(_why_not(kind))
    return Look(rows=rows, aspect=aspect)


def _observed(picture: Picture, aspect: float) -> Observation:
    encoders = load_encoders()
    subject = encoders.segmenter.segment(picture)
    return Observation(
        slot=Slot.MIDDLE,
        rate=HELD_RATE,
        aspect=aspect,
        picture=picture,
        subjects=() if subject is None else (subject,),
        appearance=encoders.appearance.encode([picture])[0],
        flow=np.zeros((HELD_FRAMES, *FLOW_GRID), np.float16),
        stretch=lambda: np.repeat(picture[None], HELD_FRAMES + 1, axis=0),
        sound=None,
    )


def _why_not(kind: Kind[Any]) -> str:
    if kind.index is Index.MASKS:
        return (
            "Nobody and nothing clearly stands in front in this still; draw it instead."
        )
    return f"A still has no {kind.name}; search for it by a shot."


def drawn(kind: Kind[Any], packed: bytes) -> Look:
    """Look at 512 bytes of 64 x 64 bits as at a subject, which may be a person or not.

    Raises PipelineError with one sentence.
    """
    if kind.index is not Index.MASKS:
        able = [one.name for one in KINDS.values() if one.index is Index.MASKS]
        raise PipelineError(
            f"A drawn silhouette has no {kind.name}; it finds {', '.join(able)} matches."
        )
    coverage = unpack(packed).astype(np.float32)
    rows = kind.represent(
        Observation(
            slot=Slot.MIDDLE,
            rate=HELD_RATE,
            aspect=DRAWN_ASPECT,
            picture=np.zeros((*coverage.shape, 3), np.uint8),
            subjects=(
                Silhouette(coverage, "person", 1.0),
                Silhouette(coverage, "foreground", 1.0),
            ),
            appearance=np.zeros(APPEARANCE_DIMS, np.float32),
            flow=np.zeros((0, *FLOW_GRID), np.float16),
            stretch=lambda: np.zeros((0, *coverage.shape, 3), np.uint8),
            sound=None,
        )
    )
    if not rows:
        raise PipelineError(
            "The silhouette is empty or covers everything; draw a part of the picture."
        )
    return Look(rows=rows, aspect=DRAWN_ASPECT)
