"""Pictures that no camera took of the world: lettering, leaders and colour bars."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

_SIDE = 320
"""Longest side looked at: credits stay legible, grain does not."""

_STROKE = 35
"""Median filter, in pixels of 320, that takes letters away and leaves what is behind."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """What is written in a picture, and on what."""

    busy: float
    """Share of the ground, 0..1, that is neither flat nor an even gradient."""
    rows: int
    """Lines of lettering."""
    letters: int
    """Separate letters or joined words."""
    share: float
    """Part of all that stands out from the ground that is lettering, 0..1."""
    contrast: float
    """How far letters stand out from the ground, 0..255."""
    low: bool
    """Whether all of it lies where subtitles do."""
    leader: bool
    """Whether thin lines span the picture: the circles and cross of a leader."""
    ink: Bools
    """(h, w) what stands out from the ground."""

    @property
    def is_card(self) -> bool:
        """Whether this is lettering or a leader on a plain ground, and nothing else.

        A slate has stripes and frames beside its letters, so less of it is lettering;
        what stands out from a photograph by chance is neither so even nor so bright.
        """
        written = self.rows >= 1 and not self.low
        plain = written and self.busy < 0.12 and self.share >= 0.7
        slate = (
            self.rows >= 2
            and 0.02 <= self.busy < 0.12
            and self.share >= 0.1
            and self.letters >= 6
            and self.contrast >= 100
        )
        leader = self.leader and self.busy < 0.04
        return plain or leader or slate


def lettering(rgb: Picture) -> Lettering:
    """Look for lettering in a uint8 (h, w, 3) RGB picture."""
    small = fitted(rgb)
    behind = np.asarray(cv2.medianBlur(small, _STROKE), np.uint8)
    steps = _relative_steps(behind)
    above = cv2.absdiff(small, behind).max(axis=2)
    ink = above > 40
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    numbers = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= 4)
    boxes = stats[numbers]
    are_letters = _are_letters(boxes, steps)
    letters = boxes[are_letters]
    inked = above[np.isin(labels, numbers[are_letters])]
    middles = letters[:, 1] + letters[:, 3] / 2
    return Lettering(
        busy=float(((steps > 0.6) & (steps < 6.0)).mean()),
        rows=_rows(letters, small.shape[0]),
        letters=len(letters),
        share=float(letters[:, 4].sum() / max(1, ink.sum())),
        contrast=float(np.median(inked)) if inked.size else 0.0,
        low=bool(len(letters)) and bool((middles > 0.72 * small.shape[0]).all()),
        leader=_has_leader(boxes, ink),
        ink=ink,
    )


def fitted(rgb: Picture) -> Picture:
    """Return the picture with a longest side of 320 pixels."""
    scale = _SIDE / max(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _relative_steps(behind: Picture) -> Floats:
    """Return brightness steps per pixel, in hundredths of the ground's own range."""
    grey = cv2.cvtColor(behind, cv2.COLOR_RGB2GRAY).astype(np.float32)
    level = cv2.GaussianBlur(grey - _plane(grey), (0, 0), 2.5)
    across = cv2.Sobel(level, cv2.CV_32F, 1, 0, ksize=3) / 8.0
    down = cv2.Sobel(level, cv2.CV_32F, 0, 1, ksize=3) / 8.0
    low, high = np.percentile(level, (1, 99))
    # A night is dark and has shades all the same; below a range of 40 steps of compression count.
    return np.asarray(100.0 * np.hypot(across, down) / max(high - low, 40.0))


def _plane(grey: Floats) -> Floats:
    """Return the even gradient under a picture: cards often stand on one."""
    height, width = grey.shape
    y, x = np.mgrid[:height, :width]
    terms = np.stack([x.ravel() / width, y.ravel() / height, np.ones(x.size)], axis=1)
    sample = slice(None, None, 7)
    found, *_ = np.linalg.lstsq(terms[sample], grey.ravel()[sample], rcond=None)
    return np.asarray((terms @ found).reshape(grey.shape), np.float32)


def _are_letters(boxes: NDArray[np.int32], steps: Floats) -> Bools:
    """Return which components are letters: small, and on a flat piece of ground.

    What the median filter leaves of the corners of a large shape lies on an edge.
    """
    height, width = steps.shape
    size = (
        (boxes[:, 3] > 0.012 * height)
        & (boxes[:, 3] < 0.25 * height)
        & (boxes[:, 2] < 0.5 * width)
    )
    flat = [
        (steps[y : y + h, x : x + w] < 2.0).mean() > 0.7
        for x, y, w, h, _ in boxes.tolist()
    ]
    return np.asarray(size & np.asarray(flat, np.bool_))


def _rows(letters: NDArray[np.int32], height: int) -> int:
    """Return how many lines of writing the letters make, each less than .3 of the height.

    Three letters make a line, or one joined word, wide as three.
    """
    covered = np.zeros(height + 2, np.int8)
    for _, y, _, h, _ in letters.tolist():
        covered[y + 1 : y + h + 1] = 1
    starts, ends = np.flatnonzero(np.diff(covered)).reshape(-1, 2).T
    middles = letters[:, 1] + letters[:, 3] / 2
    worth = np.where(letters[:, 2] >= 2.5 * letters[:, 3], 3, 1)
    inside = (middles >= starts[:, None]) & (middles < ends[:, None])
    lines = (inside @ worth >= 3) & (ends - starts < 0.3 * height)
    return int(np.count_nonzero(lines))


def _has_leader(boxes: NDArray[np.int32], ink: Bools) -> bool:
    """Return whether few thin lines span the picture; many are a wall or a fence.

    A leader's cross goes from edge to edge; the rim of what stands in a picture does not.
    """
    height, width = ink.shape
    spans = (boxes[:, 3] > 0.4 * height) & (boxes[:, 2] > 0.3 * width)
    spans &= (boxes[:, 3] > 0.9 * height) | (boxes[:, 2] > 0.9 * width)
    thin = boxes[:, 4] < 0.2 * boxes[:, 2] * boxes[:, 3]
    return bool((spans & thin).any()) and float(ink.mean()) < 0.12
