"""People: MediaPipe's selfie mask, believed only where a head is found in it."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.masks import SMALLEST_AREA, area
from mlcore.matching.segmenters.base import (
    Picture,
    Silhouette,
    check_picture,
    largest_first,
)
from mlcore.matching.segmenters.detectors import (
    BODY,
    FAR_FACE,
    NEAR_FACE,
    Design,
    Head,
    HeadDetector,
    padded,
)
from mlcore.matching.segmenters.tflite import TfliteNetwork

SELFIE = "selfie_segmentation.tflite"

GATES: tuple[tuple[Design, float], ...] = (
    (FAR_FACE, 0.6),
    (NEAR_FACE, 0.7),
    (BODY, 0.85),
)
"""Score from which each detector alone vouches for a person.

Just above, or for faces close to, the highest score without people in the sample titles
and two photographs; together with the mask none of those then passes. What is missed are
walking legs, backs in the dark and a face turned away (`python -m bench.matching`).
"""

COMPANY = 0.4
"""Score from which further heads keep their part of the mask, once one has vouched."""

Coverage = NDArray[np.float32]


class PersonSegmenter:
    """Masks people; without a head in the mask there is no person.

    The mask network alone also covers cats, cups and flowers. `folder` holds the four
    .tflite files; FileNotFoundError names the one that is missing.
    """

    name = "MediaPipe selfie mask with face and body gates"

    def __init__(self, folder: Path) -> None:
        self._selfie = TfliteNetwork(folder / SELFIE)
        self._gates = [(HeadDetector(folder, d), least) for d, least in GATES]
        self.weights = [
            self._selfie.weights,
            *(detector.network.weights for detector, _ in self._gates),
        ]

    def segment(self, rgb: Picture) -> Silhouette | None:
        """Return the people of a uint8 (h, w, 3) picture as one mask, or None; 256 pixels on the longest side."""
        return self.vouched(rgb, self.coverage(rgb))

    def subjects(self, rgb: Picture) -> tuple[Silhouette, ...]:
        """Return each part of the mask that has a head in it, the largest first.

        People who touch are one part: the mask does not tell them apart.
        """
        return self.each_vouched(rgb, self.coverage(rgb))

    def follow(
        self, rgb: Picture, before: Sequence[Silhouette]
    ) -> tuple[Silhouette, ...]:
        """Return people of a near frame again; nobody looks for heads anew."""
        coverage = self.coverage(rgb)
        _, labels = cv2.connectedComponents((coverage >= 0.5).astype(np.uint8))
        parts = np.asarray(labels, np.int32)
        found: dict[int, Silhouette] = {}
        for person in before:
            size = (parts.shape[1], parts.shape[0])
            stood = cv2.resize(person.coverage, size, interpolation=cv2.INTER_LINEAR)
            shared = np.bincount(parts[stood >= 0.5], minlength=1)
            shared[0] = 0  # what is no part
            part = int(shared.argmax())
            if part and part not in found:
                here = coverage * (parts == part)
                found[part] = Silhouette(here, "person", person.score)
        return tuple(found.values())

    def coverage(self, rgb: Picture) -> Coverage:
        """Return the ungated mask, 0..1, 256 pixels on the longest side: whatever stands in front."""
        check_picture(rgb)
        square, (top, left, height, width) = padded(rgb, self._selfie.side)
        mask = self._selfie.run(square / 255.0)[0][..., 0]
        return mask[top : top + height, left : left + width]

    def vouched(self, rgb: Picture, coverage: Coverage) -> Silhouette | None:
        """Return the parts of a mask that have a head in them, if one head is sure enough."""
        parts, heads, sure = self._heads(rgb, coverage)
        if not sure:
            return None
        kept = coverage * np.isin(parts, sorted(heads))
        return Silhouette(kept, "person", sure)

    def each_vouched(self, rgb: Picture, coverage: Coverage) -> tuple[Silhouette, ...]:
        """Return the same parts one by one, the largest first."""
        parts, heads, sure = self._heads(rgb, coverage)
        found = [
            Silhouette(coverage * (parts == part), "person", score)
            for part, score in sorted(heads.items())
        ]
        return largest_first(found) if sure else ()

    def _heads(
        self, rgb: Picture, coverage: Coverage
    ) -> tuple[NDArray[np.int32], dict[int, float], float]:
        """Return the numbered parts of a mask, the best head in each that has one, and
        the best score that passed its gate: 0 where nobody vouches for a person."""
        _, labels = cv2.connectedComponents((coverage >= 0.5).astype(np.uint8))
        parts = np.asarray(labels, np.int32)
        if area(coverage >= 0.5) < SMALLEST_AREA:
            return (
                parts,
                {},
                0.0,
            )  # too small for a mask: the detectors cost five times as much
        best: dict[int, float] = {}
        sure = 0.0
        for detector, least in self._gates:
            for head in detector.heads(rgb, COMPANY):
                part = _part_at(parts, head)
                if part:
                    best[part] = max(best.get(part, 0.0), head.score)
                    sure = max(sure, head.score if head.score >= least else 0.0)
        return parts, best, sure


def _part_at(parts: NDArray[np.int32], head: Head) -> int:
    """Return the number of the part under a head's centre, 0 for none."""
    if not (0.0 <= head.x < 1.0 and 0.0 <= head.y < 1.0):
        return 0
    height, width = parts.shape
    return int(parts[int(head.y * height), int(head.x * width)])
