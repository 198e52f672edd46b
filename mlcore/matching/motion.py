"""Motion of a stretch of a shot as one vector: its camera's, averaged over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.camera import fit_camera, grid
from mlcore.spans import Span

MOTION_FLOOR = 0.03
"""Mean speed, in widths of the picture per second, under which a field is noise."""

TOUCHED = 0.1
"""Share of a cell from which on it counts as the subject's."""

WINDOW = 10
"""Frames at the head, middle or tail of a shot that motion is averaged over."""


LEAST_SEEN = 0.2
"""Share of the picture that must be seen beside the subjects for them to be left out."""

_WIDE = 16 / 9


@dataclass(frozen=True, slots=True)
class Motion:
    """How the camera moves: direction and pattern in `vector`, how fast in `speed`."""

    vector: NDArray[np.float32]
    """(288,) of length 1: the fitted field (9, 16, 2), flattened."""
    speed: float
    """Root mean square over the picture, in widths per second."""


def measure_motion(
    flow: NDArray[np.floating],
    rate: Fraction,
    *,
    aspect: float = _WIDE,
    subjects: Sequence[NDArray[np.floating]] = (),
) -> Motion | None:
    """Return the camera's motion in `flow` (n, h, w, 2), in widths per frame.

    At `rate` frames a second, in a picture of `aspect` width / height. The camera of
    every frame is fitted robustly (see `camera`) and averaged over time, so that
    shaking there and back is no motion. Whoever crosses the picture does not count, nor
    do the `subjects`, (H, W) coverages of 0..1, unless they hide nearly everything.
    None for no frame, or where the averaged field moves slower than MOTION_FLOOR: the
    direction of a still picture is noise, and a zero vector has no cosine.
    """
    if flow.ndim != 4 or flow.shape[3] != 2:
        raise ValueError(f"flow must be (n, h, w, 2), got {flow.shape}")
    if not len(flow):
        return None
    rows, columns = flow.shape[1:3]
    places = grid(rows, columns, aspect)
    free = beside(subjects, places.shape)
    cameras = [fit_camera(places[free], one[free]) for one in flow.astype(np.float64)]
    field = np.mean([camera.field(places) for camera in cameras], axis=0)
    length = float(np.sqrt((field**2).sum()))
    speed = length / float(np.sqrt(places.size)) * float(rate)
    if not speed >= MOTION_FLOOR:
        return None
    return Motion((field / length).ravel().astype(np.float32), speed)


def beside(
    subjects: Sequence[NDArray[np.floating]], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Return the (rows, columns) cells that no subject touches.

    All of them, where less than LEAST_SEEN of the picture would be left.
    """
    free = np.ones(shape, np.bool_)
    size = (shape[1], shape[0])
    for one in subjects:
        share = cv2.resize(one.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        free &= share < TOUCHED
    return free if free.mean() >= LEAST_SEEN else np.ones(shape, np.bool_)


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
