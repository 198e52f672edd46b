"""How much a clip changes from frame to frame beyond what its motion explains.

T: frames, H, W: picture
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
WIDEST = 480
"""Pixels across at which motion is looked for"""


def flicker_curve(
    frames_THW3: Bytes, like_THW3: Bytes, cover_THW: Floats
) -> list[float]:
    """Return T - 1 numbers 0..1: how far each frame is from the one before it, moved.

    The warping error of Lai et al. (arXiv 1808.00449): the motion is that of `like` (the
    source, for both the source and its edit), by DIS, and only what is covered counts in
    both frames. 0 where nothing is.
    """
    small = [_small(each) for each in like_THW3]
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    curve = []
    for at in range(1, len(frames_THW3)):
        now, before = _grey(small[at]), _grey(small[at - 1])
        flow_hw2 = finder.calc(now, before, np.zeros((*now.shape, 2), np.float32))
        frames, covers = (
            [_small(every[each]) for each in (at, at - 1)]
            for every in (frames_THW3, cover_THW)
        )
        curve.append(_warped_off(frames, covers, np.asarray(flow_hw2, np.float32)))
    return curve


def _warped_off(
    frames_now_before: list[Floats], covers_now_before: list[Floats], flow_hw2: Floats
) -> float:
    now, before = frames_now_before
    covered, was_covered = covers_now_before
    height, width = flow_hw2.shape[:2]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    to_x = (x + flow_hw2[..., 0]).astype(np.float32)
    to_y = (y + flow_hw2[..., 1]).astype(np.float32)
    came = cv2.remap(before, to_x, to_y, cv2.INTER_LINEAR)
    was = cv2.remap(was_covered, to_x, to_y, cv2.INTER_LINEAR)
    inside = (covered > 0) & (was > 0)
    if not inside.any():
        return 0.0
    off = np.abs(now - came).mean(axis=2) / 255
    return float(off[inside].mean())


def _small(picture: NDArray[Any]) -> Floats:
    """As float32, at most WIDEST across."""
    height, width = picture.shape[:2]
    whole = np.ascontiguousarray(picture, np.float32)
    if width <= WIDEST:
        return whole
    size = (WIDEST, max(1, round(height * WIDEST / width)))
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.float32)


def _grey(picture: Floats) -> Bytes:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(np.rint(grey), np.uint8)
