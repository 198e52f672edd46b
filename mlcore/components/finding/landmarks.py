"""How like a clip is to plain ones and to what is known: whether anything lies on it.

An embedding of many numbers invites learning by heart what few clips show of them; these
few say the same of any clip, that of a component never seen too.

n: clips, D: length of an embedding, F: changes, K: references
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.components.component import CATEGORIES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NEAR = 5
"""References whose mean cosine says how crowded it is about a clip."""


@dataclass(frozen=True, kw_only=True)
class Landmarks:
    """Directions that clips are compared with, each of length 1."""

    plain: Floats
    """(2, D) of the mean plain clip within a shot, and at a cut"""
    references: Floats
    """(K, D) of components"""
    categories: Ints
    """(K,) places in CATEGORIES, each of which occurs"""

    def looks(self, rows: Floats) -> Floats:
        """Return (n, 20 + F) of (n, D + F) rows: cosines, and the changes as they are.

        To the plain ones; then of each category to the nearest reference, its lead over
        the second, and the mean of the five nearest.
        """
        dims = self.plain.shape[1]
        own = rows[:, :dims]
        cosines = own @ self.references.T
        by_category = [
            nearest(cosines[:, self.categories == place])
            for place in range(len(CATEGORIES))
        ]
        return np.hstack([own @ self.plain.T, *by_category, rows[:, dims:]])


def nearest(cosines: Floats) -> Floats:
    """Return (n, 3) of (n, k): the highest, its lead over the second, the mean of five.

    Of a single one the lead is 1.
    """
    ordered = np.sort(cosines, axis=1)[:, ::-1]
    first = ordered[:, 0]
    lead = first - ordered[:, 1] if ordered.shape[1] > 1 else np.ones_like(first)
    return np.stack([first, lead, ordered[:, :_NEAR].mean(axis=1)], axis=1)
