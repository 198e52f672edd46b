from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.masks import LARGEST_AREA, SMALLEST_AREA, area, iou

Picture = NDArray[np.uint8]
Subject = Literal["person", "foreground"]

MOST_SUBJECTS = 4
"""Of one picture: in a crowd nobody is matched alone."""


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

    def subjects(self, rgb: Picture) -> tuple[Silhouette, ...]:
        """Return each subject of a uint8 (h, w, 3) RGB picture, the largest first."""

    def follow(
        self, rgb: Picture, before: Sequence[Silhouette]
    ) -> tuple[Silhouette, ...]:
        """Return the subjects of a near frame again, in their order, without those gone.

        Cheaper than `subjects`: what they are was settled before.
        """


def largest_first(found: Sequence[Silhouette]) -> tuple[Silhouette, ...]:
    """Return at most MOST_SUBJECTS silhouettes that are neither too small nor too large."""
    shares = [(area(one.coverage >= 0.5), one) for one in found]
    fit = [(s, one) for s, one in shares if SMALLEST_AREA <= s <= LARGEST_AREA]
    # Stable: of equal ones the first stays first.
    order = sorted(range(len(fit)), key=lambda at: -fit[at][0])
    return tuple(fit[at][1] for at in order[:MOST_SUBJECTS])


def shared_share(a: Silhouette, b: Silhouette) -> float:
    """Return the intersection over union of two silhouettes of one picture, 0..1."""
    one, other = a.coverage >= 0.5, b.coverage >= 0.5
    if one.shape != other.shape:
        size = (one.shape[1], one.shape[0])
        other = cv2.resize(b.coverage, size, interpolation=cv2.INTER_LINEAR) >= 0.5
    return iou(one, other)


def check_picture(rgb: Picture) -> None:
    """Raise ValueError unless this is a uint8 (h, w, 3) picture."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise ValueError(
            f"a picture must be uint8 (h, w, 3), got {rgb.dtype} {rgb.shape}"
        )
