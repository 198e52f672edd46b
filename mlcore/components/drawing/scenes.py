"""Scenes made of nothing: coloured grounds, textures and shapes, at rest or moving."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from mlcore.components.stretch import Layout


@dataclass(frozen=True)
class Dice:
    """Chance in plain numbers."""

    chance: torch.Generator

    def between(self, low: float, high: float) -> float:
        """Return a number from low to high."""
        return low + (high - low) * float(torch.rand(1, generator=self.chance))

    def below(self, count: int) -> int:
        """Return a whole number, 0 to count - 1."""
        return int(torch.randint(count, (1,), generator=self.chance))

    def colour(self) -> Tensor:
        """Return (3, 1, 1), any colour, 0.05..0.95."""
        drawn = torch.rand(3, generator=self.chance)
        return (0.05 + 0.9 * drawn)[:, None, None]


def scene(chance: torch.Generator, layout: Layout, *, moving: bool) -> Tensor:
    """Return (t, 3, h, w) 0..1 on the CPU of a scene; the same frame when not moving."""
    dice = Dice(chance)
    seconds = layout.times() if moving else torch.zeros(1)
    ground = _ground(dice, layout)
    frames = ground[None].repeat(len(seconds), 1, 1, 1)
    for _ in range(2 + dice.below(6)):
        frames = _with_shape(frames, dice, layout, seconds)
    light = 1 + dice.between(0, 0.12) * torch.sin(seconds * dice.between(1, 4))
    whole = (frames * light[:, None, None, None]).clamp(0, 1)
    return whole.expand(layout.frames, -1, -1, -1)


def noise(dice: Dice, cells: int, size: tuple[int, int], channels: int = 1) -> Tensor:
    """Return (channels, h, w), smooth noise of about `cells` grains down the picture."""
    height, width = size
    shape = (1, channels, cells + 1, max(2, round(cells * width / height) + 1))
    grains = torch.rand(shape, generator=dice.chance)
    smooth = F.interpolate(grains, size, mode="bicubic", align_corners=True)
    return smooth[0].clamp(0, 1)


def _ground(dice: Dice, layout: Layout) -> Tensor:
    """(3, h, w): two colours that run into each other along a direction or in clouds."""
    size = (layout.height, layout.width)
    if dice.below(2):
        angle = dice.between(0, 2 * math.pi)
        x = torch.linspace(-0.5, 0.5, layout.width)[None, :]
        y = torch.linspace(-0.5, 0.5, layout.height)[:, None]
        share = (0.5 + x * math.cos(angle) + y * math.sin(angle)).clamp(0, 1)[None]
    else:
        share = noise(dice, 2 + dice.below(4), size)
    ground = dice.colour() * (1 - share) + dice.colour() * share
    grain = noise(dice, 8 + dice.below(24), size) - 0.5
    return (ground + dice.between(0, 0.5) * grain).clamp(0, 1)


def _with_shape(frames: Tensor, dice: Dice, layout: Layout, seconds: Tensor) -> Tensor:
    """Lay one shape, plain or textured, on all frames; it drifts and turns."""
    height, width = layout.height, layout.width
    x = dice.between(0, 1) + dice.between(-0.2, 0.2) * seconds
    y = dice.between(0, 1) + dice.between(-0.12, 0.12) * seconds
    turn = dice.between(0, math.pi) + dice.between(-1, 1) * seconds
    across = (torch.arange(width) + 0.5) / height
    down = (torch.arange(height) + 0.5) / height
    dx = across[None, None, :] - x[:, None, None] * width / height
    dy = down[None, :, None] - y[:, None, None]
    cos, sin = turn.cos()[:, None, None], turn.sin()[:, None, None]
    u, v = cos * dx + sin * dy, cos * dy - sin * dx
    long, short = dice.between(0.08, 0.4), dice.between(0.05, 0.3)
    inside = _outline(dice.below(3), u / long, v / short)
    # A pixel and a half of edge: no jagged outline, and none that a filter could find.
    cover = (inside * min(long, short) * height / 1.5 + 0.5).clamp(0, 1)[:, None]
    colour = dice.colour() + dice.between(0, 0.6) * (
        noise(dice, 6 + dice.below(20), (height, width)) - 0.5
    )
    return frames * (1 - cover) + colour * cover


def _outline(kind: int, u: Tensor, v: Tensor) -> Tensor:
    """Above 0 inside: an ellipse, a rectangle or a diamond of half-axes 1."""
    if kind == 0:
        return 1 - (u**2 + v**2).sqrt()
    if kind == 1:
        return 1 - torch.maximum(u.abs(), v.abs())
    return 1 - (u.abs() + v.abs())
