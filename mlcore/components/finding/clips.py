"""Clips to fit a detector to: components and none, at a cut and within one shot."""

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn.functional import normalize

from mlcore.components.component import Component
from mlcore.components.drawing.drawn import Clip, drawn
from mlcore.components.drawing.studio import Pool, Studio
from mlcore.components.finding.changes import changes_of
from mlcore.components.finding.fitting import Clips, category_places
from mlcore.components.measuring.retrieval import Embed
from mlcore.fit import seed_of

Job = tuple[Component | None, int, bool]
"""Component, number of the material, and whether there is a cut in the middle"""

PLAIN: dict[Pool, int] = {"train": 6, "test": 24}
"""Plain clips for each ten with a component, at a cut and within a shot: that few of a
hundred are taken for something cannot be told, nor learned, from few."""


def embedded_clips(  # noqa: PLR0913  what is drawn, where, and by how many
    embed: Embed,
    studio: Studio,
    components: Sequence[Component],
    pool: Pool,
    numbers: Sequence[int],
    *,
    share: int = 1,
    loaders: int = 0,
) -> Clips:
    """Return components on numbered material pairs, see `laid_on`, and plain clips.

    Plain clips are of pairs drawn for them, all different, as many at a cut as within one
    shot, stills and moving alike. Drawn here or in `loaders` programs.
    """
    laid = laid_on(components, numbers, share)
    plain = max(2, len(laid) * PLAIN[pool] // 10)
    jobs = laid + [(None, n, n % 2 == 0) for n in range(plain)]
    asked = [_asked(*job, pool, numbers[0]) for job in jobs]
    seen, done, changes = np.empty((0, 0)), 0, 0
    for clips in drawn(studio, pool, asked, loaders):
        row = normalize(embed(clips, None).float().cpu(), dim=1)
        changed = changes_of(clips)
        both = torch.cat([row, changed], dim=1).numpy()
        if not done:
            # All at once: small arrays kept one by one pin gigabytes that were freed.
            seen, changes = np.empty((len(jobs), both.shape[1])), changed.shape[1]
        seen[done : done + len(both)] = both
        done += len(both)
    kinds = [None if each is None else each.category for each, _, _ in jobs]
    return Clips(
        embeddings=seen,
        changes=changes,
        keys=tuple("" if each is None else each.key for each, _, _ in jobs),
        categories=category_places(kinds),
        cut=np.array([cut for _, _, cut in jobs]),
    )


def laid_on(
    components: Sequence[Component], numbers: Sequence[int], share: int
) -> list[Job]:
    """Return which component lies on which material pair, and whether over a cut.

    Each pair gets every `share`-th component, the next pair the next ones: many materials
    for little. A transition lies at a cut. Every other component lies over a cut on half
    of its materials, as it was trained on, and on the others within one shot, as a title
    has it. Even numbers are stills, odd ones move; with an odd `share`, of four materials
    of a component one of either sort is within a shot: were all of those moving, that
    something moves would seem to tell that something lies there.
    """
    return [
        (
            each,
            number,
            each.category == "transition" or number // share % 4 not in (1, 2),
        )
        for at, number in enumerate(numbers)
        for each in components[at % share :: share]
    ]


def _asked(
    component: Component | None,
    number: int,
    cut: bool,  # noqa: FBT001  of a job
    pool: Pool,
    first: int,
) -> Clip:
    """`first` tells the plain clips of one call from those of another."""
    if component is None:
        # A new pair: there are only so many numbered ones, and none is to be seen twice.
        chance = seed_of("plain", pool, first, number)
        return Clip(None, (first, number), chance, within=not cut)
    chance = seed_of("found", pool, component.key, number)
    return Clip(component, number, chance, within=not cut)
