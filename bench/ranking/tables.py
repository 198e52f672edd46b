"""Average precision, its interval and cards to 15 keepers: columns, times, learned."""

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.ranking.choosing import choose_ranker
from mlcore.matching.ranking.evaluate import both_columns, taught
from mlcore.matching.ranking.intervals import (
    cards_by_chance,
    cards_to,
    gain_with_interval,
    precision_with_interval,
)
from mlcore.matching.ranking.labelled import LabelledPairs
from mlcore.matching.ranking.pairfeatures import plain_features
from mlcore.matching.ranking.ranker import RankerConfig

SEEDS = (0, 1, 2)


def measure_pairs(kind: str, train: LabelledPairs, pairs: LabelledPairs) -> None:
    """Print the table of one kind."""
    print(
        f"\n{kind}: {len(train)} pairs to train on, {len(pairs)} to judge, "
        f"{pairs.labels.sum()} good, {len(np.unique(pairs.titles))} titles; "
        f"random {pairs.labels.mean():.3f}, {cards_by_chance(pairs.labels):.0f} cards"
    )
    for name, scores in pairs.columns.items():
        there = ~np.isnan(scores)
        _row(name, pairs, scores, there)
    scores, times, asked, asked_times = both_columns(train, pairs)
    both = {**scores, **times}, {**asked, **asked_times}
    alone = taught((times, asked_times), train, seed=0, config=RankerConfig())
    _row("shot times, logistic regression", pairs, alone.said)
    for model in ("logistic", "boosted"):
        for seed in SEEDS if model == "boosted" else SEEDS[:1]:
            config = RankerConfig(model=model, seed=seed)
            found = taught(both, train, seed=seed, config=config)
            _row(f"learned, {config.words}, seed {seed}", pairs, found.said)
            _gains(pairs, found.said, alone.said, asked)
    known = plain_features(both[0])
    first = np.nan_to_num(next(iter(scores.values())))
    for seed in SEEDS:
        ranker, _ = choose_ranker(known, train.labels, first, train.titles, seed=seed)
        print(f"  chosen by title within training, seed {seed}: {ranker.config.words}")


def _row(
    name: str,
    pairs: LabelledPairs,
    scores: NDArray[np.float64],
    there: NDArray[np.bool_] | None = None,
) -> None:
    there = np.ones(len(pairs), np.bool_) if there is None else there
    labels, said = pairs.labels[there], scores[there]
    found = precision_with_interval(labels, said, pairs.titles[there])
    print(
        f"  {name:<38} {len(labels):5d} pairs  AP {found.ap:.4f} "
        f"({found.low:.3f} to {found.high:.3f})  cards to 15: {cards_to(labels, said):.0f}"
    )


def _gains(
    pairs: LabelledPairs,
    said: NDArray[np.float64],
    times: NDArray[np.float64],
    columns: dict[str, NDArray[np.float64]],
) -> None:
    for name, scores in {**columns, "shot times": times}.items():
        there = ~np.isnan(scores)
        gain = gain_with_interval(
            pairs.labels[there], said[there], scores[there], pairs.titles[there]
        )
        print(
            f"    over {name:<16} {gain.ap:+.4f} ({gain.low:+.3f} to {gain.high:+.3f})"
        )
