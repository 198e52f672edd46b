"""The ranked suggestions of one cut, each with its reason."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.components.suggesting.context import Contexts, Measure
from mlcore.components.suggesting.recommender import Recommender

Floats = NDArray[np.float64]

MOST_MEASURES = 2
"""Named in a reason: what comes third adds little."""

ALIKE = 1e-9
"""Difference of logarithms of chances up to which they are the same number"""


@dataclass(frozen=True, slots=True)
class Choice:
    """One suggestion. `place` None: a plain cut."""

    place: int | None
    """Row of the embeddings"""
    confidence: float
    """0..1, the share of such cuts where finished titles use it"""
    measures: tuple[str, ...]
    """What in the context speaks for it, most first, as sentences say it"""


def choose(
    recommender: Recommender,
    context: Contexts,
    embeddings: Floats,
    counts: Floats,
    *,
    top: int,
) -> list[Choice]:
    """Return up to `top` choices for one cut, the likeliest first; the plain cut is among them.

    `embeddings` (K, D) and `counts` (K,) are of the components that are possible here; with
    none, a plain cut is all there is. Of those that nobody has used, the last that are as
    likely as one that has no room are left out: nothing but its name would put one first.
    Raises ValueError for `top` below 1.
    """
    if top < 1:
        raise ValueError(f"at least one suggestion must be asked for, got {top}")
    if not len(embeddings):
        return [Choice(None, 1.0, ())]
    log_p = recommender.log_probabilities(context, embeddings, counts)[0]
    ranked = np.argsort(-log_p, kind="stable")
    plain = len(embeddings)
    if len(ranked) > top:
        told = log_p > log_p[ranked[top]] + ALIKE
        told[:plain] |= counts > 0
        ranked = ranked[:top][told[ranked[:top]]]
    order = ranked.tolist()
    if plain not in order:
        order = [*order[: top - 1], plain]
    return [
        Choice(
            None if place == plain else place,
            float(np.exp(log_p[place])),
            _measures(recommender, context, embeddings, place),
        )
        for place in order
    ]


def _measures(
    recommender: Recommender, context: Contexts, embeddings: Floats, place: int
) -> tuple[str, ...]:
    if place == len(embeddings):
        added = recommender.plain_reasons(context)
    else:
        added = recommender.reasons(context, embeddings, place)
    x = recommender.standardised(context)[0]
    best = np.argsort(-added, kind="stable")[:MOST_MEASURES]
    return tuple(_said(context.measures[at], x[at]) for at in best if added[at] > 0)


def _said(measure: Measure, value: float) -> str:
    return measure.high if value > 0 else measure.low
