"""What each training step sees: distinct components, two clips each, drawn on the fly.

B: components in a batch, T: frames, H, W: picture
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.utils.data import Dataset

from mlcore.components.component import Component
from mlcore.components.drawing.studio import Studio
from mlcore.fit import seed_of

A_PLAIN_ONE = 24
"""As in titles, of so many clips of a batch one has no component, at least one."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Clips one[b] and two[b] have component components[b] on different materials."""

    components: Tensor
    """(B,) int64, places in the list that is trained on"""
    one: Tensor
    """(B, T, 3, H, W) uint8"""
    two: Tensor
    raw_one: Tensor | None = None
    """The same clips without their components"""
    raw_two: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """Return it on a device."""
        raw = [
            None if each is None else each.to(device, non_blocking=True)
            for each in (self.raw_one, self.raw_two)
        ]
        return Batch(
            components=self.components.to(device),
            one=self.one.to(device, non_blocking=True),
            two=self.two.to(device, non_blocking=True),
            raw_one=raw[0],
            raw_two=raw[1],
        )


@dataclass(frozen=True, kw_only=True)
class Batches(Dataset[Batch]):
    """Batch number `step`, the same whenever and wherever it is drawn."""

    studio: Studio
    components: Sequence[Component]
    batch: int
    seed: int
    together: int
    """How many components are laid on one material pair; 1: each on its own. Material
    costs more to draw than components do, but fewer of it a step taught less"""
    titles: bool = False
    """Whether clips are as titles have them: the last of a batch have no component, and
    every other one with any but a transition is within one shot instead of over a cut"""
    raw: bool = False
    share: slice = field(default_factory=lambda: slice(None))
    """Which rows of each batch this program draws"""

    def __post_init__(self) -> None:
        if not 1 <= self.together < self.batch:
            raise ValueError(
                f"of a batch of {self.batch}, {self.together} cannot share materials"
            )
        if self.raw and self.studio.windows:
            raise ValueError(
                "of windows of titles there is no clip without a component"
            )
        if self.distinct > len(self.components):
            raise ValueError(
                f"a batch of {self.batch} distinct components cannot be drawn from "
                f"{len(self.components)}"
            )

    @property
    def distinct(self) -> int:
        """Components in a batch."""
        plain = max(1, self.batch // A_PLAIN_ONE) if self.titles else 0
        return self.batch - plain

    def chosen(self, step: int) -> Tensor:
        """Return (batch,) places of the components of a step, all distinct but the last.

        All come once, in an order drawn for each round; what does not fill a last batch
        waits for the next round. The place after the last is of clips without one.
        """
        many = self.distinct
        a_round = len(self.components) // many
        turn, place = divmod(step, a_round)
        chance = torch.Generator().manual_seed(seed_of("round", self.seed, turn))
        order = torch.randperm(len(self.components), generator=chance)
        chosen = order[place * many :][:many]
        nothing = torch.full((self.batch - many,), len(self.components))
        return torch.cat([chosen, nothing])

    def __getitem__(self, step: int) -> Batch:
        """Draw this program's share of a step."""
        chosen = self.chosen(step)[self.share]
        views = [self._view(chosen.tolist(), step, view) for view in (0, 1)]
        (one, raw_one), (two, raw_two) = views
        return Batch(
            components=chosen, one=one, two=two, raw_one=raw_one, raw_two=raw_two
        )

    def _view(
        self, chosen: list[int], step: int, view: int
    ) -> tuple[Tensor, Tensor | None]:
        numbers = (self.seed, step, view)
        groups = self._groups(view)[self.share]
        drawn = {each: self.studio.draw(*numbers, each) for each in sorted(set(groups))}
        laid = [
            self.components[each] if each < len(self.components) else None
            for each in chosen
        ]
        chances = [seed_of(*numbers, each) for each in chosen]
        clips, plain = [], []
        for component, group, chance in zip(laid, groups, chances, strict=True):
            within = self._within(component, chance)
            pair, clip = drawn[group], self.studio.clip
            clips.append(clip(component, pair, chance, within=within))
            if self.raw:
                plain.append(clip(None, pair, 0, within=within))
        return torch.stack(clips), torch.stack(plain) if self.raw else None

    def _within(self, component: Component | None, number: int) -> bool:
        """Whether a clip is of one shot, without a cut."""
        over_cut = component is not None and component.category == "transition"
        return self.titles and not over_cut and seed_of("within", number) % 2 == 0

    def _groups(self, view: int) -> list[int]:
        """Which material pair each row of a view is on; rows that share in one view part in the other."""
        many = -(-self.batch // self.together)
        if view == 0:
            return [row // self.together for row in range(self.batch)]
        return [row % many for row in range(self.batch)]
