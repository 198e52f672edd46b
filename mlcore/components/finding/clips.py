"""Clips to fit a detector to: components and none, at a cut and within one shot."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mlcore.components.component import Component
from mlcore.components.finding.fitting import Clips, category_places
from mlcore.components.retrieval import TOGETHER, Embed
from mlcore.components.studio import Pool, Studio, seed_of

PLAIN = 3
"""Plain clips for each ten with a component, at a cut and within a shot."""


def embedded_clips(
    embed: Embed,
    studio: Studio,
    components: Sequence[Component],
    pool: Pool,
    numbers: Sequence[int],
) -> Clips:
    """Return every component once on each numbered material pair, and plain clips.

    A transition lies at a cut. Every other component lies over a cut on even numbers, as
    it was trained on, and within one shot on odd ones, as a title has it. Plain clips
    are of other pairs than those numbered, all different, as many of either sort.
    """
    jobs: list[tuple[Component | None, int, bool]] = [
        (each, number, each.category == "transition" or number % 2 == 0)
        for number in numbers
        for each in components
    ]
    plain = max(2, len(jobs) * PLAIN // 10)
    first = 1000 * (1 + max(numbers))
    jobs += [(None, first + n, n % 2 == 0) for n in range(plain)]
    rows = [
        _embedded(embed, studio, pool, jobs[at : at + TOGETHER])
        for at in range(0, len(jobs), TOGETHER)
    ]
    kinds = [None if each is None else each.category for each, _, _ in jobs]
    return Clips(
        embeddings=np.concatenate(rows).astype(np.float64),
        keys=tuple("" if each is None else each.key for each, _, _ in jobs),
        categories=category_places(kinds),
    )


def _embedded(
    embed: Embed,
    studio: Studio,
    pool: Pool,
    jobs: Sequence[tuple[Component | None, int, bool]],
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    clips, pairs = [], {}
    for component, number, cut in jobs:
        if number not in pairs:
            pairs[number] = studio.pair(pool, number)
        a, b = pairs[number]
        chance = seed_of("found", pool, number)
        clips.append(studio.clip(component, (a, b if cut else a), chance))
    embedded: Tensor = embed(torch.stack(clips), None)
    whole = torch.nn.functional.normalize(embedded.float().cpu(), dim=1)
    return np.asarray(whole.numpy(), np.float32)
