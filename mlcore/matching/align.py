"""How an entering picture must be scaled, moved and turned for its mask to lie on the leaving one."""

import math
from dataclasses import dataclass, replace
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.frame_rows import mask_rows
from mlcore.matching.kinds.frame import FrameKind
from mlcore.matching.masks import Mask, iou
from mlcore.matching.moments import rows_columns
from mlcore.matching.segmenters.base import Silhouette
from mlcore.matching.stored import stored_masks

WIDTH = 128
"""Pixels of the picture's width in which masks are laid over one another."""

GAIN = 0.02
"""What a turn or a mirrored picture must add to the overlap, or it is not worth it."""

FARTHEST_TURN = 20.0
"""Degrees. A horizon that leans further is seen as what it is."""

_STEPS = np.array([0.08, 0.03, 0.03, math.radians(4.0)])
_HALVINGS = 5

Floats = NDArray[np.float32]
Pose = NDArray[np.float64]
"""Logarithm of the scale, dx and dy in widths, turn in radians."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """Applied to the entering picture about its centre: mirrored, turned, scaled, moved."""

    scale: float
    dx: float
    """Widths of the picture, to the right."""
    dy: float
    """Widths of the picture, down."""
    rotation: float
    """Degrees, clockwise."""
    mirror: bool
    """Left and right exchanged first."""
    iou_before: float
    """Overlap of the masks as they stand, 0..1."""
    iou_after: float
    """Overlap after, 0..1, inside the window that both pictures then show."""


@dataclass(frozen=True, slots=True)
class _Canvas:
    leaving: Floats
    entering: Floats

    def found(self, pose: Pose) -> tuple[float, float]:
        """Return the overlap in the window, and how good that is.

        Better is more overlap; a window that keeps less of the masks says less.
        """
        turn = _matrix(pose, self.entering.shape, self.leaving.shape)
        height, width = self.leaving.shape
        layers = np.dstack([self.entering, np.ones_like(self.entering)])
        moved = cv2.warpAffine(layers, turn, (width, height))
        there, window = moved[..., 0], moved[..., 1]
        here = self.leaving * window
        union = float(np.maximum(here, there).sum())
        overlap = float(np.minimum(here, there).sum()) / union if union else 0.0
        whole = float(self.entering.sum()) * math.exp(2 * pose[0])
        kept = min(float(here.sum()) / float(self.leaving.sum()), there.sum() / whole)
        return overlap, overlap * min(1.0, kept) ** 0.25


def align(
    leaving: Mask,
    entering: Mask,
    aspects: tuple[float, float] = (16 / 9, 16 / 9),
    *,
    turn: bool = False,
    mirror: bool = False,
) -> Alignment | None:
    """Return the move that lays one placed (64, 64) mask on the other; None if one is no subject.

    `aspects` are width / height of the leaving and the entering picture. Begun from
    centroids and areas, of whole figures and of figures as an edge cuts them
    (`FrameKind.parts`), then searched step by step for the best overlap in the window
    that both pictures show. A `turn` of up to 20 degrees and a `mirror`ed picture are
    tried only if asked for, and taken only if they add GAIN. No chance is involved.
    """
    plain = _aligned(leaving, entering, aspects, turn=turn)
    if plain is None or not mirror:
        return plain
    other = _aligned(leaving, entering[:, ::-1], aspects, turn=turn)
    if other is None or other.iou_after <= plain.iou_after + GAIN:
        return plain
    return replace(other, mirror=True, iou_before=plain.iou_before)


def _aligned(
    leaving: Mask, entering: Mask, aspects: tuple[float, float], *, turn: bool
) -> Alignment | None:
    start = _start(leaving, entering, aspects)
    if start is None:
        return None
    canvas = _Canvas(_drawn(leaving, aspects[0]), _drawn(entering, aspects[1]))
    best = _climb(canvas, start, free=3)
    if turn:
        tilted = start.copy()
        tilted[3] = _lean(canvas.leaving) - _lean(canvas.entering)
        tries = [
            best,
            *([tilted] if abs(tilted[3]) <= math.radians(FARTHEST_TURN) else []),
        ]
        turned = max(
            (_climb(canvas, pose, free=4) for pose in tries),
            key=lambda pose: canvas.found(pose)[1],
        )
        if canvas.found(turned)[1] > canvas.found(best)[1] + GAIN:
            best = turned
    before = iou(leaving, np.ascontiguousarray(entering))
    after = canvas.found(best)[0]
    if after <= before:
        # Where the masks meet as they stand, nothing is moved for nothing.
        best, after = np.zeros(4), before
    return Alignment(
        scale=math.exp(best[0]),
        dx=float(best[1]),
        dy=float(best[2]),
        rotation=math.degrees(best[3]),
        mirror=False,
        iou_before=before,
        iou_after=after,
    )


def _start(leaving: Mask, entering: Mask, aspects: tuple[float, float]) -> Pose | None:
    rows = []
    for mask, aspect in zip((leaving, entering), aspects, strict=True):
        silhouette = Silhouette(mask.astype(np.float32), "foreground", 1.0)
        found = mask_rows(silhouette, aspect)
        if not found:
            return None
        at = rows_columns(*([0] * len(found) for _ in range(3)))
        rows.append(FrameKind().rows(stored_masks(at, found, [aspect] * len(found))))
    parts = FrameKind().parts(*rows)
    scale, dx, dy = (float(parts[name][0]) for name in ("scale", "dx", "dy"))
    return np.array([math.log(scale), dx, dy, 0.0])


def _climb(canvas: _Canvas, start: Pose, free: int) -> Pose:
    """Return the best pose near the start, by steps that halve (Hooke and Jeeves, 1961)."""
    best, worth = start, canvas.found(start)[1]
    steps = _STEPS.copy()
    for _ in range(_HALVINGS):
        better = True
        while better:
            better = False
            for axis, sign in product(range(free), (1, -1)):
                tried = best.copy()
                tried[axis] += sign * steps[axis]
                found = canvas.found(tried)[1]
                if found > worth + 1e-6 and abs(tried[3]) <= math.radians(
                    FARTHEST_TURN
                ):
                    best, worth, better = tried, found, True
        steps /= 2
    return best


def _matrix(pose: Pose, entering: tuple[int, ...], leaving: tuple[int, ...]) -> Pose:
    scale = math.exp(pose[0])
    cos, sin = scale * math.cos(pose[3]), scale * math.sin(pose[3])
    turn = np.array([[cos, -sin], [sin, cos]])
    # OpenCV puts pixel centres on whole numbers; ours are at halves.
    before = (np.array(entering[1::-1]) - 1) / 2
    after = (np.array(leaving[1::-1]) - 1) / 2 + pose[1:3] * WIDTH
    return np.column_stack([turn, after - turn @ before])


def _drawn(mask: Mask, aspect: float) -> Floats:
    """Return a placed mask in square pixels, its edges softened by the change of size."""
    size = (WIDTH, round(WIDTH / aspect))
    return np.asarray(cv2.resize(mask.astype(np.float32), size), np.float32)


def _lean(mask: Floats) -> float:
    """Return the angle of a mask's long axis, in radians, clockwise from upright."""
    found = cv2.moments(mask)
    angle = 0.5 * math.atan2(2 * found["mu11"], found["mu20"] - found["mu02"])
    from_upright = angle - math.pi / 2 if angle > 0 else angle + math.pi / 2
    return float(from_upright)
