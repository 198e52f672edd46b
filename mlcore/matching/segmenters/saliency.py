"""What stands out from the edge of the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float32]

_NOISE = 2.0  # A step in Lab that nobody sees: grain and compression.
_LENGTH = 0.02  # Cost of a step between equal pixels: far away is a little special.


def geodesic_saliency(lab: Floats) -> Floats:
    """Return how hard each pixel of a (h, w, 3) Lab picture is to reach from its edge.

    (h, w) float32, in Lab units: the least sum of colour steps on a way from the edge
    of the picture, which is taken to be background (Wei et al., "Geodesic Saliency
    Using Background Priors", ECCV 2012). A piece of the edge that is unlike most of
    the edge, where a subject is cut off, is not free of cost.
    """
    height, width = lab.shape[:2]
    number = np.arange(height * width).reshape(height, width)
    ways = [_steps(lab, number, *pair) for pair in _NEIGHBOURS]
    edge = np.unique(
        np.concatenate([number[0], number[-1], number[:, 0], number[:, -1]])
    )
    outside = height * width
    rows = np.concatenate([*(w[0] for w in ways), np.full(len(edge), outside)])
    columns = np.concatenate([*(w[1] for w in ways), edge])
    costs = np.concatenate([*(w[2] for w in ways), _oddness(lab.reshape(-1, 3)[edge])])
    graph = coo_matrix((costs, (rows, columns)), shape=(outside + 1, outside + 1))
    reached = dijkstra(graph.tocsr(), directed=False, indices=outside)[:-1]
    return np.asarray(reached.reshape(height, width), np.float32)


_ALL, _UP, _DOWN = slice(None), slice(None, -1), slice(1, None)
_NEIGHBOURS = (
    ((_ALL, _UP), (_ALL, _DOWN)),
    ((_UP, _ALL), (_DOWN, _ALL)),
    ((_UP, _UP), (_DOWN, _DOWN)),
    ((_UP, _DOWN), (_DOWN, _UP)),
)


def _steps(
    lab: Floats,
    number: NDArray[np.intp],
    here: tuple[slice, slice],
    there: tuple[slice, slice],
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    step = np.linalg.norm(lab[here] - lab[there], axis=-1)
    cost = np.maximum(step - _NOISE, 0.0) + _LENGTH
    return number[here].ravel(), number[there].ravel(), cost.ravel()


def _oddness(edge: Floats) -> Floats:
    """Return, for each (n, 3) colour of the edge, half its distance to the nearest quarter of them."""
    apart = np.linalg.norm(edge[:, None] - edge[None], axis=-1)
    nearest = np.sort(apart, axis=1)[:, : max(1, len(edge) // 4)]
    return np.asarray(nearest.mean(axis=1) / 2 + _LENGTH, np.float32)


def to_lab(rgb: NDArray[np.uint8]) -> Floats:
    """Return a uint8 RGB picture in CIE Lab (L 0..100), small texture smoothed away."""
    smooth = cv2.bilateralFilter(rgb, 5, 20, 3)
    scaled = smooth.astype(np.float32) / 255.0
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)
