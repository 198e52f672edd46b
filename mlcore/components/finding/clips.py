"""Clips to fit a detector to: components and none, at a cut and within one shot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.components.component import Component
from mlcore.components.drawing.studio import Pair, Pool, Studio
from mlcore.components.finding.changes import changes_of
from mlcore.components.finding.fitting import Clips, category_places
from mlcore.components.measuring.retrieval import TOGETHER, Embed
from mlcore.fit import seed_of

Job = tuple[Component | None, int, bool]
"""Component, number of the material, and whether there is a cut in the middle"""

PLAIN: dict[Pool, int] = {"train": 6, "test": 24}
"""Plain clips for each ten with a component, at a cut and within a shot: that few of a
hundred are taken for something cannot be told, nor learned, from few."""


def embedded_clips(
    embed: Embed,
    studio: Studio,
    components: Sequence[Component],
    pool: Pool,
    numbers: Sequence[int],
    *,
    share: int = 1,
) -> Clips:
    """Return components on numbered material pairs, see `laid_on`, and plain clips.

    Plain clips are of pairs drawn for them, all different, as many at a cut as within one
    shot, stills and moving alike.
    """
    laid = laid_on(components, numbers, share)
    plain = max(2, len(laid) * PLAIN[pool] // 10)
    jobs = laid + [(None, n, n % 2 == 0) for n in range(plain)]
    draw = _Drawer(studio, pool, numbers[0])
    rows = [
        draw.embedded(embed, jobs[at : at + TOGETHER])
        for at in range(0, len(jobs), TOGETHER)
    ]
    kinds = [None if each is None else each.category for each, _, _ in jobs]
    return Clips(
        embeddings=np.concatenate(rows).astype(np.float64),
        changes=draw.changes,
        keys=tuple("" if each is None else each.key for each, _, _ in jobs),
        categories=category_places(kinds),
        cut=np.array([cut for _, _, cut in jobs]),
    )


def laid_on(
    components: Sequence[Component], numbers: Sequence[int], share: int
) -> list[Job]:
    """Return which component lies on which material pair, and whether over a cut.

    Each pair gets every `share`-th component, the next pair the next ones: many materials
    for little. A transition lies at a cut. Every other component lies over a cut on half
    of its materials, as it was trained on, and on the others within one shot, as a title
    has it. Even numbers are stills, odd ones move; with an odd `share`, of four materials
    of a component one of either sort is within a shot: were all of those moving, that
    something moves would seem to tell that something lies there.
    """
    return [
        (
            each,
            number,
            each.category == "transition" or number // share % 4 not in (1, 2),
        )
        for at, number in enumerate(numbers)
        for each in components[at % share :: share]
    ]


@dataclass
class _Drawer:
    """Draws clips on pairs of one pool; keeps the last pair, which many clips share."""

    studio: Studio
    pool: Pool
    first: int
    """Tells the plain clips of one call from those of another"""
    changes: int = 0
    """F, once something was drawn"""
    _kept: tuple[int, Pair] | None = None

    def embedded(self, embed: Embed, jobs: Sequence[Job]) -> NDArray[np.float32]:
        """Return (n, E + F): embeddings of length 1, then changes."""
        clips = torch.stack([self._clip(*job) for job in jobs])
        whole = torch.nn.functional.normalize(embed(clips, None).float().cpu(), dim=1)
        changes = changes_of(clips).cpu()
        self.changes = changes.shape[1]
        return np.asarray(torch.cat([whole, changes], dim=1).numpy(), np.float32)

    def _clip(self, component: Component | None, number: int, cut: bool) -> Tensor:  # noqa: FBT001
        a, b = self._plain(number) if component is None else self._pair(number)
        chance = seed_of("found", self.pool, number)
        return self.studio.clip(component, (a, b if cut else a), chance)

    def _pair(self, number: int) -> Pair:
        if self._kept is None or self._kept[0] != number:
            self._kept = number, self.studio.pair(self.pool, number)
        return self._kept[1]

    def _plain(self, number: int) -> Pair:
        """A new pair: there are only so many numbered ones, and none is to be seen twice."""
        seed = seed_of("plain", self.pool, self.first, number)
        chance = torch.Generator().manual_seed(seed)
        return self.studio.materials.draw(chance, self.pool, self.studio.layout)
