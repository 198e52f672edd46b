"""What must not be found, if components are: materials, nothing at all, the mirrored one.

M: material pairs, N: components, E: length of an embedding
"""

import re
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from mlcore.components.component import Component


def found_by_material(embedded_MNE: Tensor) -> dict[str, float]:
    """Return how often the nearest clip is on the same material, and what chance would give.

    {"share", "chance"}: the nearest of all other clips, as a search has it, where those of
    the same component should stand first: all of them are on other materials.
    {"of_others", "chance_of_others"}: the nearest clip of another component, which asks
    for the least trace of material. Each is there once on every material.
    """
    M, N, _ = embedded_MNE.shape
    flat = embedded_MNE.flatten(0, 1)
    component = torch.arange(N).repeat(M)
    material = torch.arange(M).repeat_interleave(N)
    hits = {"share": 0, "of_others": 0}
    for at in range(0, len(flat), 1024):
        alike = flat[at : at + 1024] @ flat.T
        rows = torch.arange(len(alike))
        itself = torch.zeros_like(alike, dtype=torch.bool)
        itself[rows, at + rows] = True
        same = component[at : at + 1024, None] == component[None]
        for name, hidden in (("share", itself), ("of_others", same)):
            first = alike.masked_fill(hidden, float("-inf")).argmax(dim=1)
            hits[name] += int((material[first] == material[at : at + 1024]).sum())
    return {
        "share": hits["share"] / len(flat),
        "chance": (N - 1) / (M * N - 1),
        "of_others": hits["of_others"] / len(flat),
        "chance_of_others": 1 / M,
    }


def library(embedded_MNE: Tensor) -> Tensor:
    """Return (N, E) of length 1: a component's embedding is the mean over its clips."""
    return normalize(embedded_MNE.mean(dim=0), dim=1)


def nearest(clips_nE: Tensor, library_NE: Tensor) -> Tensor:
    """Return (n,) each clip's similarity to the nearest component, -1..1."""
    return (clips_nE @ library_NE.T).amax(dim=1)


def told_apart(higher: Tensor, lower: Tensor) -> float:
    """Return how often a value of one list is above one of the other (AUROC), 0..1."""
    values = torch.cat([higher, lower]).numpy()
    _, place, many = np.unique(values, return_inverse=True, return_counts=True)
    # The mean rank of equal values, from 1.
    last = np.cumsum(many)
    rank = (last - (many - 1) / 2)[place]
    above = rank[: len(higher)].sum() - len(higher) * (len(higher) + 1) / 2
    return float(above / (len(higher) * len(lower)))


def mirrored(components: Sequence[Component]) -> list[tuple[int, int]]:
    """Return places of pairs of transitions that differ in left and right alone."""
    there = {
        _words(each): at
        for at, each in enumerate(components)
        if each.category == "transition"
    }
    pairs = []
    for words, at in there.items():
        other = there.get(re.sub(r"\bleft\b", "right", words))
        if other is not None and other != at:
            pairs.append((at, other))
    return pairs


def mirrored_told_apart(
    embedded_MNE: Tensor, pairs: Sequence[tuple[int, int]]
) -> float:
    """Return how often, of a mirrored pair, the right one is nearer, 0..1 (chance .5)."""
    M = len(embedded_MNE)
    right = []
    for one, other in pairs:
        two = embedded_MNE[:, [one, other]]
        for asking in range(M):
            for asked in range(M):
                if asking != asked:
                    alike = two[asking] @ two[asked].T
                    own = alike.diagonal()
                    right.append((own > alike.flip(1).diagonal()).float().mean())
    return float(torch.stack(right).mean()) if right else float("nan")


def _words(component: Component) -> str:
    settings = sorted(component.settings.items())
    return f"{component.base} {component.preset} {settings}"
