"""Representations as they are kept, and as kinds get them back: masks and vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words, to_words
from mlcore.matching.moments import Rows, RowsColumns


@dataclass(frozen=True, kw_only=True, slots=True)
class MaskRow:
    """One silhouette of a moment, to be kept."""

    subject: str
    """person or foreground."""
    confidence: float
    """0..1."""
    area: float
    """Share of the active picture, 0..1."""
    placed: bytes
    """512: 64 x 64 bits, where it stands."""
    centred: bytes
    """512: its shape, moved and scaled to a standard place and size."""
    instance: int = 0
    """Number of the subject in its picture, the largest first."""
    variant: int = 0
    """0: whole. Above: `centred` shows it as a frame line would cut it."""
    where: tuple[float, float, float] = (0.5, 0.5, 0.5)
    """Centroid x, y in 0..1 and square root of the share, of what `centred` shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VectorRow:
    """One vector of a moment, to be kept."""

    vector: NDArray[np.float32]
    """(D,), finite, of length above 0."""
    magnitude: float | None = None
    """What the direction does not say: a speed, a loudness."""


StoredRow = MaskRow | VectorRow


@dataclass(frozen=True, kw_only=True)
class StoredMasks(Rows):
    """m kept silhouettes of some shots."""

    placed: Words
    """(m, 64) uint64."""
    centred: Words
    """(m, 64) uint64."""
    person: NDArray[np.bool_]
    """(m,)."""
    where: NDArray[np.float32]
    """(m, 3) as `MaskRow.where`."""
    aspect: NDArray[np.float32]
    """(m,) width / height of the picture."""
    instance: NDArray[np.uint8]
    """(m,) as `MaskRow.instance`."""
    variant: NDArray[np.uint8]
    """(m,) as `MaskRow.variant`."""


@dataclass(frozen=True, kw_only=True)
class StoredVectors(Rows):
    """m kept vectors of some shots, all of one length."""

    vector: NDArray[np.float32]
    """(m, D); D is 0 where there is no row."""
    magnitude: NDArray[np.float32]
    """(m,), NaN where none was kept."""
    aspect: NDArray[np.float32]
    """(m,) width / height of the picture."""


def stored_masks(
    at: RowsColumns, rows: Sequence[MaskRow], aspect: Sequence[float]
) -> StoredMasks:
    """Return m rows as they come back from where they are kept."""
    return StoredMasks(
        **at,
        placed=to_words([row.placed for row in rows]),
        centred=to_words([row.centred for row in rows]),
        person=np.array([row.subject == "person" for row in rows], np.bool_),
        where=np.array([row.where for row in rows], np.float32).reshape(-1, 3),
        aspect=np.asarray(aspect, np.float32),
        instance=np.array([row.instance for row in rows], np.uint8),
        variant=np.array([row.variant for row in rows], np.uint8),
    )


def stored_vectors(
    at: RowsColumns, rows: Sequence[VectorRow], aspect: Sequence[float]
) -> StoredVectors:
    """Return m rows as they come back from where they are kept, in half precision."""
    halves = [row.vector.astype(np.float16).astype(np.float32) for row in rows]
    speeds = [np.nan if row.magnitude is None else row.magnitude for row in rows]
    return StoredVectors(
        **at,
        vector=np.stack(halves) if halves else np.zeros((0, 0), np.float32),
        magnitude=np.array(speeds, np.float32),
        aspect=np.asarray(aspect, np.float32),
    )
