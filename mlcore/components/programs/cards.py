"""Flat pictures in space: what a camera sees of a turned or swung card."""

import torch
from torch import Tensor

from mlcore.components.programs.blending import mixed
from mlcore.components.programs.warps import Border, plane, sampled, within

EYE = 1.6
"""Heights from the camera to the screen: a 35 degree lens, neither flat nor steep."""

_AWAY = 9.0
"""Heights; where a card is said to be hit that is not: outside every picture."""


def vectors(x: Tensor, y: Tensor | float, z: Tensor) -> Tensor:
    """Return (t, 3) of three (t,); right, down and away from the camera."""
    return torch.stack([x, torch.zeros_like(x) + y, z], 1)


def yawed(angle: Tensor) -> tuple[Tensor, Tensor]:
    """Return a card's axes right and down, (t, 3), its right edge turned away by radians."""
    still = torch.zeros_like(angle)
    right = torch.stack([torch.cos(angle), still, torch.sin(angle)], 1)
    return right, torch.stack([still, still + 1, still], 1)


def pitched(angle: Tensor) -> tuple[Tensor, Tensor]:
    """Return a card's axes right and down, its lower edge turned away by radians."""
    still = torch.zeros_like(angle)
    down = torch.stack([still, torch.cos(angle), torch.sin(angle)], 1)
    return torch.stack([still + 1, still, still], 1), down


def hit(
    x: Tensor, y: Tensor, centre: Tensor, axes: tuple[Tensor, Tensor]
) -> tuple[Tensor, Tensor]:
    """Return where, in heights from a card's centre, the camera's rays meet it.

    `x` and `y` are plane coordinates of the screen, `centre` (t, 3) stands in the same
    space and `axes` are of length 1. The answer is (t, h, w) twice, far outside where the
    card lies behind the camera.
    """
    right, down = axes
    normal = torch.linalg.cross(right, down)
    eye = torch.zeros_like(centre)
    eye[:, 2] = -EYE
    towards = ((centre - eye) * normal).sum(1)[:, None, None]
    n_x, n_y, n_z = (normal[:, at, None, None] for at in range(3))
    slope = n_x * x + n_y * y + n_z * EYE
    level = slope.abs() < 1e-4
    reach = towards / torch.where(level, torch.ones_like(slope), slope)
    missed = level | (reach <= 0)
    found = []
    for axis in (right, down):
        a_x, a_y, a_z = (axis[:, at, None, None] for at in range(3))
        start = ((eye - centre) * axis).sum(1)[:, None, None]
        met = start + reach * (a_x * x + a_y * y + a_z * EYE)
        found.append(torch.where(missed, torch.full_like(met, _AWAY), met))
    return found[0], found[1]


def card(
    under: Tensor,
    picture: Tensor,
    centre: Tensor,
    axes: tuple[Tensor, Tensor],
    light: Tensor | None = None,
    border: Border | None = None,
) -> Tensor:
    """Return a picture (t, c, h, w) as a card in space, drawn on `under`.

    `light`, (t,), is how bright the card is; a `border` draws the picture on beyond its
    edges instead of showing what is under it.
    """
    height, width = int(picture.shape[-2]), int(picture.shape[-1])
    x, y = hit(*plane(picture), centre, axes)
    x, y = x * (height / width) + 0.5, y + 0.5
    shown = sampled(picture, x, y, border or "edge")
    if light is not None:
        shown = shown * light[:, None, None, None]
    if border is not None:
        return shown
    return mixed(under, shown, within(x, y, (height, width)))


def lit(angle: Tensor) -> Tensor:
    """Return how bright a card turned by radians looks: 1 facing, 0.35 edge on."""
    return 0.35 + 0.65 * torch.cos(angle).abs()
