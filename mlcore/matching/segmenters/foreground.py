"""Anything that clearly stands in front, whatever it is: saliency, then GrabCut."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.segmenters.base import Picture, Silhouette, check_picture
from mlcore.matching.segmenters.saliency import geodesic_saliency, to_lab

SIDE = 112
"""Longest side, in pixels, of the picture that is cut out; masks keep 64."""

_STRIDE = 14
"""Pixels of SIDE that a subject may have moved since the frame that it is followed from."""

Mask = NDArray[np.bool_]

# A coarse histogram of Lab: L by 12.5, a and b by 20.
_BIN_OFFSET = np.array([0.0, 110.0, 110.0])
_BIN_SIZE = np.array([12.5, 20.0, 20.0])
_BIN_STRIDE = np.array([1.0, 10.0, 110.0])


class Clarity(NamedTuple):
    """How clear a cut-out is; the limits in `is_clear` were set on photographs and film frames."""

    area: float
    """Share of the picture."""
    agreement: float
    """IoU of the cut-out with what it was begun from: high if the edges are real."""
    edge: float
    """Share of the picture's edge that it covers: a subject, not a floor or a sky."""
    contrast: float
    """1 - Bhattacharyya coefficient of its colours and those around, 0..1."""
    parts: int
    """Pieces of at least a quarter of the largest one."""

    @property
    def is_clear(self) -> bool:
        """Whether this is one subject rather than a texture or a piece of landscape."""
        return (
            0.02 <= self.area <= 0.6
            and self.agreement >= 0.5
            and self.edge <= 0.25
            and self.contrast >= 0.35
            and self.parts <= 2
        )


class ForegroundSegmenter:
    """Cuts out what stands out from the edges of the picture; no weights, no classes."""

    name = "geodesic saliency and GrabCut"
    weights: tuple[Path, ...] = ()

    def segment(
        self, rgb: Picture, hint: NDArray[np.float32] | None = None
    ) -> Silhouette | None:
        """Return the clear subject of a uint8 (h, w, 3) picture, or None.

        `hint` is coverage 0..1 of the picture, of any size, by a network that may see
        what colours do not show; it is tried where colours alone give nothing clear.
        """
        check_picture(rgb)
        small = _small(rgb)
        for seed, never in _seeds(small, hint):
            found = _cut_out(small, seed, never)
            if found is not None:
                return found
        return None

    def subjects(self, rgb: Picture) -> tuple[Silhouette, ...]:
        """Return the one clear subject there may be."""
        return tuple(one for one in [self.segment(rgb)] if one is not None)

    def follow(
        self, rgb: Picture, before: Sequence[Silhouette]
    ) -> tuple[Silhouette, ...]:
        """Return the subjects of a near frame again, cut out from where they stood."""
        check_picture(rgb)
        small = _small(rgb)
        found = [_cut_out(small, *_seed_from(one, small)) for one in before]
        return tuple(one for one in found if one is not None)


def _seed_from(before: Silhouette, small: Picture) -> tuple[Mask, Mask]:
    size = (small.shape[1], small.shape[0])
    stood = cv2.resize(before.coverage, size, interpolation=cv2.INTER_LINEAR) >= 0.5
    near = np.ones((2 * _STRIDE + 1, 2 * _STRIDE + 1), np.uint8)
    return stood, cv2.dilate(stood.astype(np.uint8), near) == 0


def _seeds(small: Picture, hint: NDArray[np.float32] | None) -> list[tuple[Mask, Mask]]:
    """Return, to be tried in turn, what is likely the subject and what surely is not."""
    odd = geodesic_saliency(to_lab(small))
    top = max(float(np.percentile(odd, 99.5)), 1e-6)
    levels = (odd / top * 255.0).clip(0, 255).astype(np.uint8)
    level, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    seeds = [(levels > level, levels < 0.25 * level)]
    if hint is not None:
        size = (small.shape[1], small.shape[0])
        fitted = cv2.resize(hint, size, interpolation=cv2.INTER_AREA)
        seeds.append((fitted > 0.5, fitted < 0.02))
    return seeds


def _cut_out(small: Picture, seed: Mask, never: Mask) -> Silhouette | None:
    if not 0.01 <= seed.mean() <= 0.7:
        return None
    grown = _grabcut(small, seed, never)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grown.astype(np.uint8))
    if count < 2:
        return None
    sizes = stats[1:, cv2.CC_STAT_AREA]
    large = 1 + np.flatnonzero(sizes >= sizes.max() / 4)
    kept = np.isin(labels, large)
    clarity = Clarity(
        area=float(kept.mean()),
        agreement=float((kept & seed).sum() / (kept | seed).sum()),
        edge=float(_edge(kept).mean()),
        contrast=_contrast(small, kept),
        parts=len(large),
    )
    if not clarity.is_clear:
        return None
    score = clarity.agreement * clarity.contrast
    return Silhouette(kept.astype(np.float32), "foreground", score)


def _grabcut(small: Picture, seed: Mask, never: Mask) -> Mask:
    state = np.full(seed.shape, cv2.GC_PR_BGD, np.uint8)
    state[never] = cv2.GC_BGD
    for rim in (state[0], state[-1], state[:, 0], state[:, -1]):
        rim[:] = cv2.GC_BGD
    state[seed] = cv2.GC_PR_FGD
    if not (state == cv2.GC_PR_FGD).any() or (state == cv2.GC_PR_FGD).all():
        return np.zeros(seed.shape, np.bool_)
    cv2.setRNGSeed(
        0
    )  # GrabCut's k-means draws from it: the same picture, the same mask.
    behind, before = np.zeros((1, 65)), np.zeros((1, 65))
    unused = (0, 0, 1, 1)
    cv2.grabCut(small, state, unused, behind, before, 3, cv2.GC_INIT_WITH_MASK)
    front = np.isin(state, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    opened = cv2.morphologyEx(front, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return opened.astype(np.bool_)


def _edge(mask: Mask) -> Mask:
    return np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])


def _contrast(small: Picture, mask: Mask) -> float:
    bins = (to_lab(small) + _BIN_OFFSET) // _BIN_SIZE
    code = (bins @ _BIN_STRIDE).astype(np.int64)
    inside = np.bincount(code[mask], minlength=1331) / max(1, mask.sum())
    outside = np.bincount(code[~mask], minlength=1331) / max(1, (~mask).sum())
    return float(1.0 - np.sqrt(inside * outside).sum())


def _small(rgb: Picture) -> Picture:
    scale = min(1.0, SIDE / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
