from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Subject = Literal["person", "foreground"]


@dataclass(frozen=True, slots=True)
class Silhouette:
    """What stands in front in a picture."""

    coverage: NDArray[np.float32]
    """(H, W), 0..1, of the whole picture; its size is the segmenter's own."""
    subject: Subject
    score: float
    """How sure the segmenter is of the subject, 0..1."""


class Segmenter(Protocol):
    """Finds the subject of a picture."""

    @property
    def name(self) -> str:
        """What it is, for people."""

    @property
    def weights(self) -> Sequence[Path]:
        """Files whose content decides its output."""

    def segment(self, rgb: Picture) -> Silhouette | None:
        """Return the subject of a uint8 (h, w, 3) RGB picture, None without a clear one."""


def check_picture(rgb: Picture) -> None:
    """Raise ValueError unless this is a uint8 (h, w, 3) picture."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise ValueError(
            f"a picture must be uint8 (h, w, 3), got {rgb.dtype} {rgb.shape}"
        )
