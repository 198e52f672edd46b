"""Real materials for the tests of components: crops of the two photographs."""

from functools import cache
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from tests.mlcore.photographs import photographs

SEED = 4


@cache
def crops(many: int, height: int, width: int) -> tuple[Tensor, ...]:
    """Crops of random place and size, by turns of either photograph, (3, h, w) 0..1."""
    chance = np.random.default_rng(SEED)
    found = []
    for number in range(many):
        picture = list(photographs().values())[number % 2]
        side = int(chance.integers(150, 400))
        top = int(chance.integers(0, picture.shape[0] - side))
        left = int(chance.integers(0, picture.shape[1] - side))
        crop = torch.from_numpy(picture[top : top + side, left : left + side].copy())
        crop = crop.permute(2, 0, 1)[None].float() / 255
        found.append(interpolate(crop, (height, width), mode="area")[0])
    return tuple(found)


def material_pairs(many: int, side: int) -> list[tuple[Tensor, Tensor]]:
    """Pairs of different crops, a leaving and an entering one."""
    return list(pairwise(crops(many + 1, side, side)))
