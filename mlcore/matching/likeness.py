"""How alike two lists of measurements are, the same to the last bit in any grouping."""

import numpy as np
from numpy.typing import NDArray

Steps = NDArray[np.float64]
Floats = NDArray[np.float32]

_STEP = 2.0**12
"""Values of about -8..8 in whole steps: sums of up to 4,096 of their products are whole
numbers below 2 ** 53, which float64 adds up exactly in any order."""

_MOST = 8.0


def whole_steps(values: NDArray[np.floating]) -> Steps:
    """Return (m, D) values in whole steps of 2 ** -12. ValueError unless within -8..8."""
    wide = np.asarray(values, np.float64)
    if not (np.abs(wide) <= _MOST).all():
        raise ValueError("a measurement is not a number within -8..8")
    return np.asarray(np.rint(wide * _STEP), np.float64)


def likeness_every(a: Steps, b: Steps, slack: float) -> Floats:
    """Return (n, m) likenesses of every row of a with every row of b.

    (2 a.b + slack) / (a.a + b.b + slack): 1 for equal rows, 0 and less for unlike ones.
    It is the ratio that structural similarity is made of (Wang et al. 2004): unlike a
    cosine it sees how much, and rows near 0 are alike. `slack`, in the square of the
    measurements' unit, is what passes for nothing.
    """
    squares = _squares(a)[:, None] + _squares(b)[None, :]
    return _likeness(a @ b.T, squares, slack)


def likeness_each(a: Steps, b: Steps, slack: float) -> Floats:
    """Return (n,) likenesses of row i of a with row i of b."""
    return _likeness(np.einsum("nd,nd->n", a, b), _squares(a) + _squares(b), slack)


def _squares(steps: Steps) -> Steps:
    return np.asarray(np.einsum("nd,nd->n", steps, steps))


def _likeness(dot: Steps, squares: Steps, slack: float) -> Floats:
    room = np.rint(slack * _STEP * _STEP)
    return np.asarray((dot + dot + room) / (squares + room), np.float32)


def nearness_every(a: Steps, b: Steps) -> Floats:
    """Return (n, m) nearness of every row of a to every row of b: 1 / (1 + |a - b|**2).

    1 for equal rows, a half at a distance of 1, towards 0 far apart. Unlike a Gaussian
    it is the same to the last bit on every machine.
    """
    squares = _squares(a)[:, None] + _squares(b)[None, :]
    return _nearness(a @ b.T, squares)


def nearness_each(a: Steps, b: Steps) -> Floats:
    """Return (n,) nearness of row i of a to row i of b."""
    return _nearness(np.einsum("nd,nd->n", a, b), _squares(a) + _squares(b))


def _nearness(dot: Steps, squares: Steps) -> Floats:
    whole = _STEP * _STEP
    return np.asarray(whole / (whole + (squares - dot - dot)), np.float32)
