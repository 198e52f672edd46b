"""Light matches: light and colour fall in the second picture as they did in the first."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.colour import HUES, SATURATIONS, colour_statistics
from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.likeness import (
    Steps,
    likeness_each,
    likeness_every,
    whole_steps,
)
from mlcore.matching.moments import COMPARISONS, Rows
from mlcore.matching.observation import Observation
from mlcore.matching.stored import StoredVectors, VectorRow

Floats = NDArray[np.float32]

LIGHT_FLOOR = 2.0
"""Standard deviation of L, 0..100, under which a picture is blank: no light falls."""

ROWS, COLUMNS = 6, 8
_CELLS = ROWS * COLUMNS
_TONES = 2  # key and contrast
_PALETTE = 1 + HUES * SATURATIONS
LIGHT_DIMS = 3 * _CELLS + _TONES + _PALETTE
"""Layout of light (48), of colour (96), key, contrast, palette (37)."""

# What things are, not how they are lit: 3 of L and 5 of a or b in each cell.
_SLACK = {"layout": 0.03**2 * _CELLS, "tint": 0.05**2 * 2 * _CELLS, "palette": 0.0}
_BROAD = (
    1.5  # Cells: light changes over a room, what it falls on within a hand's breadth.
)
_KEY_REACH = np.float32(0.4)
_DARK = np.float32(0.02)
ZERO, ONE = np.float32(0.0), np.float32(1.0)


@dataclass(frozen=True, kw_only=True)
class LightRows(Rows):
    """Light and colour of one picture a row; whole steps as in `likeness`."""

    layout: Steps
    """(m, 48) L of 6 x 8 cells less its mean, / 100."""
    tint: Steps
    """(m, 96) a and b of the cells, / 100."""
    palette: Steps
    """(m, 37) square roots of shares: grey, then 12 hues x 3 saturations."""
    key: Floats
    """(m,) mean L, / 100."""
    contrast: Floats
    """(m,) standard deviation of L, / 100."""


class LightKind:
    """score = max(layout, 0)**2 * max(tint, 0) * key**2 * (contrast * palette)**(1 / 4).

    layout and tint: likeness (see `likeness`) of where light falls, L of 6 x 8 cells
    less the mean, and of where which colour lies, a and b of the cells; key: 1 less
    the difference of the mean L in 40 parts of 100; contrast: the smaller standard
    deviation of L over the larger; palette: what two histograms of hue and saturation
    share (Bhattacharyya). All of CIE Lab, 0..1 where the pictures are not opposites.
    """

    name = "light"
    family = "light"
    encoder = "Lab layout, key, contrast and palette"
    index = Index.VECTORS
    comparisons = COMPARISONS

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return light and colour of the picture; nothing where it is blank."""
        vector = measure_light(seen.picture)
        return [] if vector is None else [VectorRow(vector=vector)]

    def rows(self, stored: StoredVectors) -> LightRows:
        """Return kept rows ready to be scored."""
        kept = stored.vector if len(stored) else np.zeros((0, LIGHT_DIMS))
        tints, tones, end = _CELLS, 3 * _CELLS, 3 * _CELLS + _TONES
        return LightRows(
            shot=stored.shot,
            slot=stored.slot,
            frame=stored.frame,
            layout=whole_steps(kept[:, :tints]),
            tint=whole_steps(kept[:, tints:tones]),
            palette=whole_steps(kept[:, end:]),
            key=kept[:, tones].astype(np.float32),
            contrast=kept[:, tones + 1].astype(np.float32),
        )

    def scores(self, leaving: LightRows, entering: LightRows) -> Floats:
        """Return (a, b) scores."""
        fields = {
            name: likeness_every(getattr(leaving, name), getattr(entering, name), slack)
            for name, slack in _SLACK.items()
        }
        tones = _tones(
            leaving.key[:, None],
            entering.key[None, :],
            leaving.contrast[:, None],
            entering.contrast[None, :],
        )
        return _score(fields | tones)

    def parts(self, leaving: LightRows, entering: LightRows) -> Parts:
        """Return layout and tint (-1..1), palette, key and contrast (0..1)."""
        fields = {
            name: likeness_each(getattr(leaving, name), getattr(entering, name), slack)
            for name, slack in _SLACK.items()
        }
        return fields | _tones(
            leaving.key, entering.key, leaving.contrast, entering.contrast
        )

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return _score(parts)

    def transform(self, _parts: dict[str, float]) -> Transform | None:
        """Light that falls alike falls so in the picture as it is."""
        return None


def measure_light(rgb: NDArray[np.uint8]) -> Floats | None:
    """Return (183,) of a uint8 (h, w, 3) RGB picture, None where it is blank.

    In the order of LIGHT_DIMS, L, a and b each divided by 100. The palette is smoothed
    over neighbouring hues, so that no hue lies on an edge.
    """
    statistics = colour_statistics(rgb)
    key, contrast = float(statistics[0]), float(statistics[3])
    if contrast * 100 < LIGHT_FLOOR:
        return None
    fine = cv2.resize(rgb, (8 * COLUMNS, 8 * ROWS), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(fine.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    soft = cv2.GaussianBlur(lab, (0, 0), 8 * _BROAD)
    cells = cv2.resize(soft, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA) / 100.0
    layout = cells[..., 0] - cells[..., 0].mean()
    blocks = [layout, cells[..., 1:], np.array([key, contrast]), _palette(statistics)]
    return np.concatenate([np.ravel(block) for block in blocks]).astype(np.float32)


def _palette(statistics: Floats) -> NDArray[np.float64]:
    grey, coloured = statistics[6:7], statistics[7:].reshape(HUES, SATURATIONS)
    beside = np.roll(coloured, 1, axis=0) + np.roll(coloured, -1, axis=0)
    smooth = coloured / 2 + beside / 4
    return np.asarray(np.sqrt(np.concatenate([grey, smooth.ravel()])), np.float64)


def _tones(
    key_l: Floats, key_e: Floats, contrast_l: Floats, contrast_e: Floats
) -> Parts:
    apart = np.abs(key_l - key_e) / _KEY_REACH
    low = np.minimum(contrast_l, contrast_e) + _DARK
    high = np.maximum(contrast_l, contrast_e) + _DARK
    return {"key": np.maximum(ONE - apart, ZERO), "contrast": low / high}


def _score(parts: Mapping[str, Floats]) -> Floats:
    layout, tint = (np.maximum(parts[name], ZERO) for name in ("layout", "tint"))
    falls = layout * layout * tint * parts["key"] * parts["key"]
    rest = np.sqrt(np.sqrt(parts["contrast"] * parts["palette"]))
    return np.asarray(falls * rest, np.float32)
