"""Many shots made once out of few materials, to be paired anew for every clip.

Materials are some photographs and clips. Framed tighter, put in other colours and laid
into one another they are as many shots as an encoder needs to learn to look past them;
made once, they cost a training less than new ones for every clip.

n: takes, T: frames, H, W: picture
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate
from torch.utils.data import Dataset

from mlcore.components.drawing.filming import cast, filmed, random_move
from mlcore.components.drawing.scenes import Dice, noise
from mlcore.components.drawing.studio import Pair, Pairs, Pool, Studio
from mlcore.components.drawing.windows import paced
from mlcore.components.stretch import Layout
from mlcore.fit import drawn_ahead, seed_of

LARGER = 1.5
"""Drawn so much larger than the layout, for a window that is framed tighter"""
TOGETHER = 32
"""Takes that a loader hands over at once"""


@dataclass(frozen=True, kw_only=True)
class Takes:
    """Shots of the training pool, and other materials as they are."""

    materials: Pairs
    made: Tensor
    """(n, T, 3, H, W) uint8"""

    def draw(self, chance: torch.Generator, pool: Pool, layout: Layout) -> Pair:
        """Return two takes, each mirrored and lit by chance; of another pool, materials."""
        if pool != "train":
            return self.materials.draw(chance, pool, layout)
        dice = Dice(chance)
        first = dice.below(len(self.made))
        second = (first + 1 + dice.below(len(self.made) - 1)) % len(self.made)
        return self._shown(dice, first), self._shown(dice, second)

    def pair(self, pool: Pool, number: int, layout: Layout) -> Pair:
        """Return material pair `number` of a pool, as it is."""
        return self.materials.pair(pool, number, layout)

    def _shown(self, dice: Dice, place: int) -> Tensor:
        frames = self.made[place].float() / 255
        if dice.below(2):
            frames = frames.flip(-1)
        return cast(dice, frames)


@dataclass(frozen=True, kw_only=True)
class Taking(Dataset[Tensor]):
    """TOGETHER takes by their number, the same whenever and wherever they are made."""

    materials: Pairs
    layout: Layout
    seed: int
    windows: bool = False
    """Whether each goes as fast as in a window of a title, and moves as what is filmed does"""

    def __getitem__(self, number: int) -> Tensor:
        """Return (TOGETHER, T, 3, H, W) uint8."""
        dice = Dice(torch.Generator().manual_seed(seed_of("takes", self.seed, number)))
        frames = torch.stack([self._taken(dice) for _ in range(TOGETHER)])
        return (frames * 255).round().to(torch.uint8)

    def _taken(self, dice: Dice) -> Tensor:
        larger = Layout(
            frames=self.layout.frames,
            height=round(self.layout.height * LARGER),
            width=round(self.layout.width * LARGER),
            seconds=self.layout.seconds,
        )
        if self.windows:
            larger = paced(dice, larger)
        one, other = self.materials.draw(dice.chance, "train", larger)
        frames = self._seen(dice, one)
        if not dice.below(3):
            frames = _laid_into(dice, frames, self._seen(dice, other))
        if dice.below(2):
            frames = recoloured(dice, frames)
        return frames

    def _seen(self, dice: Dice, frames: Tensor) -> Tensor:
        """A window of larger frames, which stands or, in windows of titles, is carried."""
        if self.windows:
            return filmed(
                frames, random_move(dice, frames[0], self.layout), self.layout
            )
        return _framed(dice, frames, self.layout)


def make_takes(studio: Studio, many: int, seed: int, *, loaders: int = 0) -> Takes:
    """Make at least `many` takes of a studio's materials, here or in `loaders` programs.

    Raises ValueError for none.
    """
    if many < 1:
        raise ValueError(f"materials are made into at least one take, got {many}")
    taking = Taking(
        materials=studio.materials,
        layout=studio.filmed,
        seed=seed,
        windows=studio.windows,
    )
    made = drawn_ahead(taking, range(math.ceil(many / TOGETHER)), loaders)
    return Takes(materials=studio.materials, made=torch.cat(list(made)))


def recoloured(dice: Dice, frames: Tensor) -> Tensor:
    """Return frames (t, 3, h, w) 0..1 with other hues, another contrast of each channel.

    Light stays light and dark dark: a negative is a component.
    """
    turn = dice.between(-math.pi, math.pi)
    # A rotation of colours about grey (Rodrigues' formula).
    third = math.sqrt(1 / 3)
    across = third * torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    hues = (
        math.cos(turn) * torch.eye(3)
        + math.sin(turn) * across
        + (1 - math.cos(turn)) * torch.full((3, 3), 1 / 3)
    )
    turned = torch.einsum("dc,tchw->tdhw", hues, frames).clamp(0, 1)
    bent = torch.exp(0.8 * torch.rand(3, generator=dice.chance) - 0.4)
    bent_frames = turned ** bent[:, None, None]
    grey = bent_frames.mean(1, keepdim=True)
    return (grey + dice.between(0.5, 1.5) * (bent_frames - grey)).clamp(0, 1)


def _framed(dice: Dice, frames: Tensor, layout: Layout) -> Tensor:
    """A window of the layout's form somewhere in larger frames, in the layout's size."""
    share = dice.between(1 / LARGER, 1)
    tall, wide = (max(8, round(side * share)) for side in frames.shape[-2:])
    top = dice.below(frames.shape[-2] - tall + 1)
    left = dice.below(frames.shape[-1] - wide + 1)
    window = frames[..., top : top + tall, left : left + wide]
    size = (layout.height, layout.width)
    seen = interpolate(
        window, size, mode="bilinear", align_corners=False, antialias=True
    )
    return seen.clamp(0, 1)


def _laid_into(dice: Dice, frames: Tensor, other: Tensor) -> Tensor:
    """Another shot in places of these frames, with hard or soft edges."""
    height, width = frames.shape[-2:]
    where = noise(dice, 1 + dice.below(4), (height, width))
    edge = dice.between(4, 40)
    share = torch.sigmoid(edge * (where - dice.between(0.35, 0.65)))
    return frames * (1 - share) + other * share
