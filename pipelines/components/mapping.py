"""Where each component stands on a flat map: near to what it is like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.manifold import TSNE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PERPLEXITY = 30.0
"""How many neighbours a point is placed by: scikit-learn's default."""

FEWEST = 100
"""Below this there are not three times as many points as neighbours, and t-SNE says
little: their two main directions do."""


def map_of(vectors: Sequence[Floats], *, seed: int) -> Floats:
    """Return (n, 2) places, 0..1, of vectors whose angles say how alike they are.

    t-SNE (van der Maaten and Hinton 2008) on unit vectors, begun with their two main
    directions, so that a seed gives the same map again; of few, these directions alone.
    """
    if not vectors:
        return np.zeros((0, 2), np.float32)
    units = np.stack([vector / np.linalg.norm(vector) for vector in vectors])
    flat = _main_directions(units)
    if len(units) >= FEWEST:
        begin = flat / max(float(flat[:, 0].std()), 1e-12) * 1e-4
        placed = TSNE(
            perplexity=PERPLEXITY, init=begin.astype(np.float32), random_state=seed
        ).fit_transform(units)
        flat = np.asarray(placed, np.float32)
    return _on_the_map(flat)


def _main_directions(units: Floats) -> Floats:
    centred = units - units.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    flat = np.zeros((len(units), 2), np.float32)
    kept = min(2, len(sizes))
    flat[:, :kept] = left[:, :kept] * sizes[:kept]
    return flat


def _on_the_map(flat: Floats) -> Floats:
    """Both axes by the longer one, in the middle: distances keep their proportions."""
    low, high = flat.min(axis=0), flat.max(axis=0)
    span = max(float((high - low).max()), 1e-12)
    placed = 0.5 + (flat - (low + high) / 2) / span
    return np.asarray(placed.clip(0, 1), np.float32)
