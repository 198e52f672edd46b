"""Which classifier suits these labels: each is tried on titles it has not seen."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.ranking.pairfeatures import PairFeatures
from mlcore.matching.ranking.ranker import Ranker, RankerConfig, fit_ranker
from mlcore.metrics import average_precision

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

FOLDS = 3
PLAIN = (
    RankerConfig(model="logistic"),
    RankerConfig(model="boosted"),
)
WITH_LOOKS = tuple(
    replace(config, embedding=embedding)
    for embedding in ("mean", "concat", "difference")
    for config in PLAIN
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How one choice did on titles left out of its training."""

    config: RankerConfig
    ap: float
    """Mean average precision over the folds, 0..1."""


def choose_ranker(
    features: PairFeatures,
    labels: Labels,
    scores: Floats,
    titles: NDArray[np.generic],
    *,
    seed: int,
) -> tuple[Ranker, list[Trial]]:
    """Try every classifier by title, three ways; fit the best one to all pairs.

    Where titles are too few to try, the simplest is taken and nothing is tried.
    Raises ValueError unless there are pairs of both labels.
    """
    choices = PLAIN + (WITH_LOOKS if features.leaving.shape[1] else ())
    choices = tuple(replace(choice, seed=seed) for choice in choices)
    folds = _folds(titles, labels, seed)
    trials = [
        Trial(config=choice, ap=_tried(features, labels, scores, folds, choice))
        for choice in choices
        if folds
    ]
    best = max(trials, key=lambda trial: trial.ap).config if trials else choices[0]
    return fit_ranker(features, labels, scores, best), trials


def _folds(
    titles: NDArray[np.generic], labels: Labels, seed: int
) -> list[NDArray[np.bool_]]:
    """Which pairs each fold leaves out; only folds with both labels on both sides."""
    names, title = np.unique(titles, return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    out = [fold[title] == n for n in range(FOLDS)]
    return [
        left_out
        for left_out in out
        if all(len(np.unique(labels[side])) == 2 for side in (left_out, ~left_out))
    ]


def _tried(
    features: PairFeatures,
    labels: Labels,
    scores: Floats,
    folds: list[NDArray[np.bool_]],
    choice: RankerConfig,
) -> float:
    found = []
    for out in folds:
        ranker = fit_ranker(features.pick(~out), labels[~out], scores[~out], choice)
        said = ranker.probability(features.pick(out))
        found.append(average_precision(labels[out], said))
    return float(np.mean(found))
