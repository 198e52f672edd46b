"""How the camera moves between two frames, told from whatever else moves in the picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

HYPOTHESES = 64
"""Motions tried, each from two places: with half of the picture moving on its own, the
chance that no pair lies on what stands still is 1e-8."""

SMOOTH = 0.0002
"""Widths of the picture a frame: what dense flow errs by where nothing is wrong."""

EVERY = 8
SPARSE = slice(EVERY // 2, None, EVERY)
"""Of the rows and columns of dense flow, those that a camera is fitted to."""

_ROUNDS = 6
_TUKEY = 3.0  # The customary 4.685 keeps places that a mover's edge half reaches.
_NORMAL = 1.4826  # Standard deviation of normal errors over the median of their sizes.


@dataclass(frozen=True, slots=True)
class Camera:
    """Pan, tilt, zoom and roll of one step: the flow at z is `shift + turn * z`.

    Places are complex numbers, x right and y down from the picture's middle, in widths.
    """

    shift: complex
    """Pan (right) and tilt (down), in widths."""
    turn: complex
    """Zoom (real; .01 is 1 % larger) and roll (imaginary; radians)."""

    def field(self, places: Complexes) -> Floats:
        """Return the flow at (...) places as (..., 2), right and down, in widths."""
        flow = self.shift + self.turn * places
        return np.stack([flow.real, flow.imag], axis=-1)


def grid(rows: int, columns: int, aspect: float) -> Complexes:
    """Return the (rows, columns) middles of cells of a picture of that width / height."""
    x = (np.arange(columns) + 0.5) / columns - 0.5
    y = ((np.arange(rows) + 0.5) / rows - 0.5) / aspect
    return np.asarray(x[None, :] + 1j * y[:, None], np.complex128)


def fit_camera(places: Complexes, flow: Floats) -> Camera:
    """Return the camera that most of (n,) places agree on; `flow` is (n, 2), in widths.

    Least median of squares over motions through two places each (Rousseeuw 1984), then
    least squares weighted by Tukey's biweight, as in Odobez and Bouthemy, "Robust
    multiresolution estimation of parametric motion models" (1995), with four
    parameters. Up to half of the places may move otherwise. The pairs are drawn from a
    fixed seed: the same flow gives the same camera. ValueError for fewer than 2 places.
    """
    if places.ndim != 1 or flow.shape != (*places.shape, 2) or len(places) < 2:
        raise ValueError(
            f"a camera needs flow (n, 2) at n places, at least 2, got {flow.shape} at {places.shape}"
        )
    moved = flow[:, 0] + 1j * flow[:, 1]
    shift, turn = _best_through_two(places, moved)
    for _ in range(_ROUNDS):
        off = np.abs(moved - shift - turn * places)
        reach = _TUKEY * max(_NORMAL * float(np.median(off)), SMOOTH)
        weight = np.maximum(1 - (off / reach) ** 2, 0.0) ** 2
        shift, turn = _least_squares(places, moved, weight)
    return Camera(complex(shift), complex(turn))


def _best_through_two(
    places: Complexes, moved: Complexes
) -> tuple[np.complex128, np.complex128]:
    chance = np.random.default_rng(0)
    one = chance.integers(0, len(places), HYPOTHESES)
    other = (one + chance.integers(1, len(places), HYPOTHESES)) % len(places)
    turns = (moved[other] - moved[one]) / (places[other] - places[one])
    shifts = moved[one] - turns * places[one]
    off = np.abs(moved - shifts[:, None] - turns[:, None] * places)
    best = int(np.median(off, axis=1).argmin())
    return shifts[best], turns[best]


def _least_squares(
    places: Complexes, moved: Complexes, weight: Floats
) -> tuple[np.complex128, np.complex128]:
    total = weight.sum()
    here, there = (weight @ places) / total, (weight @ moved) / total
    around = places - here
    spread = weight @ (around * around.conj()).real
    turn = (weight @ ((moved - there) * around.conj())) / max(spread, 1e-12)
    return there - turn * here, turn
