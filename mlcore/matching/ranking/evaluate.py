"""How well columns of scores rank labelled pairs, and what learning adds to them.

    python -m mlcore.matching.ranking.evaluate --pairs FILE.csv [--train FILE.csv] [--seed N]

Prints one JSON document; {"error": "one sentence"} and exit code 1 for a file that
cannot be used.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.ranking.choosing import choose_ranker
from mlcore.matching.ranking.intervals import (
    KEEPERS,
    cards_by_chance,
    cards_to,
    gain_with_interval,
    precision_with_interval,
)
from mlcore.matching.ranking.labelled import LabelledPairs, UnusablePairs, read_pairs
from mlcore.matching.ranking.pairfeatures import plain_features, times_of
from mlcore.matching.ranking.ranker import RankerConfig, fit_ranker

Floats = NDArray[np.float64]
Columns = dict[str, Floats]
Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Taught:
    """What a ranking learned on other titles says of labelled pairs."""

    said: Floats
    """(n,) probabilities."""
    config: RankerConfig
    names: tuple[str, ...]


def report(
    pairs: LabelledPairs, train: LabelledPairs | None = None, *, seed: int = 0
) -> Document:
    """Return the document of `evaluate`; docs/cli.md says what it holds.

    Raises UnusablePairs when `train` shares titles with `pairs` or lacks its columns.
    """
    return {
        "pairs": len(pairs),
        "positives": int(pairs.labels.sum()),
        "titles": len(np.unique(pairs.titles)),
        "keepers": KEEPERS,
        "cards_by_chance": cards_by_chance(pairs.labels),
        "columns": {
            name: column_report(pairs, scores, seed)
            for name, scores in pairs.columns.items()
        },
        "learned": None if train is None else _learned(pairs, train, seed),
    }


def column_report(pairs: LabelledPairs, scores: Floats, seed: int) -> Document | None:
    """Return how one column ranks the pairs that have it; None where none is good."""
    there = ~np.isnan(scores)
    labels, scores, titles = pairs.labels[there], scores[there], pairs.titles[there]
    if not labels.any():
        return None
    return {
        "pairs": len(labels),
        "positives": int(labels.sum()),
        **asdict(precision_with_interval(labels, scores, titles, seed=seed)),
        "cards": cards_to(labels, scores),
        "cards_by_chance": cards_by_chance(labels),
    }


def taught(
    columns: tuple[Columns, Columns],
    train: LabelledPairs,
    *,
    seed: int,
    config: RankerConfig | None = None,
) -> Taught:
    """Train on the first columns, which are those of `train`; judge by the second."""
    known, asked = (plain_features(each) for each in columns)
    first = np.nan_to_num(next(iter(columns[0].values())))
    if config is None:
        ranker, _ = choose_ranker(known, train.labels, first, train.titles, seed=seed)
    else:
        ranker = fit_ranker(known, train.labels, first, config)
    return Taught(
        said=ranker.probability(asked), config=ranker.config, names=known.names
    )


def both_columns(
    train: LabelledPairs, pairs: LabelledPairs
) -> tuple[Columns, Columns, Columns, Columns]:
    """Return scores and shot times of both: (scores, times) to train, (scores, times) to judge.

    Raises UnusablePairs when they cannot be compared.
    """
    if shared := set(train.titles) & set(pairs.titles):
        some = ", ".join(sorted(shared)[:3])
        raise UnusablePairs(
            f"{len(shared)} titles are in both files ({some}): split by title."
        )
    if lacking := sorted(set(train.columns) - set(pairs.columns)):
        raise UnusablePairs(
            f"The training file's columns {', '.join(lacking)} are missing in the other."
        )
    timed = train.times is not None and pairs.times is not None
    times = (times_of(train), times_of(pairs)) if timed else ({}, {})
    if not train.columns and not timed:
        raise UnusablePairs("There is nothing to learn from: no scores, no times.")
    asked = {name: pairs.columns[name] for name in train.columns}
    return train.columns, times[0], asked, times[1]


def _learned(pairs: LabelledPairs, train: LabelledPairs, seed: int) -> Document:
    scores, times, asked, asked_times = both_columns(train, pairs)
    whole = taught(({**scores, **times}, {**asked, **asked_times}), train, seed=seed)
    labels, titles = pairs.labels, pairs.titles
    document = {
        "model": whole.config.words,
        "columns": list(whole.names),
        "trained_on": len(train),
        **asdict(precision_with_interval(labels, whole.said, titles, seed=seed)),
        "cards": cards_to(labels, whole.said),
        "times_alone": None,
        "gain_over_times": None,
        "gain_over": {
            name: _gain_where_there(pairs, whole.said, column, seed)
            for name, column in asked.items()
        },
    }
    if times:
        # The same classifier: what is compared is what it looks at.
        alone = taught((times, asked_times), train, seed=seed, config=whole.config)
        document["times_alone"] = {
            **asdict(precision_with_interval(labels, alone.said, titles, seed=seed)),
            "cards": cards_to(labels, alone.said),
        }
        gain = gain_with_interval(labels, whole.said, alone.said, titles, seed=seed)
        document["gain_over_times"] = asdict(gain)
    return document


def _gain_where_there(
    pairs: LabelledPairs, said: Floats, column: Floats, seed: int
) -> Document | None:
    there = ~np.isnan(column)
    labels, titles = pairs.labels[there], pairs.titles[there]
    if not labels.any():
        return None
    gain = gain_with_interval(labels, said[there], column[there], titles, seed=seed)
    return asdict(gain)


def main() -> int:
    """Print the document; 1 when a file cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.matching.ranking.evaluate")
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    try:
        train = read_pairs(given.train) if given.train else None
        document = report(read_pairs(given.pairs), train, seed=given.seed)
    except UnusablePairs as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    sys.stdout.write(json.dumps(document) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
