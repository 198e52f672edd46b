"""Softness: gaussian, along a line, towards a point and about it."""

import math
from typing import Literal

import torch
from torch import Tensor

from mlcore.components.programs.warps import Border, plane, pulled, turned

Amount = float | Tensor
"""One for all frames, or (t,)"""

_SHARPEST = 0.05
"""Pixels; a gaussian this narrow gives its neighbours exp(-200): nothing."""

_PASSES = 4
"""Each doubles the taps: 16 along the line."""


def gaussian(clip: Tensor, sigma: Amount) -> Tensor:
    """Return the clip (t, c, h, w) softened by `sigma`, in picture heights; 0 leaves it.

    At the edges the weights of what is there are summed to one, so nothing darkens.
    """
    height, width = clip.shape[-2:]
    spread = _amounts(sigma, clip) * height
    return _weights(height, spread) @ clip @ _weights(width, spread).transpose(-1, -2)


def smeared(
    clip: Tensor, length: Amount, along: Literal["across", "upright"]
) -> Tensor:
    """Return the clip smeared evenly over `length` heights, level or upright.

    As `directional` at a right angle, but without taps that could be told apart, and
    quicker. At the edges only what is there counts.
    """
    height, width = clip.shape[-2:]
    reach = _amounts(length, clip) * height
    if along == "upright":
        return _even_weights(height, reach) @ clip
    return clip @ _even_weights(width, reach).transpose(-1, -2)


def directional(
    clip: Tensor,
    length: Amount,
    angle: Amount,
    border: Border = "mirror",
) -> Tensor:
    """Return the clip smeared along `length` heights at `angle` radians, clockwise from right."""
    x, y = plane(clip)
    along = _amounts(length, clip)[:, 0]
    towards = torch.as_tensor(angle, device=clip.device).reshape(-1, 1, 1)
    right, down = along * torch.cos(towards), along * torch.sin(towards)
    for share in _shares():
        one = pulled(clip, x + right * share, y + down * share, border)
        clip = (one + pulled(clip, x - right * share, y - down * share, border)) / 2
    return clip


def zoom(
    clip: Tensor,
    amount: Amount,
    centre: tuple[float, float] = (0.0, 0.0),
    border: Border = "mirror",
) -> Tensor:
    """Return the clip smeared towards and away from a point, as by a zoom while exposing.

    `amount` is the logarithm of how much larger the last size is than the first;
    `centre` is in heights from the picture's centre.
    """
    x, y = plane(clip)
    x, y = x - centre[0], y - centre[1]
    grown = _amounts(amount, clip)[:, 0]
    for share in _shares():
        out, into = torch.exp(grown * share), torch.exp(-grown * share)
        one = pulled(clip, x * out + centre[0], y * out + centre[1], border)
        other = pulled(clip, x * into + centre[0], y * into + centre[1], border)
        clip = (one + other) / 2
    return clip


def spin(clip: Tensor, angle: Amount, border: Border = "mirror") -> Tensor:
    """Return the clip smeared about its centre over `angle` radians."""
    x, y = plane(clip)
    swung = _amounts(angle, clip)[:, 0]
    for share in _shares():
        one = pulled(clip, *turned(x, y, swung * share), border)
        clip = (one + pulled(clip, *turned(x, y, -swung * share), border)) / 2
    return clip


def _shares() -> list[float]:
    """Steps of a quarter, an eighth ...: their signed sums are evenly spaced."""
    return [math.pow(0.5, at + 2) for at in range(_PASSES)]


def _amounts(amount: Amount, clip: Tensor) -> Tensor:
    """One for each frame, or one for all: (t or 1, 1, 1, 1)."""
    return torch.as_tensor(amount, dtype=clip.dtype, device=clip.device).reshape(
        -1, 1, 1, 1
    )


def _weights(length: int, spread: Tensor) -> Tensor:
    """(t or 1, 1, length, length) of each output's gaussian over the inputs.

    A product with a matrix: for these sizes it is quicker than a convolution, and every
    frame may have a width of its own.
    """
    at = torch.arange(length, device=spread.device, dtype=spread.dtype)
    apart = (at[:, None] - at[None, :]) ** 2
    weights = torch.exp(-apart / (2 * spread.clamp(min=_SHARPEST) ** 2))
    return weights / weights.sum(-1, keepdim=True)


def _even_weights(length: int, reach: Tensor) -> Tensor:
    """(t or 1, 1, length, length) of a box `reach` pixels wide, at least one."""
    at = torch.arange(length, device=reach.device, dtype=reach.dtype)
    apart = (at[:, None] - at[None, :]).abs()
    weights = ((reach.clamp(min=1) + 1) / 2 - apart).clamp(0, 1)
    return weights / weights.sum(-1, keepdim=True)
