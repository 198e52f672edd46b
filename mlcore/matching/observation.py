"""What is seen and heard at one moment of a shot: what every kind of match starts from."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.moments import Slot
from mlcore.matching.segmenters import Silhouette

SAMPLE_RATE = 48_000
"""Of the sound, in samples a second."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One moment, and the short stretch of film on its own side of the cut.

    The stretch is that of `pipelines.moments.flow_window`: after a head, before a tail,
    around other moments, always inside the shot.
    """

    slot: Slot
    rate: Fraction
    """Frames a second."""
    aspect: float
    """Width / height of the active picture in square pixels."""
    picture: NDArray[np.uint8]
    """(h, w, 3) RGB, the active picture."""
    subjects: tuple[Silhouette, ...]
    """Who or what stands in front, the largest first; empty without a clear subject."""
    appearance: NDArray[np.float32]
    """(D,) of length 1: the picture as `AppearanceEncoder` sees it."""
    flow: NDArray[np.float16]
    """(n, 9, 16, 2) coarse flow of the stretch, in widths of the picture per frame."""
    stretch: Callable[[], NDArray[np.uint8]]
    """Decodes the stretch when asked: (n, h, w, 3) RGB of the active picture, small."""
    sound: NDArray[np.float32] | None
    """(samples,) mono at SAMPLE_RATE: up to a second on the moment's side of the cut, the
    second before a tail's end or after a head's beginning; None without a sound track
    and for moments that are neither."""
    clip: NDArray[np.float32] | None = None
    """(E,) of length 1: the second and a third on the moment's side of the cut, as a clip
    encoder sees it; None where nobody asked for it."""
