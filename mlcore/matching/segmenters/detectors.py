"""Where heads are: MediaPipe's single-shot face and body detectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.segmenters.base import Picture
from mlcore.matching.segmenters.tflite import TfliteNetwork


class Head(NamedTuple):
    """Centre of a head in shares of the picture's width and height, and how sure."""

    x: float
    y: float
    score: float


@dataclass(frozen=True, slots=True)
class Design:
    """A detector's file, and its anchors as (cells a side, boxes a cell)."""

    file: str
    anchors: tuple[tuple[int, int], ...]


# Anchors follow MediaPipe's own graphs: modules/face_detection/face_detection*.pbtxt
# and modules/pose_detection/pose_detection_cpu.pbtxt; boxes are centred in cells.
NEAR_FACE = Design("face_detection_short_range.tflite", ((16, 2), (8, 6)))
FAR_FACE = Design("face_detection_full_range_sparse.tflite", ((48, 1),))
BODY = Design("pose_detection.tflite", ((28, 2), (14, 2), (7, 6)))


class HeadDetector:
    """Finds heads in a whole picture; FileNotFoundError without its weights."""

    def __init__(self, folder: Path, design: Design) -> None:
        self.network = TfliteNetwork(folder / design.file)
        self._centres = np.concatenate([_grid(*level) for level in design.anchors])

    def heads(self, rgb: Picture, least: float) -> list[Head]:
        """Return heads scored `least` (0..1) and above; one head may be found often."""
        pixels, share = _padded(rgb, self.network.side)
        offsets, logits = sorted(
            self.network.run(pixels), key=lambda out: -out.shape[1]
        )
        scores = 1.0 / (1.0 + np.exp(-logits[:, 0].clip(-60.0, 60.0)))
        found = np.flatnonzero(scores >= least)
        middle = self._centres[found] + offsets[found, :2] / self.network.side
        inside = (middle - 0.5) / share + 0.5
        return [
            Head(float(x), float(y), float(score))
            for (x, y), score in zip(inside, scores[found], strict=True)
        ]


def _grid(cells: int, boxes: int) -> NDArray[np.float32]:
    at = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    x, y = np.meshgrid(at, at)
    return np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), boxes, axis=0)


def _padded(rgb: Picture, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the picture in the middle of a black square, -1..1, and its share (x, y) of it."""
    height, width = rgb.shape[:2]
    longest = max(height, width)
    size = (
        max(1, round(width * side / longest)),
        max(1, round(height * side / longest)),
    )
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    square = np.zeros((side, side, 3), np.float32)
    square[top : top + size[1], left : left + size[0]] = small
    share = np.array([size[0] / side, size[1] / side], np.float32)
    return square / 127.5 - 1.0, share


def any_above(heads: Sequence[Head], least: float) -> bool:
    """Whether one of the heads is that sure."""
    return any(head.score >= least for head in heads)
