"""Who moves otherwise than the camera, told from two pictures and the flow between them."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.camera import SPARSE, fit_camera
from mlcore.matching.masks import SMALLEST_AREA

Floats = NDArray[np.floating]
Grey = NDArray[np.uint8]

LARGEST = 0.4
"""Share of the picture: what more of it does is no one's own movement."""

CLEARLY = 4.0
"""How many times as fast, beside the camera, as the median pixel: parallax is slower."""

EXPLAINED = 1.25
"""How many times as much the picture differs when a mover is taken along with the
camera. Where nothing is to be seen flow is 0, which beside a pan looks like movement;
there the camera explains the picture as well (.4 to 1.0 times; movers 1.3 to 13)."""

SEEN = 1.5
"""Grey levels by which it must differ more. A codec lets faint texture stand while the
camera moves, and that is no mover either."""

_SPECK = 5  # Pixels of a picture 320 wide: narrower than that nobody is.


class Step(NamedTuple):
    """Two pictures and what lies between them."""

    before: Grey
    """(H, W)"""
    after: Grey
    flow: Floats
    """(H, W, 2) right and down, in widths of the picture"""


def find_movers(
    step: Step, places: NDArray[np.complex128], floor: float
) -> NDArray[np.float32] | None:
    """Return (H, W), 1 where somebody moves otherwise than the camera; None for nobody.

    `places` are `grid`'s of the picture. `floor`, in widths of the picture a step, is the
    speed beside the camera's under which everything stands still.
    """
    flow = np.asarray(step.flow, np.float64)
    seen = flow[SPARSE, SPARSE].reshape(-1, 2)
    field = fit_camera(places[SPARSE, SPARSE].ravel(), seen).field(places)
    own = np.sqrt(((flow - field) ** 2).sum(axis=-1))
    fast = own > max(floor, CLEARLY * float(np.median(own)))
    speck = np.ones((_SPECK, _SPECK), np.uint8)
    whole = cv2.morphologyEx(fast.astype(np.uint8), cv2.MORPH_OPEN, speck)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    found = np.zeros(fast.shape, np.float32)
    by_flow, by_camera = _misses(step, flow), _misses(step, field)
    for piece in range(1, count):  # Number 0 is what lies around them.
        inside = labels == piece
        misses = by_flow[inside].mean()
        if stats[piece, cv2.CC_STAT_AREA] >= SMALLEST_AREA * fast.size and by_camera[
            inside
        ].mean() >= max(EXPLAINED * misses, misses + SEEN):
            found[inside] = 1
    return found if 0 < found.mean() <= LARGEST else None


def _misses(step: Step, flow: Floats) -> NDArray[np.float32]:
    """How far each pixel is from where a flow leads it, in grey levels."""
    height, width = step.before.shape
    down, right = np.mgrid[:height, :width].astype(np.float32)
    moved = (flow * width).astype(np.float32)
    led = cv2.remap(
        step.after,
        right + moved[..., 0],
        down + moved[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cv2.absdiff(led, step.before), np.float32)
