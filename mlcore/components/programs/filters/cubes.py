"""Filters through a cube of colours, as a .cube file grades: smooth, seeded, nameless."""

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch

_POINTS = 4  # a side; more points of the same depth look like an error, not a grade
_CUBES = {
    "cube of ash": 11,
    "cube of brass": 23,
    "cube of clay": 37,
    "cube of dew": 41,
    "cube of ember": 59,
    "cube of fern": 67,
}


@cache
def _cube(seed: int) -> Tensor:
    """(1, 3, blue, green, red) that moves each corner of colours by up to 0.3."""
    chance = torch.Generator().manual_seed(seed)
    axis = torch.linspace(0, 1, _POINTS)
    blue, green, red = torch.meshgrid(axis, axis, axis, indexing="ij")
    straight = torch.stack([red, green, blue])
    drift = torch.rand(3, _POINTS, _POINTS, _POINTS, generator=chance) - 0.5
    return (straight + drift * 0.6)[None]


def through_cube(over: Stretch, seed: int, share: float) -> Tensor:
    """Look every colour up in a cube, between its points trilinearly."""
    cube = _cube(seed).to(over.device, over.frames.dtype)
    places = over.frames.clamp(0, 1).movedim(1, -1)[None] * 2 - 1
    found = grid_sample(cube, places, align_corners=True)[0].movedim(0, 1)
    return over.frames + (found - over.frames) * share


for _name, _seed in _CUBES.items():
    program("filter", _name, every(seed=[_seed], share=[1.0, 0.6]))(through_cube)
