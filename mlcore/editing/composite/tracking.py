"""A mask given in some frames, carried along through the others by flow.

T: frames, H, W: picture
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.flow import flow_finder

Bytes = NDArray[np.uint8]
Masks = NDArray[np.bool_]
WIDEST = 480
"""Width that flow is found at: finer it costs more and follows no better"""


def tracked(frames_THW3: Bytes, masks_THW: Masks) -> Masks:
    """Return (T, H, W) masks: the given ones, and between them those nearest in time, moved.

    Raises ValueError when no frame has a mask.
    """
    known = np.flatnonzero(masks_THW.any(axis=(1, 2)))
    if not len(known):
        raise ValueError("no frame has a mask to follow")
    masks = masks_THW.copy()
    missing = [frame for frame in range(len(masks)) if frame not in set(known.tolist())]
    nearest = {frame: int(known[np.abs(known - frame).argmin()]) for frame in missing}
    # From each known frame outwards, so that every step goes by one frame only.
    for frame in sorted(missing, key=lambda each: abs(each - nearest[each])):
        beside = frame + (1 if nearest[frame] > frame else -1)
        masks[frame] = moved(frames_THW3[beside], frames_THW3[frame], masks[beside])
    return masks


def moved(before_HW3: Bytes, after_HW3: Bytes, mask_HW: Masks) -> Masks:
    """Return the mask (H, W) of a frame where another one has what that frame had in it.

    Each place of the second frame looks up where it was in the first.
    """
    height, width = mask_HW.shape
    scale = min(1.0, WIDEST / width)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    after, before = (_small_and_grey(each, size) for each in (after_HW3, before_HW3))
    flow = flow_finder().calc(after, before, None)  # type: ignore[call-overload]  # None: no guess
    across, down = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    there = cv2.resize(mask_HW.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    x, y = (
        (across + flow[..., 0]).astype(np.float32),
        (down + flow[..., 1]).astype(np.float32),
    )
    found = cv2.remap(there, x, y, cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(found, (width, height)) > 0.5, np.bool_)


def _small_and_grey(frame_HW3: Bytes, size: tuple[int, int]) -> Bytes:
    grey = cv2.cvtColor(frame_HW3, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
