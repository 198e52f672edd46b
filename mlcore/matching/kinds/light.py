"""Light matches: light falls in the second picture as it did in the first, and in its colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.likeness import (
    Steps,
    nearness_each,
    nearness_every,
    whole_steps,
)
from mlcore.matching.moments import COMPARISONS, Rows
from mlcore.matching.observation import Observation
from mlcore.matching.stored import StoredVectors, VectorRow

Floats = NDArray[np.float32]

LIGHT_FLOOR = 2.0
"""Standard deviation of L, 0..100, under which a picture is blank: no light falls."""

WAVES = ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1))
"""Half waves down and across the picture: all that changes more slowly than a thing."""

CHANNELS = 3
LIGHT_DIMS = CHANNELS * len(WAVES)
"""Lightness, warmth and green, eight waves each; the first of each is its mean."""

_HEIGHT, _WIDTH = 48, 64
_DARKNESS = 0.01
"""Of linear light, 0..1, added before a logarithm: in the dark no colour is seen."""

# How far apart, in the vector's unit, two values may lie until half is left: of the mean,
# of one half wave, of more. Chosen by logistic regression on drawn lights, and rounded
# (docs/matching.md). Things are coloured, so mean colour may differ by more than L.
_REACHES = ((0.075, 0.06, 0.1), (0.09, 0.04, 0.1), (0.09, 0.15, 0.15))
_FARTHEST = 8.0  # Reaches: 1 / 65 is left.


@dataclass(frozen=True, kw_only=True)
class LightRows(Rows):
    """Light of one picture a row, in reaches of each wave; whole steps as in `likeness`."""

    key: Steps
    """(m, 1) mean L."""
    layout: Steps
    """(m, 7) the waves of L."""
    colour: Steps
    """(m, 2) mean warmth and green."""
    tint: Steps
    """(m, 14) the waves of warmth and green."""


PARTS = ("key", "layout", "colour", "tint")


class LightKind:
    """score = key * layout * colour * tint, each 1 / (1 + distance**2).

    The distance is that of some numbers of `measure_light`, each divided by its reach:
    key, how light the picture is; layout, where it is light; colour, of which colour
    the light is; tint, where it is of which. Each part is 1 for equal light, a half
    where it differs by one reach: 7.5 of L in key, 6 in the slowest waves of layout.
    """

    name = "light"
    family = "light"
    encoder = "slow waves of L, warmth and green"
    index = Index.VECTORS
    comparisons = COMPARISONS

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return the light of the picture; nothing where it is blank."""
        vector = measure_light(seen.picture)
        return [] if vector is None else [VectorRow(vector=vector)]

    def rows(self, stored: StoredVectors) -> LightRows:
        """Return kept rows ready to be scored."""
        kept = stored.vector if len(stored) else np.zeros((0, LIGHT_DIMS))
        near = (kept / _reach_of_each()).clip(-_FARTHEST, _FARTHEST)
        waves = len(WAVES)
        means, slow = near[:, ::waves], np.delete(near, np.s_[::waves], axis=1)
        return LightRows(
            shot=stored.shot,
            slot=stored.slot,
            frame=stored.frame,
            key=whole_steps(means[:, :1]),
            layout=whole_steps(slow[:, : waves - 1]),
            colour=whole_steps(means[:, 1:]),
            tint=whole_steps(slow[:, waves - 1 :]),
        )

    def scores(self, leaving: LightRows, entering: LightRows) -> Floats:
        """Return (a, b) scores."""
        return _score(
            {
                name: nearness_every(getattr(leaving, name), getattr(entering, name))
                for name in PARTS
            }
        )

    def parts(self, leaving: LightRows, entering: LightRows) -> Parts:
        """Return key, layout, colour and tint, each 0..1."""
        return {
            name: nearness_each(getattr(leaving, name), getattr(entering, name))
            for name in PARTS
        }

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return _score(parts)

    def transform(self, _parts: dict[str, float]) -> Transform | None:
        """Light that falls alike falls so in the picture as it is."""
        return None


def measure_light(rgb: NDArray[np.uint8]) -> Floats | None:
    """Return (24,) of a uint8 (h, w, 3) RGB picture, None where it is blank.

    0..7: L of CIE Lab, the mean less 50, then seven waves; 8..15: warmth, 16..23: green.
    All / 100. Warmth is 10 log(R / B) of linear light, green 10 log(G^2 / (R B)): light
    multiplies what things reflect, so that in logarithms it is added to it. A wave's
    number is its root mean square, with its sign.
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(
            f"a picture must be uint8 (h, w, 3), got {rgb.dtype} {rgb.shape}"
        )
    small = cv2.resize(rgb, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA)
    shown = small.astype(np.float32) / 255
    lightness = cv2.cvtColor(shown, cv2.COLOR_RGB2LAB)[..., 0]
    if lightness.std() < LIGHT_FLOOR:
        return None
    linear = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    red, green, blue = np.moveaxis(np.log(linear + _DARKNESS), 2, 0)
    fields = np.stack(
        [lightness - 50, 10 * (red - blue), 10 * (2 * green - red - blue)]
    )
    return np.asarray(
        (fields.reshape(CHANNELS, -1) @ _waves().T).ravel() / 100, np.float32
    )


@cache
def _waves() -> NDArray[np.float64]:
    """Return (8, 3072): cosines whose product with a field is their coefficient."""
    down, across = (
        np.cos(np.pi * np.arange(3)[:, None] * (np.arange(size) + 0.5) / size)
        for size in (_HEIGHT, _WIDTH)
    )
    waves = np.stack([np.outer(down[y], across[x]).ravel() for y, x in WAVES])
    length = np.sqrt((waves**2).mean(axis=1, keepdims=True))
    return np.asarray(waves / length / waves.shape[1], np.float64)


@cache
def _reach_of_each() -> Floats:
    which = [min(down + across, 2) for down, across in WAVES]
    return np.array([reach[n] for reach in _REACHES for n in which], np.float32)


def _score(parts: Mapping[str, Floats]) -> Floats:
    product = parts["key"] * parts["layout"] * parts["colour"] * parts["tint"]
    return np.asarray(product, np.float32)
