"""A clip looked at somewhere else: sampling at coordinates, for everything that bends."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, pad

Border = Literal["edge", "black", "mirror", "wrap"]
"""What lies outside the picture: its edge drawn out, nothing, its mirror image, itself again."""

_PADDING = {"edge": "border", "black": "zeros", "mirror": "reflection"}


def sampled(clip: Tensor, x: Tensor, y: Tensor, border: Border = "edge") -> Tensor:
    """Return (t, c, h', w'): what the clip (t, c, h, w) shows at x and y, bilinear.

    `x` and `y` are shares of width and height, 0 at the left and upper edge and 1 at the
    others, and broadcast to (t, h', w') or (h', w').
    """
    height, width = clip.shape[-2:]
    if border == "wrap":
        # A ring of the other side's pixels, so that the seam is interpolated too.
        clip = pad(clip, (1, 1, 1, 1), mode="circular")
        x = ((x - x.floor()) * width + 1) / (width + 2)
        y = ((y - y.floor()) * height + 1) / (height + 2)
    both = x + y
    places = torch.stack([x.expand_as(both), y.expand_as(both)], -1) * 2 - 1
    if places.dim() == 3:
        places = places[None]
    places = places.expand(len(clip), *places.shape[1:])
    padding = _PADDING.get(border, "border")
    return grid_sample(
        clip, places.to(clip.dtype), padding_mode=padding, align_corners=False
    )


def plane(clip: Tensor) -> tuple[Tensor, Tensor]:
    """Return x (1, w) and y (h, 1) of the clip's pixels from its centre, in heights.

    Right and down are positive; y runs from -0.5 to 0.5 and x as far as the picture is
    wide, so that circles are round and turns are stiff.
    """
    height, width = clip.shape[-2:]
    x = (torch.arange(width, device=clip.device) + 0.5 - width / 2) / height
    y = (torch.arange(height, device=clip.device) + 0.5) / height - 0.5
    return x[None, :], y[:, None]


def pulled(clip: Tensor, x: Tensor, y: Tensor, border: Border = "edge") -> Tensor:
    """Return `sampled` at coordinates of the plane: heights from the picture's centre."""
    height, width = clip.shape[-2:]
    return sampled(clip, x * (height / width) + 0.5, y + 0.5, border)


def turned(x: Tensor, y: Tensor, angle: float | Tensor) -> tuple[Tensor, Tensor]:
    """Return plane coordinates turned clockwise about the centre by radians."""
    angle = torch.as_tensor(angle, device=x.device)
    c, s = torch.cos(angle), torch.sin(angle)
    return x * c - y * s, x * s + y * c


def polar(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return distance from the centre and angle, clockwise from the right, -pi..pi."""
    return torch.hypot(x, y), torch.atan2(y, x)


def within(x: Tensor, y: Tensor, size: tuple[int, int]) -> Tensor:
    """Return how much of each sampled pixel is picture, (t, 1, h, w) or (1, 1, h, w) 0..1.

    `x` and `y` are as `sampled` takes them, `size` the height and width of what is sampled;
    the edge is one of its pixels wide, so that it is smooth.
    """
    height, width = size
    across = (0.5 - (x - 0.5).abs()) * width + 0.5
    down = (0.5 - (y - 0.5).abs()) * height + 0.5
    inside = across.clamp(0, 1) * down.clamp(0, 1)
    return inside[None, None] if inside.dim() == 2 else inside[:, None]


def moved(clip: Tensor, right: Tensor, down: Tensor, border: Border = "edge") -> Tensor:
    """Return the clip moved by shares of its width and height, each (t,) or a number."""
    height, width = clip.shape[-2:]
    x = (torch.arange(width, device=clip.device) + 0.5) / width
    y = (torch.arange(height, device=clip.device) + 0.5) / height
    return sampled(
        clip, x[None, None, :] - _late(right), y[None, :, None] - _late(down), border
    )


def _late(values: Tensor) -> Tensor:
    return torch.as_tensor(values).reshape(-1, 1, 1)
