"""A score for every component at a cut: from its embedding, so that new ones have one too.

n: cuts, X: measures of a context, K: components, D: length of an embedding
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit, log_softmax

from mlcore.components.suggesting.context import Contexts

Floats = NDArray[np.float64]

SPREAD_LIMIT = 3.0
"""Standard deviations beyond which a measure says no more."""


@dataclass(frozen=True, kw_only=True)
class Recommender:
    """p(component | cut) = p(not plain | cut) * ((1 - whim) * softmax + whim * use)

    with softmax over components of x @ matrix @ e + w * log(use) + bias @ e. x: the
    context, standardised, unknown measures at their mean; e: the embedding; use: the share
    (count + 1) / (all + K). The form follows AutoTransition (Shen et al. 2022), where a
    frozen embedding stands for each transition: what was learned of one holds for those
    like it, also unseen ones. People do not always go by the cut: a share of choices, as
    lapses in psychophysics (Wichmann and Hill 2001), is not explained by it at all, and
    need not be.
    """

    mean: Floats
    """(X,)"""
    spread: Floats
    """(X,), infinite for what never varies"""
    matrix: Floats
    """(X, D)"""
    bias: Floats
    """(D,)"""
    popularity: float
    """w"""
    plain: Floats
    """(X + 1,) log-odds of a plain cut, the last one constant"""
    whim: float = 0.0
    """Share of choices that go by use alone, 0..1"""

    def standardised(self, contexts: Contexts) -> Floats:
        """Return x (n, X)."""
        x = (contexts.values - self.mean) / self.spread
        return np.clip(np.nan_to_num(x), -SPREAD_LIMIT, SPREAD_LIMIT)

    def log_probabilities(
        self, contexts: Contexts, embeddings: Floats, counts: Floats
    ) -> Floats:
        """Return (n, K + 1): of each component, then of the plain cut.

        `embeddings` (K, D) and `counts` (K,), how often each was used, are of those that
        come into question. Raises ValueError if there is none.
        """
        if not len(embeddings):
            raise ValueError("there is no component to choose from")
        x = self.standardised(contexts)
        liked = x @ self.matrix @ embeddings.T + embeddings @ self.bias
        logits = liked + self.popularity * popular(counts)
        odds = x @ self.plain[:-1] + self.plain[-1]
        chosen = log_softmax(logits, axis=1)
        if self.whim:
            chosen = np.logaddexp(
                np.log1p(-self.whim) + chosen, np.log(self.whim) + popular(counts)
            )
        return np.hstack([chosen + log_expit(-odds)[:, None], log_expit(odds)[:, None]])

    def reasons(self, context: Contexts, embeddings: Floats, place: int) -> Floats:
        """Return (X,) what each measure adds for one component beside the mean of all.

        `context` is one cut. The sum is the component's lead in x @ matrix @ e over the
        mean of the components that come into question.
        """
        x = self.standardised(context)[0]
        beside = embeddings[place] - embeddings.mean(axis=0)
        return np.asarray(x * (self.matrix @ beside), np.float64)

    def plain_reasons(self, context: Contexts) -> Floats:
        """Return (X,) what each measure adds to the log-odds of a plain cut."""
        return np.asarray(self.standardised(context)[0] * self.plain[:-1], np.float64)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is kept of it."""
        return {
            "mean": self.mean,
            "spread": self.spread,
            "matrix": self.matrix,
            "bias": self.bias,
            "popularity": np.array([self.popularity]),
            "plain": self.plain,
            "whim": np.array([self.whim]),
        }


def popular(counts: Floats) -> Floats:
    """Return (K,) logarithms of the shares of use, each counted once more (Laplace)."""
    return np.asarray(np.log((counts + 1.0) / (counts.sum() + len(counts))))


def recommender_from(arrays: dict[str, NDArray[np.float64]]) -> Recommender:
    """Return what `arrays` kept. Raises KeyError where one is missing.

    Those from before whim was learned have none.
    """
    return Recommender(
        mean=arrays["mean"],
        spread=arrays["spread"],
        matrix=arrays["matrix"],
        bias=arrays["bias"],
        popularity=float(arrays["popularity"][0]),
        plain=arrays["plain"],
        whim=float(arrays["whim"][0]) if "whim" in arrays else 0.0,
    )
