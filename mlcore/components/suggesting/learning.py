"""A recommender learned from cuts whose component is known.

n: cuts, m: cuts with a component, X: measures, K: components, D: length of an embedding
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn.functional import logsigmoid, nll_loss

from mlcore.components.suggesting.context import Contexts
from mlcore.components.suggesting.recommender import (
    SPREAD_LIMIT,
    Recommender,
    popular,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLAIN = -1
"""In a list of components used: nothing, a plain cut."""

WHIM = 0.1
"""Share of choices that the cut does not explain, to begin with"""

LEAST = 2
"""Cuts with a component below which there is nothing to learn from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningConfig:
    """How closely the examples are followed."""

    ridge: float = 3.0
    """Of the sum of squares of `matrix` and `bias`, against the examples' summed surprise"""
    strength: float = 0.1
    """scikit-learn's C of the plain cut's regression"""
    steps: int = 200
    """Of L-BFGS at most"""

    def __post_init__(self) -> None:
        if self.ridge <= 0 or self.strength <= 0 or self.steps < 1:
            raise ValueError(f"each must be above 0, got {self}")


class _Liking(TypedDict):
    """Of a Recommender, what does not say whether to use anything."""

    matrix: Floats
    bias: Floats
    popularity: float
    whim: float


def learn(
    contexts: Contexts, used: Ints, embeddings: Floats, config: LearningConfig
) -> Recommender:
    """Learn from (n,) places in `embeddings` (K, D) that were used; PLAIN for none.

    Each cut weighs the same, a plain one counts only for whether to use something at all.
    Raises ValueError when fewer than LEAST cuts have a component, or there is no plain one.
    """
    has = used != PLAIN
    if has.sum() < LEAST or has.all():
        raise ValueError(
            f"{int(has.sum())} cuts with a component and {int((~has).sum())} plain ones "
            f"are too few to learn from: {LEAST} and 1 are the least"
        )
    with np.errstate(invalid="ignore"):
        known = np.isfinite(contexts.values)
        mean = np.where(known.any(0), np.nanmean(_some(contexts.values), axis=0), 0.0)
        spread = np.nanstd(_some(contexts.values), axis=0)
    spread = np.where(spread > 1e-9, spread, np.inf)
    x = np.nan_to_num((contexts.values - mean) / spread)
    x = np.clip(x, -SPREAD_LIMIT, SPREAD_LIMIT)
    return Recommender(
        mean=mean,
        spread=spread,
        **_liking(x[has], used[has], embeddings, config),
        plain=_plainness(x, ~has, config),
    )


def _some(values: Floats) -> Floats:
    """The values, with a 0 in columns that have none: a mean needs something."""
    return np.where(np.isfinite(values).any(axis=0), values, 0.0)


def _plainness(x: Floats, plain: NDArray[np.bool_], config: LearningConfig) -> Floats:
    fitted = LogisticRegression(C=config.strength, max_iter=1000)
    fitted.fit(x, plain.astype(np.int64))
    return np.append(fitted.coef_[0], fitted.intercept_[0])


def _liking(
    x: Floats, used: Ints, embeddings: Floats, config: LearningConfig
) -> _Liking:
    """Minimise the surprise over components that were used, with a ridge, by L-BFGS.

    Those never used are left out: that they were not may only say that they are new, and
    pushing them away would push away what is like them.
    """
    warm, used = np.unique(used, return_inverse=True)
    counts = np.bincount(used).astype(np.float64)
    x_mX, e_KD = torch.from_numpy(x), torch.from_numpy(embeddings[warm])
    prior_K, target_m = torch.from_numpy(popular(counts)), torch.from_numpy(used)
    matrix = torch.zeros(x.shape[1], e_KD.shape[1], dtype=torch.float64)
    bias = torch.zeros(e_KD.shape[1], dtype=torch.float64)
    weight = torch.ones((), dtype=torch.float64)
    whim = torch.tensor(WHIM, dtype=torch.float64).logit()
    parts = [matrix, bias, weight, whim]
    for part in parts:
        part.requires_grad_()

    def loss() -> Tensor:
        logits_mK = (x_mX @ matrix + bias) @ e_KD.T + weight * prior_K
        log_p_mK = torch.logaddexp(
            logsigmoid(-whim) + logits_mK.log_softmax(dim=1), logsigmoid(whim) + prior_K
        )
        surprise = nll_loss(log_p_mK, target_m, reduction="sum")
        return surprise + config.ridge * (matrix.square().sum() + bias.square().sum())

    _minimise(loss, parts, config.steps)
    with torch.no_grad():
        return {
            "matrix": matrix.numpy().copy(),
            "bias": bias.numpy().copy(),
            "popularity": float(weight.clamp(min=0.0)),
            "whim": float(whim.sigmoid()),
        }


def _minimise(loss: Callable[[], Tensor], parts: list[Tensor], steps: int) -> None:
    """Move the parts where the loss is least, by L-BFGS."""
    optimiser = torch.optim.LBFGS(parts, max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]
