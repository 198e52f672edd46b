"""Clips drawn a few at a time, here or in other programs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import Dataset

from mlcore.components.component import Component
from mlcore.components.drawing.studio import Pair, Pool, Studio
from mlcore.fit import drawn_ahead

TOGETHER = 64
"""Clips drawn at once"""


class Clip(NamedTuple):
    """A component on a material pair, or none."""

    component: Component | None
    pair: int | tuple[int, ...]
    """Its number; of a new one the numbers it is drawn from"""
    chance: int
    within: bool = False
    """Whether it is of one shot"""


def drawn(
    studio: Studio, pool: Pool, clips: Sequence[Clip], loaders: int = 0
) -> Iterator[Tensor]:
    """Yield uint8 (TOGETHER, T, 3, H, W) of clips in their order; the last may be fewer."""
    drawing = _Drawing(studio=studio, pool=pool, clips=clips)
    return drawn_ahead(drawing, range(math.ceil(len(clips) / TOGETHER)), loaders)


@dataclass(kw_only=True)
class _Drawing(Dataset[Tensor]):
    """Keeps the last numbered pair, which many clips share."""

    studio: Studio
    pool: Pool
    clips: Sequence[Clip]
    _kept: tuple[int, Pair] | None = None

    def __getitem__(self, number: int) -> Tensor:
        clips = self.clips[number * TOGETHER :][:TOGETHER]
        return torch.stack(
            [
                self.studio.clip(c.component, self._pair(c), c.chance, within=c.within)
                for c in clips
            ]
        )

    def _pair(self, clip: Clip) -> Pair:
        if isinstance(clip.pair, tuple):
            return self.studio.draw(*clip.pair, pool=self.pool)
        if self._kept is None or self._kept[0] != clip.pair:
            self._kept = clip.pair, self.studio.pair(self.pool, clip.pair)
        return self._kept[1]
