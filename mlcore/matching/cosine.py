"""Cosines that come out the same to the last bit, one by one and all at once."""

import numpy as np
from numpy.typing import NDArray

Steps = NDArray[np.float64]
Floats = NDArray[np.float32]

_STEP = 2.0**20
"""Vectors are counted in whole steps of 2 ** -20: their products and sums are whole
numbers below 2 ** 53, so that float64 adds them up exactly, in any order and on any
number of threads."""


def unit_steps(vector: NDArray[np.floating]) -> Steps:
    """Return (m, D) vectors of any length above 0 as vectors of length 1 in whole steps.

    Raises ValueError for a vector that is zero or not finite: it has no cosine.
    """
    wide = np.asarray(vector, np.float64)
    length = np.linalg.norm(wide, axis=1, keepdims=True)
    if not (np.isfinite(length) & (length > 0)).all():
        raise ValueError("a vector is zero or not finite; leave such moments out")
    return np.asarray(np.rint(wide / length * _STEP), np.float64)


def cosine_every(a: Steps, b: Steps) -> Floats:
    """Return (n, m) cosines, -1..1, of every vector of a with every one of b."""
    return _cosine(a @ b.T, _sizes(a)[:, None] * _sizes(b)[None, :])


def cosine_each(a: Steps, b: Steps) -> Floats:
    """Return (n,) cosines, -1..1, of vector i of a with vector i of b."""
    return _cosine(np.einsum("nd,nd->n", a, b), _sizes(a) * _sizes(b))


def _sizes(steps: Steps) -> Steps:
    return np.asarray(np.sqrt(np.einsum("nd,nd->n", steps, steps)))


def _cosine(dot: Steps, size: Steps) -> Floats:
    return (dot / size).astype(np.float32)
