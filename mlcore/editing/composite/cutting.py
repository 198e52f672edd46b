"""An object cut out of a picture, and laid where a mask is.

h, w: picture with the object; H, W: frame
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Masks = NDArray[np.bool_]
LEAST = 0.01
"""Share of a picture below which what was found in it is no object"""
ROUNDS = 5
STEADY = 5
"""Frames over which where and how large a mask is are averaged"""


@dataclass(frozen=True)
class CutOut:
    """An object and its outline, cut close."""

    picture: Bytes
    """(h, w, 3)"""
    cover: NDArray[np.float32]
    """(h, w) 0..1"""


@dataclass(frozen=True)
class Placed:
    """Where the object of each frame is, and how large."""

    middle: Floats
    """(T, 2) x, y in pixels"""
    tall: Floats
    """(T,) square root of its area in pixels"""


def cut_out(picture_hw3: Bytes, cover_hw: Bytes | None = None) -> CutOut:
    """Return the object of a picture: by its own cover (0..255), or what stands out in it.

    Without a cover GrabCut (Rother et al. 2004) tells it from the frame of the picture.
    Raises ValueError when there is none to be told.
    """
    if cover_hw is None or cover_hw.min() == 255:
        cover_hw = _standing_out(picture_hw3)
    there = cover_hw > 127
    if there.mean() < LEAST:
        raise ValueError(
            "no object stands out in the target picture: give one with a transparent ground"
        )
    rows, columns = (np.flatnonzero(there.any(axis=side)) for side in (1, 0))
    close = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return CutOut(picture_hw3[close], np.asarray(cover_hw[close] / 255, np.float32))


def placed(masks_THW: Masks) -> Placed:
    """Return where masks are, steadied over frames. Every frame must have one.

    None becomes smaller than the smallest: a line through sizes that fall all of a sudden
    goes through nothing.
    """
    middles, talls = [], []
    for mask in masks_THW:
        y, x = np.nonzero(mask)
        middles.append((x.mean(), y.mean()))
        talls.append(np.sqrt(len(x)))
    tall = np.maximum(steadied(np.array(talls)), min(talls))
    return Placed(steadied(np.array(middles)), tall)


def steadied(values_T: Floats) -> Floats:
    """Return (T, ...) each with the mean of a line through the frames around it.

    A line, not a mean, so that what moves evenly does not lag at the ends.
    """
    half, smooth = STEADY // 2, np.empty_like(values_T, dtype=np.float64)
    for at in range(len(values_T)):
        first, last = max(0, at - half), min(len(values_T), at + half + 1)
        around = values_T[first:last]
        degree = min(1, len(around) - 1)
        fit = np.polyfit(
            np.arange(first, last) - at, around.reshape(len(around), -1), degree
        )
        smooth[at] = fit[-1].reshape(values_T.shape[1:])
    return smooth


def laid(cut: CutOut, middle_2: Floats, tall: float, size: tuple[int, int]) -> CutOut:
    """Return the object in a frame (H, W): its middle of mass there, its area `tall` squared."""
    height, width = size
    area = float(cut.cover.sum())
    scale = tall / np.sqrt(area)
    y, x = np.nonzero(cut.cover > 0.5)
    shift_x, shift_y = middle_2 - scale * np.array([x.mean(), y.mean()])
    move = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    # Shrunk pictures are averaged first, or they shimmer as they move.
    seen = _softened(cut, max(0.0, (1 / scale - 1) / 2))
    picture = cv2.warpAffine(
        seen.picture, move, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    cover = cv2.warpAffine(seen.cover, move, (width, height))
    return CutOut(np.asarray(picture, np.uint8), np.asarray(cover, np.float32))


def _softened(cut: CutOut, pixels: float) -> CutOut:
    if not pixels:
        return cut
    around = cv2.copyMakeBorder(cut.cover, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    return CutOut(
        np.asarray(cv2.GaussianBlur(cut.picture, (0, 0), pixels), np.uint8),
        np.asarray(cv2.GaussianBlur(around, (0, 0), pixels)[1:-1, 1:-1], np.float32),
    )


def _standing_out(picture_hw3: Bytes) -> Bytes:
    height, width = picture_hw3.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    margin = max(1, round(min(height, width) / 20))
    inside = (margin, margin, width - 2 * margin, height - 2 * margin)
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(
        np.ascontiguousarray(picture_hw3[..., ::-1]),
        mask,
        inside,
        *models,
        ROUNDS,
        cv2.GC_INIT_WITH_RECT,
    )
    found = (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)
    return np.asarray(found, np.uint8) * 255
