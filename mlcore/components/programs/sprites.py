"""A picture with transparency laid on frames: placed, sized, turned, faded, frame by frame."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where a sprite is in each frame. All are (t,) on the frames' device."""

    x: Tensor
    """Its middle, 0 left to 1 right"""
    y: Tensor
    """Its middle, 0 top to 1 bottom"""
    tall: Tensor
    """Its height, a share of the picture's height"""
    wide: Tensor
    """Its width, also a share of the picture's height, so that squares stay square"""
    turn: Tensor
    """Radians, clockwise"""
    alpha: Tensor
    """0 unseen to 1"""


def premultiplied(rgba: Tensor) -> Tensor:
    """Return (4, h, w) float32 0..1, colour times alpha, of uint8 with straight alpha."""
    straight = rgba.to(torch.float32) / 255
    return torch.cat([straight[:3] * straight[3:], straight[3:]])


def lay(frames: Tensor, sprite: Tensor, pose: Pose) -> Tensor:
    """Return frames (t, 3, h, w) with a premultiplied sprite (4, s, s') over them."""
    count, _, height, width = frames.shape
    # A sprite far larger than it is drawn would flicker from frame to frame.
    largest = float(pose.tall.max()) * height
    sprite = shrunk(sprite, max(largest, 1.0) / sprite.shape[-2])
    rows, columns = _reach(pose, height, width)
    points = _points(pose, (height, width), (rows, columns))
    several = sprite[None].expand(count, -1, -1, -1)
    drawn = F.grid_sample(several, points, mode="bilinear", align_corners=False)
    drawn = drawn * pose.alpha[:, None, None, None]
    laid = frames.clone()
    laid[..., rows, columns] = over(frames[..., rows, columns], drawn)
    return laid


def over(frames: Tensor, layer: Tensor) -> Tensor:
    """Return frames (t, 3, h, w) under a premultiplied layer (t or 1, 4, h, w)."""
    return frames * (1 - layer[:, 3:]) + layer[:, :3]


def shrunk(sprite: Tensor, factor: float) -> Tensor:
    """Return a sprite (c, h, w) made smaller by averaging; never larger than it was."""
    if factor >= 1:
        return sprite
    size = [max(1, round(side * factor)) for side in sprite.shape[-2:]]
    small = F.interpolate(sprite[None], size, mode="bilinear", antialias=True)
    return small[0]


def _reach(pose: Pose, height: int, width: int) -> tuple[slice, slice]:
    """Rows and columns that the sprite touches in any frame, at least one of each."""
    # Half its diagonal, however it is turned, and a pixel for its smoothed edge.
    reach = float((pose.tall**2 + pose.wide**2).max()) ** 0.5 / 2 * height + 1
    spans = []
    for middles, size in ((pose.y * height, height), (pose.x * width, width)):
        begin = int(float(middles.min()) - reach)
        end = int(float(middles.max()) + reach) + 1
        begin = max(0, min(begin, size - 1))
        spans.append(slice(begin, max(begin + 1, min(end, size))))
    return spans[0], spans[1]


def _points(pose: Pose, size: tuple[int, int], window: tuple[slice, slice]) -> Tensor:
    """(t, h, w, 2): where in the sprite, -1..1, each pixel of a window looks."""
    (height, width), (rows, columns) = size, window
    device = pose.x.device
    across = (torch.arange(width, device=device)[columns] + 0.5)[None, None, :]
    down = (torch.arange(height, device=device)[rows] + 0.5)[None, :, None]
    dx = across - pose.x[:, None, None] * width
    dy = down - pose.y[:, None, None] * height
    cos, sin = pose.turn.cos()[:, None, None], pose.turn.sin()[:, None, None]
    half_wide = (pose.wide * height / 2)[:, None, None]
    half_tall = (pose.tall * height / 2)[:, None, None]
    # A sprite of no width or height is nowhere, not everywhere.
    u = (cos * dx + sin * dy) / _away_from_zero(half_wide)
    v = (cos * dy - sin * dx) / _away_from_zero(half_tall)
    return torch.stack([u, v], -1)


def _away_from_zero(lengths: Tensor) -> Tensor:
    return torch.where(lengths < 0, lengths.clamp(max=-1e-3), lengths.clamp(min=1e-3))
