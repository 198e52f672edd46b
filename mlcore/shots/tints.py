"""Frames of two films compared by their tints: 6 x 8 mean colours a frame."""

import numpy as np
from numpy.typing import NDArray

TOLERANCE, LEAST, MOST = 0.2, 1.0, 8.0
"""Mean difference (0..255) up to which two frames may be one: this share of the spread
of colours in the picture, within these bounds. Measured at CRF 30 with half the lines:
.02 to .15 of the spread; two takes of one set-up: from .02 to .37."""
SHARP, SLACK = 1.5, 0.75
"""Of the distance of a shot's nearer frames, and in grey levels beside it: how far its
other frames may be. At CRF 30 the worst frame of a shot was 2.0 times and .6 levels off,
while a diagonal six frames beside the right one is above it wherever the picture moves."""
NEARER = 0.2
FLAT = 3.0
"""Spread below which a frame (black, white, a fade) speaks neither for nor against."""
WORST = -3.0
"""The most that one frame speaks against a run: it may be damaged."""
NOISE, MOVEMENT = 1.0, 0.5
"""What may be left of the difference of two takes over time, in grey levels, and as a
share of what moves in the picture."""

BLOCK = 4096


class Tints:
    """Two films, as (n, 144) and (m, 144) uint8; frames of the older one measure."""

    def __init__(self, old: NDArray[np.uint8], new: NDArray[np.uint8]) -> None:
        self.old = np.ascontiguousarray(old.reshape(len(old), -1))
        self.new = np.ascontiguousarray(new.reshape(len(new), -1))
        self.old_frames, self.new_frames = len(old), len(new)
        spread = [
            self.old[at : at + BLOCK].astype(np.float32).std(axis=1)
            for at in range(0, len(old), BLOCK)
        ]
        self.flat = np.concatenate(spread) < FLAT
        self.tolerance: NDArray[np.float32] = np.clip(
            TOLERANCE * np.concatenate(spread), LEAST, MOST
        ).astype(np.float32)

    def room(self, at: int, offset: int, step: int) -> int:
        """Frames there are from `at` of the older film on, in both films."""
        if step > 0:
            return max(0, min(self.old_frames - at, self.new_frames - at - offset))
        return max(0, min(at + 1, at + offset + 1))

    def gains(
        self, at: int, offset: int, frames: int, step: int = 1
    ) -> NDArray[np.float32]:
        """Evidence, frame by frame, that both films show the same: -3 to 1, 0 if flat."""
        first = at if step > 0 else at - frames + 1
        gap = self._gap(first, first + offset, frames)
        tolerance = self.tolerance[first : first + frames]
        return self._gained(first, gap, tolerance)[::step]

    def level(self, old: int, new: int, frames: int) -> float:
        """How far the nearer frames of a run are from one another, 0..255."""
        return float(np.quantile(self._gap(old, new, frames), NEARER))

    def sharp_gains(
        self, old: int, new: int, frames: int, level: float
    ) -> NDArray[np.float32]:
        """As `gains`, where frames that are the same are `level` from one another."""
        gap = self._gap(old, new, frames)
        tolerance = np.full(frames, SHARP * level + SLACK, np.float32)
        return self._gained(old, gap, tolerance)

    def _gap(self, old: int, new: int, frames: int) -> NDArray[np.float32]:
        mine = self.old[old : old + frames].astype(np.int16)
        gap = np.abs(mine - self.new[new : new + frames])
        return np.asarray(gap.mean(axis=1, dtype=np.float32))

    def _gained(
        self, first: int, gap: NDArray[np.float32], tolerance: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        gain = np.asarray(np.maximum(1 - gap / tolerance, WORST), np.float32)
        gain[self.flat[first : first + len(gap)] & (gap <= MOST)] = 0.0
        return gain

    def same_take(self, old: int, new: int, frames: int) -> bool:
        """Whether a run moves as the other does, be it coded or graded another way.

        Two takes of one set-up differ little frame by frame, but they move apart.
        """
        mine = self.old[old : old + frames].astype(np.float32)
        left = mine - self.new[new : new + frames]
        moved = float((mine - mine.mean(axis=0)).std())
        apart = float((left - left.mean(axis=0)).std())
        return apart <= max(NOISE, MOVEMENT * moved)
