"""How well components are found again on other material: recall, with intervals.

M: material pairs, N: components, E: length of an embedding, Q: ordered pairs of pairs
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.components.component import CATEGORIES, Component
from mlcore.components.drawing.drawn import Clip, drawn
from mlcore.components.drawing.studio import Pool, Studio
from mlcore.components.network.encoder import ComponentEncoder
from mlcore.fit import mixed_precision, seed_of
from mlcore.metrics import bootstrap_interval

Embed = Callable[[Tensor, Tensor | None], Tensor]
"""(n, T, 3, H, W) uint8 clips, the same without their components or None -> (n, E)"""

Floats = NDArray[np.float64]


def embedder(encoder: ComponentEncoder, device: torch.device) -> Embed:
    """Return a trained encoder as a way to embed uint8 clips."""
    encoder = encoder.to(device).eval()

    @torch.inference_mode()
    def embed(clips: Tensor, raw: Tensor | None) -> Tensor:
        with mixed_precision(device):
            seen = clips.to(device).float() / 255
            beside = None if raw is None else raw.to(device).float() / 255
            found: Tensor = encoder(seen, beside)
        return found

    return embed


def embedded(  # noqa: PLR0913  what is drawn, and of what
    embed: Embed,
    studio: Studio,
    components: Sequence[Component | None],
    pairs: Sequence[int],
    *,
    pool: Pool = "test",
    raw: bool = False,
    loaders: int = 0,
) -> Tensor:
    """Return (M, N, E) of length 1: every component on every material pair named."""
    rows = []
    for number in pairs:
        plain = studio.clip(None, studio.pair(pool, number), 0) if raw else None
        chance = seed_of(pool, number)
        asked = [Clip(each, number, chance) for each in components]
        for clips in drawn(studio, pool, asked, loaders):
            beside = None if plain is None else plain.expand_as(clips)
            rows.append(embed(clips, beside).float().cpu())
    whole = torch.nn.functional.normalize(torch.cat(rows), dim=1)
    return whole.view(len(pairs), len(components), -1)


def ranks(embedded_MNE: Tensor) -> NDArray[np.int64]:
    """Return (Q, N): where, from 1, each component's other clip stands among all N.

    Every clip on one material pair asks the clips of all components on another one, for
    all Q = M (M - 1) ordered pairs. Equal similarities count as better than one's own.
    """
    M = len(embedded_MNE)
    rows = []
    for asking in range(M):
        for asked in range(M):
            if asking != asked:
                alike_NN = embedded_MNE[asking] @ embedded_MNE[asked].T
                own_N1 = alike_NN.diagonal()[:, None]
                rows.append((alike_NN >= own_N1).sum(dim=1))
    return np.asarray(torch.stack(rows).numpy(), np.int64)


@dataclass(frozen=True, kw_only=True)
class Recall:
    """R@1 and R@10 of each component, means over all ordered material pairs, 0..1."""

    at_1: Floats
    """(N,)"""
    at_10: Floats
    categories: NDArray[np.int64]
    """(N,) places in CATEGORIES"""

    def macro(self, at: NDArray[np.int64] | None = None) -> float:
        """Return the mean of the categories' R@1, of components `at` (repeats count)."""
        return _macro(self.at_1, self.categories, at)

    def rows(self) -> dict[str, dict[str, float]]:
        """Return {"macro", "micro", category: {"r1", "r10"}}."""
        found = {
            "macro": {
                "r1": _macro(self.at_1, self.categories),
                "r10": _macro(self.at_10, self.categories),
            },
            "micro": {
                "r1": float(self.at_1.mean()),
                "r10": float(self.at_10.mean()),
            },
        }
        for place, category in enumerate(CATEGORIES):
            own = self.categories == place
            if own.any():
                found[category] = {
                    "r1": float(self.at_1[own].mean()),
                    "r10": float(self.at_10[own].mean()),
                }
        return found

    def interval(self, seed: int = 0) -> tuple[float, float]:
        """Return the 95 % bootstrap interval over components of the macro R@1."""
        return bootstrap_interval(self.macro, len(self.at_1), seed=seed)


def recall(embedded_MNE: Tensor, components: Sequence[Component]) -> Recall:
    """Return the recall of components among one another."""
    found = ranks(embedded_MNE)
    return Recall(
        at_1=(found <= 1).mean(axis=0),
        at_10=(found <= 10).mean(axis=0),
        categories=places(components),
    )


def recall_in_draws(
    embedded_MNE: Tensor,
    components: Sequence[Component],
    like: Sequence[Component],
    *,
    seed: int = 0,
    draws: int = 20,
) -> dict[str, dict[str, float]]:
    """Return the mean rows of recall in galleries drawn to be as large as `like`.

    Per category as many as there; a smaller gallery is easier, so recall of components
    never seen is compared with this, not with that in the whole gallery.
    """
    chance = np.random.default_rng(seed)
    own, wanted = places(components), places(like)
    found = []
    for _ in range(draws):
        drawn = [
            chance.choice(
                np.flatnonzero(own == place),
                min((wanted == place).sum(), (own == place).sum()),
                replace=False,
            )
            for place in range(len(CATEGORIES))
        ]
        at = np.concatenate(drawn)
        one = recall(embedded_MNE[:, torch.from_numpy(at)], [components[n] for n in at])
        found.append(one.rows())
    return {
        name: {
            key: float(np.mean([each[name][key] for each in found]))
            for key in found[0][name]
        }
        for name in found[0]
    }


def gain(
    one: Sequence[Recall], other: Sequence[Recall], seed: int = 0
) -> tuple[float, float, float]:
    """Return the mean gain in macro R@1 of `one` over `other`, and its 95 % interval.

    Both hold a recall a seed, over the same components. Bootstrap over components, of
    the difference of both means over seeds.
    """
    gained = np.mean([a.at_1 for a in one], axis=0) - np.mean(
        [b.at_1 for b in other], axis=0
    )
    categories = one[0].categories

    def macro(at: NDArray[np.int64]) -> float:
        return _macro(gained, categories, at)

    low, high = bootstrap_interval(macro, len(gained), seed=seed)
    return _macro(gained, categories), low, high


def places(components: Sequence[Component]) -> NDArray[np.int64]:
    """Return (N,) places of the components' categories in CATEGORIES."""
    return np.array([CATEGORIES.index(each.category) for each in components], np.int64)


def _macro(
    values: Floats,
    categories: NDArray[np.int64],
    at: NDArray[np.int64] | None = None,
) -> float:
    if at is not None:
        values, categories = values[at], categories[at]
    many = np.bincount(categories, minlength=len(CATEGORIES))
    sums = np.bincount(categories, values, minlength=len(CATEGORIES))
    there = many > 0
    return float((sums[there] / many[there]).mean())
