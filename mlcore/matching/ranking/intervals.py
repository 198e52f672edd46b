"""How sure an average precision is: whole titles are drawn again, with replacement."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.metrics import average_precision

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Titles = NDArray[np.generic]

ROUNDS = 2000
KEEPERS = 15
_PIECE = 4_000_000
"""Weights held at once, 32 MB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """An average precision, 0..1, and the middle 95 % of it over redrawn titles."""

    ap: float
    low: float
    high: float


def precision_with_interval(
    labels: Labels, scores: Floats, titles: Titles, *, seed: int = 0
) -> Precision:
    """Return the pooled average precision of (n,) scores with its 95 % title bootstrap.

    Raises ValueError without a positive label.
    """
    drawn = redrawn_precisions(labels, scores[None], titles, seed=seed)[0]
    low, high = _middle(drawn)
    return Precision(ap=average_precision(labels, scores), low=low, high=high)


def gain_with_interval(
    labels: Labels, better: Floats, worse: Floats, titles: Titles, *, seed: int = 0
) -> Precision:
    """Return AP(better) - AP(worse), -1..1, with its paired 95 % title bootstrap.

    Both rank the same redrawn titles, so what makes a title easy falls out.
    """
    both = redrawn_precisions(labels, np.stack([better, worse]), titles, seed=seed)
    low, high = _middle(both[0] - both[1])
    gain = average_precision(labels, better) - average_precision(labels, worse)
    return Precision(ap=gain, low=low, high=high)


def redrawn_precisions(
    labels: Labels,
    scores: Floats,
    titles: Titles,
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
) -> Floats:
    """Return (c, rounds) average precisions of (c, n) scores over redrawn titles.

    Each round draws as many titles as there are, with replacement; a title drawn twice
    counts twice. A round without a positive is NaN in all of them.
    """
    names, title = np.unique(titles, return_inverse=True)
    chance = np.random.default_rng(seed)
    even = np.full(len(names), 1.0 / len(names))
    times = chance.multinomial(len(names), even, size=rounds).astype(np.float64)
    rows = max(1, _PIECE // max(1, len(labels)))
    return np.stack(
        [
            np.concatenate(
                [
                    _weighted(labels, one, times[at : at + rows][:, title])
                    for at in range(0, rounds, rows)
                ]
            )
            for one in scores
        ]
    )


def cards_to(labels: Labels, scores: Floats, keepers: int = KEEPERS) -> float | None:
    """Return how many cards, best first, an editor looks at to find so many good ones.

    Within equal scores it is the expected number. None where there are too few.
    """
    if int(labels.sum()) < keepers:
        return None
    seen, found = 0, 0
    for score in np.unique(scores)[::-1]:
        here = labels[scores == score]
        good = int(here.sum())
        if found + good >= keepers:
            # The r-th of p good cards among m shuffled ones comes at r (m + 1) / (p + 1).
            return float(seen + (keepers - found) * (len(here) + 1) / (good + 1))
        seen, found = seen + len(here), found + good
    raise AssertionError("more keepers than there are good cards")


def cards_by_chance(labels: Labels, keepers: int = KEEPERS) -> float | None:
    """Return the same for cards in random order, as expected."""
    return cards_to(labels, np.zeros(len(labels)), keepers)


def _weighted(labels: Labels, scores: Floats, weights: Floats) -> Floats:
    order = np.argsort(-scores, kind="stable")
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    weights = weights[:, order]
    hits = np.cumsum(weights * labels[order], axis=1)[:, last_of_tie]
    seen = np.cumsum(weights, axis=1)[:, last_of_tie]
    gained = np.diff(hits, axis=1, prepend=0.0)
    shares = hits / np.maximum(seen, 1.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sum(gained * shares, axis=1) / hits[:, -1], np.float64)


def _middle(drawn: Floats) -> tuple[float, float]:
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return float(low), float(high)
