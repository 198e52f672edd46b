"""How much a clip changes from frame to frame beyond what its motion explains.

T: frames, H, W: picture
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
WIDEST = 480
"""Pixels across at which motion is looked for"""


def flicker_curves(
    frames_THW3: Bytes,
    like_THW3: Bytes,
    cover_THW: Floats,
    told: Callable[[float], None] | None = None,
) -> tuple[list[float], list[float]]:
    """Return T - 1 numbers 0..1 of frames, and of what they are like: how far each is from the one before it, moved.

    The warping error of Lai et al. (arXiv 1808.00449): the motion is that of `like` (the
    source, for both the source and its edit), by DIS, and only what is covered counts in
    both frames. 0 where nothing is. `told` hears the share that is done; what it raises
    ends the work.
    """
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    clips = (frames_THW3, like_THW3)
    before = [_small(each[0]) for each in (*clips, cover_THW)]
    curves: tuple[list[float], list[float]] = ([], [])
    for at in range(1, len(like_THW3)):
        now = [_small(each[at]) for each in (*clips, cover_THW)]
        flow_hw2 = _flow(finder, now[1], before[1])
        covers = [now[2], before[2]]
        for curve, is_now, was in zip(curves, now, before, strict=False):
            curve.append(_warped_off([is_now, was], covers, flow_hw2))
        before = now
        if told:
            told((at + 1) / len(like_THW3))
    return curves


def _flow(finder: cv2.DISOpticalFlow, now: Floats, before: Floats) -> Floats:
    """(h, w, 2): where each place was before."""
    empty = np.zeros((*now.shape[:2], 2), np.float32)
    return np.asarray(finder.calc(_grey(now), _grey(before), empty), np.float32)


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
