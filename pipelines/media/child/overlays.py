"""Finding what is burned in: timecode windows and logos that stand still while pictures change."""

import cv2
import numpy as np
import numpy.typing as npt

# What is looked for is seen at this width; a digit of a burned-in timecode is 5 pixels.
WIDTH = 320
# Steps of luma that count as the edge of a letter or a window.
EDGE = 40.0
# An edge is burned in when this part of the samples has it at one place; what touches
# it and is there this often too belongs to it: the digits that run.
ALWAYS, OFTEN = 0.85, 0.35
# So many different pictures must have been seen, differing by so much luma on average.
FEWEST, DIFFERENT = 8, 8.0
# Letters are no further apart than these parts of the picture's width and height.
GAP_X, GAP_Y = 0.03, 0.02
# A window is drawn so much wider on each side, for the softness of its edges.
MARGIN = 0.006
SMALLEST, LARGEST = 0.0005, 0.1
MOST = 0.2

Luma = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]


class OverlayFinder:
    """Takes sampled luma pictures, (height, width) uint8, and finds what stands still."""

    def __init__(self) -> None:
        self._seen: list[Luma] = []

    def add(self, luma: Luma) -> None:
        """Look at one sampled picture; one that is like another says nothing."""
        height = max(1, round(luma.shape[0] * WIDTH / luma.shape[1]))
        small = cv2.resize(luma, (WIDTH, height), interpolation=cv2.INTER_AREA)
        apart = [cv2.absdiff(small, other).mean() for other in self._seen]
        if all(distance >= DIFFERENT for distance in apart):
            self._seen.append(np.asarray(small, np.uint8))

    def boxes(self, active: Box) -> list[Box]:
        """Return (x, y, width, height) of each window, in parts of the whole picture.

        Only inside the active picture, whose own edges stand still too. None where
        too few different pictures were seen, or where so much stands still that it is
        the scene.
        """
        if len(self._seen) < FEWEST:
            return []
        share = np.mean([_edges(luma) for luma in self._seen], axis=0)
        share *= _inside(share.shape, active)
        found = _windows(share)
        return found if sum(box[2] * box[3] for box in found) <= MOST else []


def _edges(luma: Luma) -> npt.NDArray[np.bool_]:
    wide = luma.astype(np.float32)
    right = np.abs(np.diff(wide, axis=1, append=wide[:, -1:]))
    down = np.abs(np.diff(wide, axis=0, append=wide[-1:]))
    found = (np.maximum(right, down) >= EDGE).astype(np.uint8)
    # Compression moves an edge by a pixel.
    return cv2.dilate(found, np.ones((2, 2), np.uint8)).astype(np.bool_)


def _inside(shape: tuple[int, ...], active: Box) -> npt.NDArray[np.bool_]:
    height, width = shape
    x, y, w, h = active
    mask = np.zeros(shape, np.bool_)
    rim = 3
    top, left = round(y * height) + rim, round(x * width) + rim
    mask[top : round((y + h) * height) - rim, left : round((x + w) * width) - rim] = (
        True
    )
    return mask


def _windows(share: npt.NDArray[np.float64]) -> list[Box]:
    height, width = share.shape
    gap = (1 + 2 * round(GAP_Y * height), 1 + 2 * round(GAP_X * width))
    often = (share >= OFTEN).astype(np.uint8)
    joined = cv2.morphologyEx(often, cv2.MORPH_CLOSE, np.ones(gap, np.uint8))
    count, labels = cv2.connectedComponents(joined)
    found: list[Box] = []
    for number in range(1, count):
        here = labels == number
        # A letter or two is enough; a speck is not.
        if np.count_nonzero(share[here] >= ALWAYS) < 8:
            continue
        ys, xs = np.nonzero(here & (often > 0))
        left, right = xs.min() / width - MARGIN, (xs.max() + 1) / width + MARGIN
        top, bottom = ys.min() / height - MARGIN, (ys.max() + 1) / height + MARGIN
        box = (max(0.0, left), max(0.0, top), min(1.0, right), min(1.0, bottom))
        size = (box[2] - box[0]) * (box[3] - box[1])
        if SMALLEST <= size <= LARGEST:
            found.append((box[0], box[1], box[2] - box[0], box[3] - box[1]))
    return [tuple(float(part) for part in box) for box in found]  # type: ignore[misc]
