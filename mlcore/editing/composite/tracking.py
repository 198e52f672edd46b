"""A mask given in some frames, carried along with what is in it through the others.

T: frames, H, W: picture
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Masks = NDArray[np.bool_]
WIDTHS = (240, 480)
"""Least and most width that a thing is looked for at: one pixel is as near as it comes"""
REACH = 0.12
"""How far a thing may go in a frame, widths of the picture: across in a third of a second"""
SIZES = (1.0, 0.97, 1.03)
"""What it may grow or shrink by in a frame"""
GAIN = 0.05
"""Share by which another size must fit better than the same one"""


def tracked(
    frames_THW3: Bytes,
    masks_THW: Masks,
    told: Callable[[int, int], None] | None = None,
) -> Masks:
    """Return (T, H, W) masks: the given ones, and between them those nearest in time, moved.

    `told` hears of how many of how many frames they were moved to; what it raises ends
    that. Raises ValueError when no frame has a mask.
    """
    known = np.flatnonzero(masks_THW.any(axis=(1, 2)))
    if not len(known):
        raise ValueError("no frame has a mask to follow")
    masks = masks_THW.copy()
    missing = [frame for frame in range(len(masks)) if frame not in set(known.tolist())]
    nearest = {frame: int(known[np.abs(known - frame).argmin()]) for frame in missing}
    # From each known frame outwards, so that every step goes by one frame only.
    outwards = sorted(missing, key=lambda each: abs(each - nearest[each]))
    for done, frame in enumerate(outwards, start=1):
        beside = frame + (1 if nearest[frame] > frame else -1)
        masks[frame] = moved(frames_THW3[beside], frames_THW3[frame], masks[beside])
        if told:
            told(done, len(outwards))
    return masks


def moved(before_HW3: Bytes, after_HW3: Bytes, mask_HW: Masks) -> Masks:
    """Return the mask (H, W) of a frame where another one has what that frame had in it.

    What is inside the mask is looked for as it is, a little larger and a little smaller,
    by the sum of squared differences of its own pixels. Dense flow, which smears a fast
    thing's edge over the ground, lost drawn shapes within four frames.
    """
    height, width = mask_HW.shape
    scale = min(max(WIDTHS[0], width), WIDTHS[1]) / width
    before, after = (_scaled(each, scale) for each in (before_HW3, after_HW3))
    inside = _scaled(mask_HW.astype(np.uint8) * 255, scale) > 127
    if not inside.any():
        return np.zeros_like(mask_HW)
    rows, columns = (np.flatnonzero(inside.any(axis=side)) for side in (1, 0))
    corner = np.array([columns[0], rows[0]])
    close = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size, there = _found(before[close], inside[close], after, corner)
    shift = (there - size * corner) / scale
    move = np.array([[size, 0, shift[0]], [0, size, shift[1]]])
    carried = cv2.warpAffine(mask_HW.astype(np.float32), move, (width, height))
    return np.asarray(carried > 0.5, np.bool_)


def _found(
    thing_hw3: Bytes, inside_hw: Masks, frame_HW3: Bytes, corner: NDArray[np.int64]
) -> tuple[float, NDArray[np.int64]]:
    """By what a thing has grown in a frame, and its upper left corner (x, y) there."""
    reach = round(REACH * frame_HW3.shape[1])
    padded = cv2.copyMakeBorder(
        frame_HW3, reach, reach, reach, reach, cv2.BORDER_REPLICATE
    )
    least, best = np.inf, (1.0, corner)
    for size in SIZES:
        template, cover = (
            _scaled(each, size) for each in (thing_hw3, inside_hw.astype(np.uint8))
        )
        height, width = cover.shape
        x, y = corner
        window = padded[y : y + height + 2 * reach, x : x + width + 2 * reach]
        if window.shape[0] < height or window.shape[1] < width or not cover.any():
            continue
        weights = np.repeat(cover[..., None], 3, axis=2)
        off = cv2.matchTemplate(window, template, cv2.TM_SQDIFF, mask=weights)
        value, _, place, _ = cv2.minMaxLoc(off / cover.sum())
        if value < least * (1 - GAIN):
            least, best = value, (size, corner + np.array(place) - reach)
    return best


def _scaled(picture: Bytes, scale: float) -> Bytes:
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    if (height, width) == picture.shape[:2]:
        return picture
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (width, height), interpolation=way), np.uint8)
