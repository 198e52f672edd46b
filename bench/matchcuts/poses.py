"""Draws people in poses: limbs at angles of their own, wherever in the frame, cut or not."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

SIZE = (180, 320)  # Height, width.
_SPREAD = 1.1  # Radians that an arm may swing either way; legs half of it.


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles from hanging straight down, in radians, of upper and lower limbs."""

    arms: tuple[float, float, float, float]
    legs: tuple[float, float, float, float]
    lean: float
    broad: float
    """Width of shoulders and hips, 1 is usual."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands: its middle in parts of the picture, its height in heights of it."""

    x: float
    y: float
    height: float


def any_pose(chance: np.random.Generator) -> Pose:
    """A pose at random."""
    arms = np.array([0.5, 0.3, -0.5, -0.3]) + chance.uniform(-_SPREAD, _SPREAD, 4)
    legs = np.array([0.2, 0, -0.2, 0]) + chance.uniform(-_SPREAD, _SPREAD, 4) / 2
    return Pose(
        (arms[0], arms[1], arms[2], arms[3]),
        (legs[0], legs[1], legs[2], legs[3]),
        float(chance.uniform(-0.25, 0.25)),
        float(chance.uniform(0.8, 1.3)),
    )


def nearly(pose: Pose, chance: np.random.Generator, much: float = 0.06) -> Pose:
    """The same pose as another person would hold it."""
    moved = chance.normal(0, much, 8)
    arms, legs = moved[:4] + pose.arms, moved[4:] + pose.legs
    return replace(
        pose,
        arms=(arms[0], arms[1], arms[2], arms[3]),
        legs=(legs[0], legs[1], legs[2], legs[3]),
        broad=pose.broad * float(np.exp(chance.normal(0, much))),
    )


def drawn_pose(pose: Pose, place: Place, size: tuple[int, int] = SIZE) -> Mask:
    """The figure's silhouette in a picture, (h, w) bool; the frame's edges cut it."""
    tall = place.height * size[0]
    middle = np.array([place.x * size[1], place.y * size[0]])
    canvas = np.zeros(size, np.uint8)

    def at(point: NDArray[np.float64]) -> tuple[int, int]:
        x, y = middle + point * tall
        return round(x), round(y)

    def limb(
        start: NDArray[np.float64], angles: tuple[float, float], length: float
    ) -> None:
        thick = max(1, round(0.085 * tall))
        for angle in angles:
            end = start + length * np.array([np.sin(angle), np.cos(angle)])
            cv2.line(canvas, at(start), at(end), 1, thick)
            start = end

    hip = np.array([0.0, 0.04])
    neck = hip + 0.36 * np.array([np.sin(pose.lean), -np.cos(pose.lean)])
    head = neck + 0.1 * np.array([np.sin(pose.lean), -np.cos(pose.lean)])
    cv2.circle(canvas, at(head), max(1, round(0.08 * tall)), 1, -1)
    across = np.array([0.12 * pose.broad, 0.0])
    body = [neck - across, neck + across, hip + 0.75 * across, hip - 0.75 * across]
    cv2.fillPoly(canvas, [np.array([at(point) for point in body], np.int32)], 1)
    for side, first in ((1, 0), (-1, 2)):
        limb(neck + side * across, pose.arms[first : first + 2], 0.19)
        limb(hip + 0.5 * side * across, pose.legs[first : first + 2], 0.23)
    return canvas.astype(np.bool_)
