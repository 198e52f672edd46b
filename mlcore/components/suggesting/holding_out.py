"""How well a recommender foresees what titles use that it has not seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.components.suggesting.context import Contexts
from mlcore.components.suggesting.learning import PLAIN, LearningConfig, learn
from mlcore.components.suggesting.recommender import Recommender, popular

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """Of the cuts with a component, among all components that come into question."""

    cuts: int
    first: float
    """Share where the right one came first, 0..1"""
    five: float
    """Share where it was among five, 0..1"""
    place: float
    """Its mean place, from 1"""

    def numbers(self) -> Mapping[str, float]:
        """Return it as numbers by name."""
        return asdict(self)


def foresight(scores: Floats, used: Ints) -> Foresight:
    """Return how well (n, K) scores foresee (n,) what was used; ties count half.

    Raises ValueError where nothing was used.
    """
    place = places(scores, used)
    if not len(place):
        raise ValueError("no cut has a component to foresee")
    return Foresight(
        cuts=len(place),
        first=float((place <= 1).mean()),
        five=float((place <= 5).mean()),
        place=float(place.mean()),
    )


def places(scores: Floats, used: Ints) -> Floats:
    """Return (m,) the place, from 1, that (n, K) scores give to what each cut used.

    Plain cuts are left out; of equal scores each has the mean of their places.
    """
    something = used != PLAIN
    scores, used = scores[something], used[something]
    own = scores[np.arange(len(used)), used][:, None]
    return np.asarray(1 + (scores > own).sum(1) + ((scores == own).sum(1) - 1) / 2)


def compared(
    contexts: Contexts,
    used: Ints,
    titles: Ints,
    embeddings: Floats,
    config: LearningConfig,
) -> dict[str, Foresight]:
    """Return "learned" and "popularity", title by title out of what the others use.

    Titles are dealt to five folds in the order of their keys. Folds without enough to
    learn from are left out; raises ValueError if all are.
    """
    fold = np.unique(titles, return_inverse=True)[1] % FOLDS
    learned, popularity, truth = [], [], []
    for number in range(FOLDS):
        out = fold == number
        if not (used[out] != PLAIN).any():
            continue
        try:
            model = learn(contexts.of(~out), used[~out], embeddings, config)
        except ValueError:
            continue
        counts = _counts(used[~out], len(embeddings))
        log_p = model.log_probabilities(contexts.of(out), embeddings, counts)
        learned.append(log_p[:, :-1])
        popularity.append(np.tile(popular(counts), (int(out.sum()), 1)))
        truth.append(used[out])
    if not truth:
        raise ValueError("too few titles use components to compare anything")
    asked = np.concatenate(truth)
    return {
        "learned": foresight(np.concatenate(learned), asked),
        "popularity": foresight(np.concatenate(popularity), asked),
    }


def by_popularity(measures: int, dims: int, plain_share: float) -> Recommender:
    """Return a recommender that knows of no context: popularity, and a share of plain cuts.

    For a house that has used too little to learn more. `plain_share` between 0 and 1.
    """
    odds = np.log(plain_share / (1 - plain_share))
    return Recommender(
        mean=np.zeros(measures),
        spread=np.full(measures, np.inf),
        matrix=np.zeros((measures, dims)),
        bias=np.zeros(dims),
        popularity=1.0,
        plain=np.append(np.zeros(measures), odds),
    )


def _counts(used: Ints, many: int) -> Floats:
    return np.bincount(used[used != PLAIN], minlength=many).astype(np.float64)
