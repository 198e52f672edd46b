"""Representations as they are kept, and as kinds get them back: masks and vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words
from mlcore.matching.moments import Rows


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


@dataclass(frozen=True, kw_only=True)
class StoredVectors(Rows):
    """m kept vectors of some shots, all of one length."""

    vector: NDArray[np.float32]
    """(m, D); D is 0 where there is no row."""
    magnitude: NDArray[np.float32]
    """(m,), NaN where none was kept."""
    aspect: NDArray[np.float32]
    """(m,) width / height of the picture."""
