"""Logistic regression, fitted by scikit-learn and kept as four arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]

_PIECE = 2048
STEADY = 1e-9
"""A feature that varies less than this says nothing."""


@dataclass(frozen=True, kw_only=True)
class Logistic:
    """log-odds = sum((x - mean) / spread * weight) + bias."""

    mean: Floats
    """(F,)"""
    spread: Floats
    """(F,) above 0"""
    weight: Floats
    """(F,)"""
    bias: Floats
    """(1,)"""

    def log_odds(self, x: Floats) -> Floats:
        """Return (n,) log-odds of (n, F) features; a row's do not depend on the others."""
        pieces = [
            # Summed row by row: a matrix product adds in an order that n decides.
            np.sum(
                (x[at : at + _PIECE] - self.mean) / self.spread * self.weight, axis=1
            )
            for at in range(0, max(len(x), 1), _PIECE)
        ]
        return np.asarray(np.concatenate(pieces) + self.bias[0], np.float64)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is kept of it."""
        return {
            "mean": self.mean,
            "spread": self.spread,
            "weight": self.weight,
            "bias": self.bias,
        }


def fit_logistic(x: Floats, labels: NDArray[np.int64], *, strength: float) -> Logistic:
    """Fit (n, F) features without gaps to (n,) labels.

    `strength` is scikit-learn's C over the root of F: with many features each may
    weigh less.
    """
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > STEADY, spread, np.inf)
    fitted = LogisticRegression(C=strength / np.sqrt(x.shape[1]), max_iter=1000)
    fitted.fit((x - mean) / spread, labels)
    return Logistic(
        mean=mean,
        spread=spread,
        weight=np.asarray(fitted.coef_[0], np.float64),
        bias=np.asarray(fitted.intercept_, np.float64),
    )
