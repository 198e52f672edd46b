"""Finding a flat picture: one in log, whose black is grey and whose white is not white."""

import numpy as np
import numpy.typing as npt

# Every so-manieth pixel of a line is counted, of a sample some 160 a line.
COUNTED = 160
# What is darker or lighter than all but this part of the pixels is noise or a glint.
OUTSIDE = 0.005
# Cameras' log curves put black at .07 to .13 of the full range and the white of paper near
# .6 (ARRI LogC3 .093 and .57, Sony S-Log3 .093 and .6, Panasonic V-Log .125 and .6).
LEAST_BLACK, MOST_WHITE = 0.06, 0.8
# A wall of fog is no log: what is stretched more than fourfold is noise.
LEAST_RANGE = 0.25

Luma = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]


class LevelsFinder:
    """Takes sampled luma pictures, (height, width) uint8, and finds their black and white."""

    def __init__(self) -> None:
        self._seen: list[Luma] = []

    def add(self, luma: Luma) -> None:
        """Look at one sampled picture."""
        step = max(1, luma.shape[1] // COUNTED)
        self._seen.append(luma[::step, ::step].copy())

    def levels(self, active: Box, overlays: list[Box]) -> tuple[float, float] | None:
        """(black, white) of the active picture in 0..1 if it is flat, else None.

        What is burned in was burned in later, and is not asked.
        """
        if not self._seen:
            return None
        shades = np.concatenate(
            [_inside(luma, active, overlays) for luma in self._seen]
        )
        black, white = np.quantile(shades, (OUTSIDE, 1 - OUTSIDE)) / 255.0
        flat = black >= LEAST_BLACK and white <= MOST_WHITE
        if not flat or white - black < LEAST_RANGE:
            return None
        return float(black), float(white)


def _inside(luma: Luma, active: Box, overlays: list[Box]) -> Luma:
    wanted = np.zeros(luma.shape, np.bool_)
    wanted[_place(active, luma.shape)] = True
    for box in overlays:
        wanted[_place(box, luma.shape)] = False
    return luma[wanted]


def _place(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    height, width = shape
    x, y, w, h = box
    return (
        slice(round(y * height), max(1, round((y + h) * height))),
        slice(round(x * width), max(1, round((x + w) * width))),
    )
