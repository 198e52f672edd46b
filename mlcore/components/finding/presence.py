"""Whether anything was laid on a clip at all: boosted trees, calibrated on other clips."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mlcore.boosted import Boosted, fit_boosted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Presence:
    """log-odds that there is something, of what the trees say."""

    trees: Boosted
    slope: float
    offset: float
    """With `slope`, of clips half of which are plain (Platt 1999)"""

    def log_odds(self, x: Floats) -> Floats:
        """Return (n,) of (n, F), were half of what is asked about plain."""
        return self.slope * self.trees.log_odds(x) + self.offset

    def numbers(self) -> Floats:
        """Return (2,) what is kept of it beside its trees."""
        return np.array([self.slope, self.offset])


def fit_presence(
    x: Floats, there: Bools, asked: Floats, truth: Bools, *, seed: int = 0
) -> Presence:
    """Fit to (n, F) clips of which `there` (n,) have something; calibrate on `asked`.

    `asked` (m, F) and `truth` (m,) are of other materials. Raises ValueError unless both
    hold plain clips and others.
    """
    for name, sides in (("fitted", there), ("held-out", truth)):
        if sides.all() or not sides.any():
            raise ValueError(f"{name} clips must be plain in part, and in part not")
    trees = fit_boosted(x, there.astype(np.int64), seed=seed)
    said = trees.log_odds(asked)
    platt = LogisticRegression(C=100.0, class_weight="balanced", max_iter=1000)
    platt.fit(said[:, None], truth.astype(np.int64))
    return Presence(
        trees=trees,
        slope=float(platt.coef_[0, 0]),
        offset=float(platt.intercept_[0]),
    )
