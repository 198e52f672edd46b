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
from mlcore.components.drawing.scenes import Dice
from mlcore.components.drawing.windows import (
    paced,
    sharpened,
    squeezed,
    through,
    wide,
    window,
)
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
    windows: bool = False
    """Whether clips are seen as those of titles are, see `drawing.windows`"""

    @property
    def filmed(self) -> Layout:
        """What materials are drawn in: wider than the layout where windows are cut of it."""
        return wide(self.layout) if self.windows else self.layout

    def draw(self, *numbers: int, pool: Pool = "train") -> Pair:
        """Return a pair of a pool, new for each list of numbers (seed, step, ...)."""
        seed = seed_of("pair", *numbers)
        chance = torch.Generator().manual_seed(seed)
        return self._there(self.materials.draw(chance, pool, self._paced(seed)))

    def pair(self, pool: Pool, number: int) -> Pair:
        """Return material pair `number` of a pool."""
        layout = self._paced(seed_of("pace", pool, number))
        return self._there(self.materials.pair(pool, number, layout))

    def clip(
        self,
        component: Component | None,
        pair: Pair,
        number: int,
        *,
        within: bool = False,
    ) -> Tensor:
        """Return (T, 3, H, W) uint8 of a component on a pair; without one, a plain cut.

        `within`: A alone is shown, as one shot. Eight bits, as in a video: nothing finer
        may tell one component from another.
        """
        a, b = pair
        layout = self.layout
        dice = Dice(torch.Generator().manual_seed(seed_of("window", number)))
        if self.windows:
            layout = window(dice, layout, within=within)
            a, b = through(dice, a, layout), through(dice, b, layout)
        b = a if within else b
        drawn = render(component, a, b, layout, clip=number, artwork=self.artwork)
        drawn = squeezed(drawn, self.layout)
        if self.windows:
            drawn = sharpened(dice, drawn)
        return (drawn * 255).round().to(torch.uint8)

    def _paced(self, seed: int) -> Layout:
        if not self.windows:
            return self.layout
        return paced(Dice(torch.Generator().manual_seed(seed)), self.filmed)

    def _there(self, pair: Pair) -> Pair:
        a, b = (each.to(self.device) for each in pair)
        return a, b
