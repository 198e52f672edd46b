"""Colours of a picture as numbers: how light, which tints, how they are spread."""

import cv2
import numpy as np
from numpy.typing import NDArray

HUES, SATURATIONS = 12, 3
COLOUR_DIMS = 6 + 1 + HUES * SATURATIONS
"""Mean and spread of L, a, b; share of grey; hue x saturation histogram."""

LOOK_DIMS = 2 * COLOUR_DIMS + 3
"""The whole picture, its subject, and where the subject stands."""

_GREY = 32  # HSV saturation (0..255) under which a hue is noise.
_SIDE = 96

Picture = NDArray[np.uint8]


def colour_statistics(
    rgb: Picture, mask: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Return (43,) float32 of a uint8 (h, w, 3) RGB picture, or of what `mask` covers.

    0..5: mean and standard deviation of L, a, b of CIE Lab, each divided by 100.
    6..: a histogram that sums to 1: grey pixels, then 12 hues x 3 saturations.
    `mask` is (H, W) bool of the whole picture, any size. Red and green of one
    luma differ in a, b and in the histogram. ValueError for an empty mask.
    """
    small = _small(rgb)
    inside = _inside(mask, small)
    lab = cv2.cvtColor(small.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)[inside]
    hsv = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)[inside], np.uint8)
    moments = np.concatenate([lab.mean(axis=0), lab.std(axis=0)]) / 100.0
    return np.concatenate([moments, _histogram(hsv)]).astype(np.float32)


def look_colours(
    rgb: Picture, coverage: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return (89,) float32: the statistics of the picture, of its subject, and its place.

    0..42 of the whole picture, 43..85 of the subject; 86..88 its centroid x, y in 0..1
    and the square root of its share of the picture. `coverage` (H, W), 0..1, of any
    size, is the subject's mask; where there is none, or none of it reaches .5, all from
    43 on is 0.
    """
    found = np.zeros(LOOK_DIMS, np.float32)
    found[:COLOUR_DIMS] = colour_statistics(rgb)
    if coverage is None:
        return found
    small = _small(rgb)
    size = (small.shape[1], small.shape[0])
    subject = cv2.resize(coverage, size, interpolation=cv2.INTER_AREA) >= 0.5
    if not subject.any():
        return found
    found[COLOUR_DIMS:-3] = colour_statistics(small, subject)
    y, x = (at.mean() + 0.5 for at in np.nonzero(subject))
    found[-3:] = x / size[0], y / size[1], np.sqrt(subject.mean())
    return found


def _small(rgb: Picture) -> Picture:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(
            f"a picture must be uint8 (h, w, 3), got {rgb.dtype} {rgb.shape}"
        )
    scale = min(1.0, _SIDE / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _inside(mask: NDArray[np.bool_] | None, small: Picture) -> NDArray[np.bool_]:
    height, width = small.shape[:2]
    if mask is None:
        return np.ones((height, width), np.bool_)
    fitted = cv2.resize(
        mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
    ).astype(np.bool_)
    if not fitted.any():
        raise ValueError("the mask is empty: a colour needs at least one pixel")
    return np.asarray(fitted)


def _histogram(hsv: NDArray[np.uint8]) -> NDArray[np.float64]:
    hue, saturation = hsv[:, 0].astype(np.int64), hsv[:, 1].astype(np.int64)
    coloured = saturation >= _GREY
    # OpenCV's hue is 0..179; half a bin of offset keeps pure red in one bin.
    bin_hue = ((hue + 180 // HUES // 2) % 180) * HUES // 180
    bin_saturation = (saturation - _GREY).clip(0) * SATURATIONS // (256 - _GREY)
    cell = (bin_hue * SATURATIONS + bin_saturation)[coloured]
    counts = np.bincount(cell, minlength=HUES * SATURATIONS)
    return np.concatenate([[np.count_nonzero(~coloured)], counts]) / len(hsv)
