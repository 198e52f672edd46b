"""Finding the active picture: what is left without letterbox and pillarbox bars."""

import numpy as np
import numpy.typing as npt

# Full-range 8-bit luma above which a pixel counts as lit; noise in the bars of a
# compressed master stays below (FFmpeg's cropdetect takes 24 where black is 16).
LIT = 14
# A line belongs to the picture when this part of it is lit: a burned-in timecode or
# subtitle in a bar lights less.
LIT_PART = 0.2
# A sampled frame says something only if this part of it is lit.
BRIGHT_PART = 0.05
# Picture must reach a line in this part of the frames that say something, so that a logo
# or a trailer of another shape at the head does not hide the bars of the film.
OFTEN = 0.1
SMALLEST_BAR = 0.01
SMALLEST_PICTURE = 0.3
# Real bars come in pairs of about one size; else the edge of the picture is just dark.
UNEVEN = 0.04

Luma = npt.NDArray[np.uint8]
Lines = npt.NDArray[np.bool_]


class PictureFinder:
    """Takes sampled luma pictures, (height, width) uint8, and finds what they share."""

    def __init__(self) -> None:
        self._rows: list[Lines] = []
        self._columns: list[Lines] = []

    def add(self, luma: Luma) -> None:
        """Look at one sampled picture; a dark one is not counted."""
        lit = luma > LIT
        if lit.mean() >= BRIGHT_PART:
            rows = lit.mean(axis=1) >= LIT_PART
            # Columns are judged within the lit rows: a letterbox must not thin them out.
            inside = lit[rows] if rows.any() else lit
            self._rows.append(rows)
            self._columns.append(inside.mean(axis=0) >= LIT_PART)

    def active(self) -> tuple[float, float, float, float]:
        """(x, y, width, height) of the picture in parts of the whole."""
        if not self._rows:
            return (0.0, 0.0, 1.0, 1.0)
        top, bottom = _bars(self._rows)
        left, right = _bars(self._columns)
        return (left, top, 1.0 - left - right, 1.0 - top - bottom)


def _bars(seen: list[Lines]) -> tuple[float, float]:
    """The parts taken by the bars at both ends of one axis."""
    share = np.mean(np.stack(seen), axis=0)
    lines = np.flatnonzero(share >= max(OFTEN, 1 / len(seen)) - 1e-9)
    if lines.size == 0:
        return 0.0, 0.0
    length = share.size
    near = lines[0] / length
    far = (length - 1 - lines[-1]) / length
    if abs(near - far) > UNEVEN:
        near = far = min(near, far)
    near, far = (float(bar) if bar >= SMALLEST_BAR else 0.0 for bar in (near, far))
    if 1.0 - near - far < SMALLEST_PICTURE:
        return 0.0, 0.0
    return near, far
