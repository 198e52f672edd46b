"""Guidance: what the queues' references have in common, as a few centres.

N: components, G: centres, E: length of an embedding
"""

import torch
from torch import Tensor
from torch.nn.functional import normalize, one_hot

FOLLOWED = 0.99
"""Share of the old centres kept a step: a centre then averages about a hundred steps,
as centres of one step are noisy and move under the network that they guide."""


@torch.no_grad()
def type_means(references_NE: Tensor, categories_N: Tensor, centres: int) -> Tensor:
    """Return (G, E): the mean reference of each category, of length 1."""
    member_NG = one_hot(categories_N, centres).to(references_NE.dtype)
    return normalize(member_NG.T @ references_NE, dim=1)


@torch.no_grad()
def k_means(
    references_NE: Tensor,
    centres: int,
    *,
    start_GE: Tensor | None = None,
    rounds: int = 20,
    chance: torch.Generator | None = None,
) -> Tensor:
    """Return (G, E) centres of length 1 by spherical k-means (Dhillon and Modha, 2001).

    From `start`, else from references drawn far apart (k-means++, by `chance`). A centre
    that nobody is nearest to stays where it was.
    """
    found = _far_apart(references_NE, centres, chance) if start_GE is None else start_GE
    for _ in range(rounds):
        nearest_N = (references_NE @ found.T).argmax(dim=1)
        member_NG = one_hot(nearest_N, centres).to(references_NE.dtype)
        means = normalize(member_NG.T @ references_NE, dim=1)
        found = torch.where(member_NG.sum(dim=0)[:, None] > 0, means, found)
    return found


@torch.no_grad()
def followed(old_GE: Tensor, new_GE: Tensor, kept: float = FOLLOWED) -> Tensor:
    """Return (G, E) of length 1: the old centres, moved a little towards the new."""
    return normalize(old_GE * kept + new_GE * (1 - kept), dim=1)


def _far_apart(
    references_NE: Tensor, centres: int, chance: torch.Generator | None
) -> Tensor:
    first = torch.randint(len(references_NE), (1,), generator=chance)
    chosen = [int(first)]
    for _ in range(centres - 1):
        nearest = (references_NE @ references_NE[chosen].T).amax(dim=1)
        apart = (1 - nearest).clamp_min(0).square().cpu() + 1e-12
        chosen.append(int(torch.multinomial(apart, 1, generator=chance)))
    return references_NE[chosen]
