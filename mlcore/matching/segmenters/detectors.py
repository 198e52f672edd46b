"""Where heads are: MediaPipe's single-shot face and body detectors."""

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
        side = self.network.side
        square, (_, _, height, width) = padded(rgb, side)
        found = self.network.run(square / 127.5 - 1.0)
        offsets, logits = sorted(found, key=lambda out: -out.shape[1])
        scores = 1.0 / (1.0 + np.exp(-logits[:, 0].clip(-60.0, 60.0)))
        sure = np.flatnonzero(scores >= least)
        middle = self._centres[sure] + offsets[sure, :2] / side
        inside = (middle - 0.5) * side / (width, height) + 0.5
        return [
            Head(float(x), float(y), float(score))
            for (x, y), score in zip(inside, scores[sure], strict=True)
        ]


def _grid(cells: int, boxes: int) -> NDArray[np.float32]:
    at = (np.arange(cells, dtype=np.float32) + 0.5) / cells
    x, y = np.meshgrid(at, at)
    return np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), boxes, axis=0)


def padded(
    rgb: Picture, side: int
) -> tuple[NDArray[np.float32], tuple[int, int, int, int]]:
    """Return the picture, 0..255, in the middle of a black (side, side, 3) square, and where.

    Where is (top, left, height, width). Squeezed instead, a wide picture loses its people.
    """
    tall, wide = rgb.shape[:2]
    scale = side / max(tall, wide)
    height, width = max(1, round(tall * scale)), max(1, round(wide * scale))
    top, left = (side - height) // 2, (side - width) // 2
    square = np.zeros((side, side, 3), np.float32)
    square[top : top + height, left : left + width] = cv2.resize(
        rgb, (width, height), interpolation=cv2.INTER_AREA
    )
    return square, (top, left, height, width)
