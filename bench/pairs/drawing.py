"""Silhouettes as they stand in pictures: people near and far, anywhere, leaning."""

import numpy as np

from mlcore.matching.masks import pack, placed
from tests.mlcore.drawn import bust, figure


def draw_masks(many: int, seed: int) -> list[bytes]:
    """Draw that many packed placed masks."""
    chance = np.random.default_rng(seed)
    found: list[bytes] = []
    while len(found) < many:
        centre = chance.uniform(0.15, 0.85), chance.uniform(0.35, 0.75)
        tall = chance.uniform(0.35, 1.3)
        if chance.random() < 0.5:
            mask = bust((72, 128), centre, tall)
        else:
            mask = figure((72, 128), centre, tall, chance.uniform(-0.2, 0.2))
        stands = placed(mask)
        if stands is not None:
            found.append(pack(stands))
    return found
