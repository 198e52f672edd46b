"""Motion of a stretch of a shot as one vector: its flow, averaged over time."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mlcore.spans import Span

MOTION_FLOOR = 0.03
"""Mean speed, in widths of the picture per second, under which a field is noise."""

WINDOW = 10
"""Frames at the head, middle or tail of a shot that motion is averaged over."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Where a picture moves: direction and pattern in `vector`, how fast in `speed`."""

    vector: NDArray[np.float32]
    """(288,) of length 1: the averaged field (9, 16, 2), flattened."""
    speed: float
    """Root mean square over the picture, in widths per second."""


def measure_motion(flow: NDArray[np.floating], rate: Fraction) -> Motion | None:
    """Return the motion of `flow` (n, h, w, 2), in widths per frame, at `rate` frames a second.

    None for no frame, or where the averaged field moves slower than MOTION_FLOOR: the
    direction of a still picture is noise, and a zero vector has no cosine.
    """
    if flow.ndim != 4 or flow.shape[3] != 2:
        raise ValueError(f"flow must be (n, h, w, 2), got {flow.shape}")
    if not len(flow):
        return None
    field = flow.astype(np.float64).mean(axis=0)
    length = float(np.sqrt((field**2).sum()))
    speed = length / float(np.sqrt(field.shape[0] * field.shape[1])) * float(rate)
    if not speed >= MOTION_FLOOR:
        return None
    return Motion((field / length).ravel().astype(np.float32), speed)


def motion_windows(shot: Span, window: int = WINDOW) -> tuple[Span, Span, Span] | None:
    """Return the frames of head, middle and tail whose flow stays inside the shot.

    Flow i is from frame i - 1 to i, so the first frame's belongs to the cut and is
    left out. None for a shot of one frame.
    """
    first, n = shot.first + 1, len(shot) - 1
    if n < 1:
        return None
    size = min(window, n)
    middle = first + (n - size) // 2
    return (
        Span(first, first + size),
        Span(middle, middle + size),
        Span(shot.end - size, shot.end),
    )
