"""Where clips are drawn: components on materials, always the same from the same numbers.

T: frames, H, W: picture
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

from mlcore.components.artwork import Artwork
from mlcore.components.component import Component
from mlcore.components.drawing.render import render
from mlcore.components.stretch import Layout
from mlcore.fit import seed_of

Pool = Literal["train", "test"]
"""Materials of one pool come from other pictures than those of the other."""

Pair = tuple[Tensor, Tensor]
"""Materials A and B, (T, 3, H, W) 0..1"""


class Pairs(Protocol):
    """What materials are drawn from: mlcore.components.drawing.materials, or a test's photographs."""

    def draw(self, chance: torch.Generator, pool: Pool, layout: Layout) -> Pair:
        """Return a new pair of materials of a pool."""

    def pair(self, pool: Pool, number: int, layout: Layout) -> Pair:
        """Return material pair `number` of a pool: always the same one."""


@dataclass(frozen=True, kw_only=True)
class Studio:
    """Materials, artwork and a layout."""

    materials: Pairs
    layout: Layout
    artwork: Artwork | None = None
    device: torch.device | str = "cpu"

    def draw(self, *numbers: int) -> Pair:
        """Return a pair to train on, new for each list of numbers (seed, step, ...)."""
        chance = torch.Generator().manual_seed(seed_of("pair", *numbers))
        return self._there(self.materials.draw(chance, "train", self.layout))

    def pair(self, pool: Pool, number: int) -> Pair:
        """Return material pair `number` of a pool."""
        return self._there(self.materials.pair(pool, number, self.layout))

    def clip(self, component: Component | None, pair: Pair, number: int) -> Tensor:
        """Return (T, 3, H, W) uint8 of a component on a pair; without one, a plain cut.

        Eight bits, as in a video: nothing finer may tell one component from another.
        """
        drawn = render(component, *pair, self.layout, clip=number, artwork=self.artwork)
        return (drawn * 255).round().to(torch.uint8)

    def _there(self, pair: Pair) -> Pair:
        a, b = (each.to(self.device) for each in pair)
        return a, b
