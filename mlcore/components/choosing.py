"""Which components are trained on, and which are kept unseen."""

from collections.abc import Sequence

import torch

from mlcore.components.component import CATEGORIES, Component
from mlcore.fit import seed_of


def some(
    components: Sequence[Component], count: int | None, seed: int
) -> list[Component]:
    """Return about `count` components, as many of each category as it has, by chance.

    A category with fewer gives all it has. None: all. In the order they were given.
    """
    if count is None:
        return list(components)
    each = max(1, count // len(CATEGORIES))
    kept: set[int] = set()
    for category in CATEGORIES:
        own = [at for at, c in enumerate(components) if c.category == category]
        chance = torch.Generator().manual_seed(seed_of("some", seed, category))
        order = torch.randperm(len(own), generator=chance)[:each]
        kept.update(own[at] for at in order.tolist())
    return [components[at] for at in sorted(kept)]
