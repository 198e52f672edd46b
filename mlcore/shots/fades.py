"""Stretches of black or white, and the fades that lead into and out of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.shots.dissolves import MOST_ALIKE, correlation
from mlcore.shots.signals import Signals, black_frames
from mlcore.spans import Span

WHITE_MEAN, WHITE_STD = 235.0, 6.0
"""Grey level (0..255) from which, and spread up to which, a frame is white: video's
white is 235, and grain is clipped there."""
WHITE_CAST = 30.0
"""How far apart (0..255) the mean red, green and blue of a white frame are at most: a
warm white is 20, a yellow wall as light as white 100."""

_LONGEST = 72
"""Frames a fade lasts at most: three seconds."""
_STEP = 0.3
"""By how much, in grey levels, the contrast falls or rises from frame to frame in a fade
at least; a picture that stands still wavers by less."""


@dataclass(frozen=True, slots=True)
class Fade:
    """Frames `first` up to, not with, `end`: into a flat stretch, the stretch, out of it."""

    first: int
    flat: Span
    end: int
    white: bool


def find_fades(signals: Signals) -> list[Fade]:
    """Return every stretch of black and of white with its fades, if it has any."""
    contrast = np.asarray(signals.luma_std)
    white = _white_frames(signals)
    return [
        Fade(_begin(contrast, run.first), run, _end(contrast, run.end), is_white)
        for is_white, frames in ((False, black_frames(signals)), (True, white))
        for run in _runs(frames)
    ]


def _white_frames(signals: Signals) -> NDArray[np.bool_]:
    white = (signals.luma_mean >= WHITE_MEAN) & (signals.luma_std <= WHITE_STD)
    light = np.flatnonzero(white)
    means = signals.tint[light].mean(axis=(1, 2))
    white[light] = np.ptp(means, axis=1) <= WHITE_CAST
    return np.asarray(white)


def is_dip(fade: Fade, signals: Signals) -> bool:
    """Whether another picture comes out of a fade than went into it."""
    ends = [max(0, fade.first - 1), min(len(signals) - 1, fade.end)]
    before, after = (signals.tint[at].reshape(1, -1).astype(np.float32) for at in ends)
    return float(correlation(before, after)[0]) <= MOST_ALIKE


def _runs(frames: NDArray[np.bool_]) -> list[Span]:
    steps = np.flatnonzero(np.diff(np.r_[False, frames, False]))
    return [Span(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _begin(contrast: NDArray[np.float32], at: int) -> int:
    first = at
    while first > max(0, at - _LONGEST) and (
        first == at or contrast[first - 1] > contrast[first] + _STEP
    ):
        first -= 1
    return first if first < at - 1 else at


def _end(contrast: NDArray[np.float32], at: int) -> int:
    last = at
    while last < min(len(contrast), at + _LONGEST) and (
        last == at or contrast[last] > contrast[last - 1] + _STEP
    ):
        last += 1
    return last if last > at + 1 else at
