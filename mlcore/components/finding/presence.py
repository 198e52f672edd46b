"""Whether anything was laid on a clip at all: trees and a line, weighed on other clips."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mlcore.boosted import Boosted, fit_boosted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLAIN_SHARE = 0.95
"""Of the cuts of a title, and of its shots, that have nothing."""

_STRENGTH = 0.01
"""scikit-learn's C of the line: strongly held back, for its numbers say much the same."""


@dataclass(frozen=True, kw_only=True)
class Presence:
    """log-odds = slope * those of the trees + x @ weight + offset."""

    trees: Boosted
    slope: float
    """0 or more; with `offset` and the line's share in `weight` fitted to other clips
    (Platt 1999)"""
    weight: Floats
    """(F,)"""
    offset: float

    def log_odds(self, x: Floats) -> Floats:
        """Return (n,) of (n, F), were half of what is asked about plain."""
        line = x @ self.weight + self.offset
        return np.asarray(self.slope * self.trees.log_odds(x) + line, np.float64)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is kept of it."""
        trees = {f"trees.{name}": each for name, each in self.trees.arrays().items()}
        return trees | {
            "weight": self.weight,
            "numbers": np.array([self.slope, self.offset]),
        }


def fit_presence(
    x: Floats, there: Bools, asked: Floats, truth: Bools, *, seed: int = 0
) -> Presence:
    """Fit to (n, F) clips of which `there` (n,) have something; weigh on `asked`.

    At cuts a line tells more, within shots trees do: how much either counts, clips that
    neither was fitted to decide (Wolpert 1992), and none counts against what it says
    (Breiman 1996). They count as if PLAIN_SHARE of them were plain: where that is so,
    what is sure enough to be said matters, not where the two sides meet. `asked` (m, F) and `truth` (m,) are of other materials. Raises
    ValueError unless both hold plain clips and others.
    """
    for name, sides in (("fitted", there), ("held-out", truth)):
        if sides.all() or not sides.any():
            raise ValueError(f"{name} clips must be plain in part, and in part not")
    trees = fit_boosted(x, there.astype(np.int64), seed=seed)
    weight, bias = _line(x, there)
    said = np.stack([trees.log_odds(asked), asked @ weight + bias], axis=1)
    (slope, share), offset = _weighed(said, truth)
    return Presence(
        trees=trees,
        slope=slope,
        weight=share * weight,
        offset=offset + share * bias,
    )


def _line(x: Floats, there: Bools) -> tuple[Floats, float]:
    """Return (F,) weights and the bias of a logistic regression on numbers as they are."""
    scaled = StandardScaler().fit(x)
    fitted = LogisticRegression(C=_STRENGTH, max_iter=2000)
    fitted.fit(scaled.transform(x), there.astype(np.int64))
    weight = np.asarray(fitted.coef_[0] / scaled.scale_, np.float64)
    return weight, float(fitted.intercept_[0] - scaled.mean_ @ weight)


def _weighed(said: Floats, truth: Bools) -> tuple[tuple[float, float], float]:
    """Return what each of two log-odds (m, 2) counts, 0 or more, and the offset."""
    counts = np.where(
        truth, (1 - PLAIN_SHARE) / truth.mean(), PLAIN_SHARE / (1 - truth.mean())
    )
    counted = [0, 1]
    while True:
        platt = LogisticRegression(C=100.0, max_iter=1000)
        platt.fit(said[:, counted], truth.astype(np.int64), sample_weight=counts)
        kept = [each for each, w in zip(counted, platt.coef_[0], strict=True) if w > 0]
        if kept == counted or not kept:
            break
        counted = kept
    weights = np.zeros(2)
    weights[counted] = np.maximum(platt.coef_[0], 0.0)
    even = float(platt.intercept_[0] + np.log(PLAIN_SHARE / (1 - PLAIN_SHARE)))
    return (float(weights[0]), float(weights[1])), even
