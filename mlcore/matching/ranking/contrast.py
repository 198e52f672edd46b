"""Metric learning: NT-Xent over judged pairs only.

P: accepted pairs, Q: rejected pairs, D: length of an embedding
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.matching.ranking.projection import Projection, ProjectionConfig
from mlcore.metrics import average_precision

Embeddings = NDArray[np.float32]
Labels = NDArray[np.int64]

LOOK_EVERY = 10
"""Steps between looks at the titles left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContrastConfig:
    """How a projection is trained."""

    rank: int = 64
    temperature: float = 0.1
    steps: int = 100
    """At most; fewer where titles left out say so."""
    learning_rate: float = 2e-3
    decay: float = 0.05
    """Of weights: pulls towards the identity."""
    batch: int = 512
    """Accepted and rejected pairs a step, each."""
    seed: int = 0


def nt_xent(good_P: Tensor, bad_Q: Tensor, temperature: float) -> Tensor:
    """Return the mean over P of -log(e^(g/t) / (e^(g/t) + sum over Q of e^(b/t))).

    `good_P` and `bad_Q` are cosines of accepted and rejected pairs. A pair nobody has
    judged is no negative: it may be a good cut that was never shown, so the denominator
    has rejected pairs alone, where NT-Xent as published takes the rest of the batch.
    """
    against = torch.logsumexp(bad_Q / temperature, dim=0)
    whole_P = torch.logaddexp(good_P / temperature, against)
    return (whole_P - good_P / temperature).mean()


def train_projection(
    leaving: Embeddings,
    entering: Embeddings,
    labels: Labels,
    titles: NDArray[np.generic],
    config: ContrastConfig,
) -> tuple[Projection, list[tuple[int, float]]]:
    """Train on n judged pairs, (n, D) each side, and return it with what was seen.

    How long is found by leaving a third of the titles out: (steps, their average
    precision) are returned, step 0 being the identity, which is kept where no training
    helps. Raises ValueError unless there are pairs of both labels.
    """
    if len(np.unique(labels)) < 2:
        raise ValueError("a projection needs accepted and rejected pairs")
    out = _left_out(titles, labels, config.seed)
    seen: list[tuple[int, float]] = []
    steps = config.steps
    if out is not None:
        seen = _watched(leaving, entering, labels, out, config)
        # Of equal precision the fewer steps.
        steps = max(seen, key=lambda at: (at[1], -at[0]))[0]
    return _trained(leaving, entering, labels, config, steps), seen


def cosines(
    projection: Projection, leaving: Embeddings, entering: Embeddings
) -> NDArray[np.float64]:
    """Return (n,) cosines of projected pairs."""
    with torch.inference_mode():
        a = projection(torch.from_numpy(leaving))
        b = projection(torch.from_numpy(entering))
        return np.asarray((a * b).sum(dim=1).numpy(), np.float64)


def _left_out(
    titles: NDArray[np.generic], labels: Labels, seed: int
) -> NDArray[np.bool_] | None:
    names, title = np.unique(titles, return_inverse=True)
    third = np.random.default_rng(seed).permutation(len(names)) % 3 == 0
    out = third[title]
    both = all(len(np.unique(labels[side])) == 2 for side in (out, ~out))
    return out if both else None


def _watched(
    leaving: Embeddings,
    entering: Embeddings,
    labels: Labels,
    out: NDArray[np.bool_],
    config: ContrastConfig,
) -> list[tuple[int, float]]:
    seen = []
    training = _Training(leaving[~out], entering[~out], labels[~out], config)
    for step in range(config.steps + 1):
        if step % LOOK_EVERY == 0:
            said = cosines(training.projection, leaving[out], entering[out])
            seen.append((step, average_precision(labels[out], said)))
        training.step()
    return seen


def _trained(
    leaving: Embeddings,
    entering: Embeddings,
    labels: Labels,
    config: ContrastConfig,
    steps: int,
) -> Projection:
    training = _Training(leaving, entering, labels, config)
    for _ in range(steps):
        training.step()
    return training.projection.eval()


class _Training:
    """A projection, its optimizer and its pairs."""

    def __init__(
        self,
        leaving: Embeddings,
        entering: Embeddings,
        labels: Labels,
        config: ContrastConfig,
    ) -> None:
        self.config = config
        self.chance = torch.Generator().manual_seed(config.seed)
        dims = leaving.shape[1]
        shape = ProjectionConfig(dims=dims, rank=min(config.rank, dims))
        self.projection = Projection(shape, self.chance)
        self.optimizer = torch.optim.AdamW(
            self.projection.parameters(),
            lr=config.learning_rate,
            weight_decay=config.decay,
        )
        self.leaving, self.entering = map(torch.from_numpy, (leaving, entering))
        self.good = torch.from_numpy(np.flatnonzero(labels == 1))
        self.bad = torch.from_numpy(np.flatnonzero(labels == 0))

    def step(self) -> None:
        """Go one step down."""
        good, bad = self._some(self.good), self._some(self.bad)
        pairs = torch.cat([good, bad])
        a_ND = self.projection(self.leaving[pairs])
        b_ND = self.projection(self.entering[pairs])
        cosine_N = (a_ND * b_ND).sum(dim=1)
        loss = nt_xent(
            cosine_N[: len(good)], cosine_N[len(good) :], self.config.temperature
        )
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()

    def _some(self, pairs: Tensor) -> Tensor:
        if len(pairs) <= self.config.batch:
            return pairs
        order = torch.randperm(len(pairs), generator=self.chance)
        return pairs[order[: self.config.batch]]
