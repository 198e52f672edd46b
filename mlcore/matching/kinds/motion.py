"""Motion matches: the second shot goes on moving as the first one did."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds.base import Parts
from mlcore.matching.moments import Rows, rows_columns

Floats = NDArray[np.float32]

_STEP = 2.0**20
"""Vectors are counted in whole steps of 2 ** -20: their products and sums are whole
numbers below 2 ** 53, so that float64 adds them up exactly, in any order and on any
number of threads."""


@dataclass(frozen=True, kw_only=True)
class MotionRows(Rows):
    """The motion of one window a row."""

    steps: NDArray[np.float64]
    """(m, D) whole numbers: a vector of length 1 in steps of 2 ** -20."""
    speed: Floats
    """(m,) widths of the picture per second, above 0."""


def motion_rows(
    *,
    shot: Sequence[int],
    slot: Sequence[int],
    frame: Sequence[int],
    vector: NDArray[np.floating],
    speed: Sequence[float],
) -> MotionRows:
    """Return m rows of (m, D) motion vectors of any length above 0, in any order."""
    wide = np.asarray(vector, np.float64)
    length = np.linalg.norm(wide, axis=1, keepdims=True)
    if not (np.isfinite(length) & (length > 0)).all():
        raise ValueError("a motion vector is zero or not finite; leave still shots out")
    return MotionRows(
        **rows_columns(shot, slot, frame),
        steps=np.rint(wide / length * _STEP),
        speed=np.asarray(speed, np.float32),
    )


class MotionKind:
    """score = max(cosine, 0) ** 4 * sqrt(speed_ratio).

    cosine: of the two averaged flow fields; speed_ratio: the slower speed over the
    faster. The powers weigh an error of 10 degrees (.94) like one of 15 % in speed
    (.92), about where an editor begins to see either.
    """

    name = "motion"

    def scores(self, leaving: MotionRows, entering: MotionRows) -> Floats:
        """Return (a, b) scores."""
        dot = leaving.steps @ entering.steps.T
        size_l, size_e = _sizes(leaving), _sizes(entering)
        cosine = _cosine(dot, size_l[:, None] * size_e[None, :])
        return _score(cosine, _ratio(leaving.speed[:, None], entering.speed[None, :]))

    def parts(self, leaving: MotionRows, entering: MotionRows) -> Parts:
        """Return cosine (-1..1) and speed_ratio (0..1)."""
        dot = np.einsum("nd,nd->n", leaving.steps, entering.steps)
        cosine = _cosine(dot, _sizes(leaving) * _sizes(entering))
        ratio = _ratio(leaving.speed, entering.speed)
        return {"cosine": cosine, "speed_ratio": ratio}

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return _score(parts["cosine"], parts["speed_ratio"])


def _sizes(rows: MotionRows) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.einsum("nd,nd->n", rows.steps, rows.steps)))


def _cosine(dot: NDArray[np.float64], size: NDArray[np.float64]) -> Floats:
    return (dot / size).astype(np.float32)


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.minimum(a, b) / np.maximum(a, b), np.float32)


def _score(cosine: Floats, ratio: Floats) -> Floats:
    square = np.maximum(cosine, np.float32(0.0)) ** 2
    return np.asarray(square * square * np.sqrt(ratio), np.float32)
