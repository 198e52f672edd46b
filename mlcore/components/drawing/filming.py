"""A camera over material: what of it is seen, how that moves, and in which light."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from mlcore.components.drawing.scenes import Dice
from mlcore.components.programs.sprites import shrunk
from mlcore.components.stretch import Layout


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A window over a picture in each frame, all (t,) or (1,)."""

    x: Tensor
    """Its middle, 0 left to 1 right"""
    y: Tensor
    """Its middle, 0 top to 1 bottom"""
    tall: Tensor
    """Its height, a share of the picture's"""
    mirrored: bool


def random_still(dice: Dice, picture: Tensor, layout: Layout) -> Shot:
    """Return a window that stands, inside a picture (3, h, w), at least half its height."""
    most = _tallest(picture, layout)
    tall = most * dice.between(0.55, 1)
    x, y = _middle(dice, tall, picture, layout)
    whole = [torch.tensor([each]) for each in (x, y, tall)]
    return Shot(x=whole[0], y=whole[1], tall=whole[2], mirrored=bool(dice.below(2)))


def random_move(dice: Dice, picture: Tensor, layout: Layout) -> Shot:
    """Return a window that pans, tilts or zooms inside a picture (3, h, w)."""
    most = _tallest(picture, layout)
    ends = []
    for _ in range(2):
        tall = most * dice.between(0.45, 0.95)
        ends.append((*_middle(dice, tall, picture, layout), tall))
    passed = layout.times() / layout.seconds
    eased = (1 - torch.cos(math.pi * passed)) / 2
    x, y, tall_of = (
        begin + (end - begin) * eased for begin, end in zip(*ends, strict=True)
    )
    return Shot(x=x, y=y, tall=tall_of, mirrored=bool(dice.below(2)))


def filmed(frames: Tensor, shot: Shot, layout: Layout) -> Tensor:
    """Return (t, 3, h, w): frames (t or 1, 3, H, W) seen through a shot's window."""
    picture_height, picture_width = frames.shape[-2:]
    # Averaged first where the window holds more pixels than the layout has.
    seen = float(shot.tall.min()) * picture_height
    frames = torch.stack([shrunk(each, layout.height / seen) for each in frames])
    count = max(len(frames), len(shot.tall))
    frames = frames.expand(count, -1, -1, -1)
    across = (torch.arange(layout.width) + 0.5) / layout.width * 2 - 1
    down = (torch.arange(layout.height) + 0.5) / layout.height * 2 - 1
    if shot.mirrored:
        across = -across
    aspect = layout.width / layout.height * picture_height / picture_width
    tall = shot.tall.expand(count)[:, None, None]
    u = (2 * shot.x - 1).expand(count)[:, None, None] + tall * aspect * across
    v = (2 * shot.y - 1).expand(count)[:, None, None] + tall * down[:, None]
    wide = (count, layout.height, layout.width)
    points = torch.stack([u.expand(wide), v.expand(wide)], -1)
    drawn = F.grid_sample(
        frames, points, mode="bilinear", padding_mode="border", align_corners=False
    )
    return drawn.clamp(0, 1)


def cast(dice: Dice, frames: Tensor) -> Tensor:
    """Return frames in another light: each channel's gain, the gamma and the saturation.

    Mild enough that a filter component is still more than the difference of two casts.
    """
    gain = 1 + 0.24 * (torch.rand(3, generator=dice.chance) - 0.5)
    lit = (frames * gain[:, None, None]).clamp(0, 1) ** dice.between(0.8, 1.25)
    grey = lit.mean(1, keepdim=True)
    return (grey + dice.between(0.7, 1.25) * (lit - grey)).clamp(0, 1)


def _tallest(picture: Tensor, layout: Layout) -> float:
    """The height of the largest window of the layout's form, a share of the picture's."""
    height, width = picture.shape[-2:]
    return min(1.0, width / height * layout.height / layout.width)


def _middle(
    dice: Dice, tall: float, picture: Tensor, layout: Layout
) -> tuple[float, float]:
    """Where a window may be so that it stays inside the picture."""
    height, width = picture.shape[-2:]
    wide = tall * layout.width / layout.height * height / width
    x = dice.between(wide / 2, 1 - wide / 2)
    y = dice.between(tall / 2, 1 - tall / 2)
    return x, y
