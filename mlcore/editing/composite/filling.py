"""What is behind something that moves: taken from frames in which it is elsewhere.

T: frames, H, W: picture
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]
APART = (1, 2, 3, 5, 8, 13, 21, 34, 55)
"""Frames to either side that are looked into, the nearest first"""
CORNERS = 400
"""Followed from frame to frame to tell how the camera moved"""
FEWEST = 8
"""Corners without which the camera is taken to stand still"""


def filled(frames_THW3: Bytes, hidden_THW: Masks, frame: int, steps: Floats) -> Bytes:
    """Return one frame (H, W, 3) whose hidden places show what other frames have there.

    `steps` (T - 1, 2, 3) are camera movements as `camera_steps` finds them. What no frame
    shows is painted in from around (Telea 2004, as in OpenCV).
    """
    picture: Bytes = frames_THW3[frame].copy()
    hole = hidden_THW[frame].copy()
    height, width = hole.shape
    for other in _others(frame, len(frames_THW3)):
        if not hole.any():
            return picture
        here_from_other = _between(steps, other, frame)
        size = (width, height)
        moved = cv2.warpAffine(frames_THW3[other], here_from_other, size)
        seen = cv2.warpAffine(
            (~hidden_THW[other]).astype(np.uint8) * 255, here_from_other, size
        )
        usable = hole & (seen == 255)
        picture[usable] = moved[usable]
        hole &= ~usable
    if hole.any():
        around = max(3, round(width / 100))
        painted = cv2.inpaint(picture, hole.astype(np.uint8), around, cv2.INPAINT_TELEA)
        return np.asarray(painted, np.uint8)
    return picture


def camera_steps(
    frames_THW3: Bytes,
    hidden_THW: Masks,
    told: Callable[[int, int], None] | None = None,
) -> Floats:
    """Return (T - 1, 2, 3): where each frame's ground is in the next, as an affine map.

    Shift, zoom and roll that most corners outside the hidden places agree on (RANSAC).
    `told` hears of each; what it raises ends the work.
    """
    steps, after = [], _grey(frames_THW3[0])
    for at in range(len(frames_THW3) - 1):
        before, after = after, _grey(frames_THW3[at + 1])
        steps.append(_step(before, after, ~hidden_THW[at]))
        if told:
            told(at + 1, len(frames_THW3) - 1)
    return np.stack(steps)


def _grey(frame_HW3: Bytes) -> Bytes:
    return np.asarray(cv2.cvtColor(frame_HW3, cv2.COLOR_RGB2GRAY), np.uint8)


def _step(one: Bytes, two: Bytes, usable: Masks) -> Floats:
    still = np.eye(2, 3)
    corners = cv2.goodFeaturesToTrack(
        one, CORNERS, 0.01, 4, mask=usable.astype(np.uint8) * 255
    )
    # OpenCV gives None, against its own annotation, where it finds no corner.
    if corners is None or len(corners) < FEWEST:  # type: ignore[redundant-expr]
        return still
    there, found, _ = cv2.calcOpticalFlowPyrLK(  # type: ignore[call-overload]  # None: no guess
        one,
        two,
        corners,
        None,
    )
    good = found.ravel() == 1
    if good.sum() < FEWEST:
        return still
    # RANSAC draws from OpenCV's own generator: the same frames must give the same fill.
    cv2.setRNGSeed(0)
    fitted, _ = cv2.estimateAffinePartial2D(
        corners[good], there[good], ransacReprojThreshold=1.0
    )
    return still if fitted is None else np.asarray(fitted, np.float64)


def _between(steps: Floats, here: int, there: int) -> Floats:
    """The map from one frame's places to another's: all steps between, one after another."""
    whole = np.eye(3)
    for at in range(min(here, there), max(here, there)):
        whole = np.vstack([steps[at], [0, 0, 1]]) @ whole
    between = whole if here < there else np.linalg.inv(whole)
    return np.asarray(between[:2], np.float64)


def _others(frame: int, frames: int) -> list[int]:
    both = [frame + way * apart for apart in APART for way in (-1, 1)]
    return [other for other in both if 0 <= other < frames]
