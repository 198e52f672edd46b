"""How often a true gain passes the gate with few hold-out titles, and with few labels."""

import numpy as np

from mlcore.matching.ranking.evaluate import both_columns
from mlcore.matching.ranking.gate import decide, suffering
from mlcore.matching.ranking.intervals import redrawn_precisions
from mlcore.matching.ranking.labelled import LabelledPairs
from mlcore.matching.ranking.pairfeatures import PairFeatures, plain_features
from mlcore.matching.ranking.ranker import RankerConfig, fit_ranker
from mlcore.metrics import average_precision

DRAWS = 100
HOLD_OUTS = (3, 5, 10, 20)
LABELS = (30, 100, 300, 1000)
WORSE_BY = 0.05
"""What a schedule allows unless told otherwise"""


def measure_gate(train: LabelledPairs, pairs: LabelledPairs) -> None:
    """Print pass rates over drawn hold-outs, then precision over drawn training sets."""
    scores, times, asked, asked_times = both_columns(train, pairs)
    known = plain_features({**scores, **times})
    features = plain_features({**asked, **asked_times})
    first = next(iter(scores.values()))
    ranker = fit_ranker(known, train.labels, first, RankerConfig())
    said, live = ranker.probability(features), next(iter(asked.values()))
    names = np.unique(pairs.titles)
    chance = np.random.default_rng(0)
    print(f"\ngate, interval alone, {DRAWS} draws of hold-out titles, seed 0")
    for many in HOLD_OUTS:
        passed = 0
        for _ in range(DRAWS):
            drawn = chance.choice(names, many, replace=False)
            here = np.isin(pairs.titles, drawn)
            if not pairs.labels[here].any():
                continue
            both = np.stack([said[here], live[here]])
            found = redrawn_precisions(
                pairs.labels[here], both, pairs.titles[here], rounds=500
            )
            passed += float(np.nanpercentile(found[0] - found[1], 2.5)) > 0
        print(f"  {many:2d} hold-out titles: {passed / DRAWS:.0%} pass")
    whole = decide(
        pairs.labels, said, live, pairs.titles, positives_in_all=int(train.labels.sum())
    )
    print(f"  the whole hold-out: {whole.reason}")
    _, titles = np.unique(pairs.titles, return_inverse=True)
    hurt = suffering(pairs.labels, said, live, titles, WORSE_BY)
    print(
        f"  titles that surely lose more than {WORSE_BY}: {len(hurt)} of {len(names)}"
    )
    _measure_labels(train, pairs, known, features)


def _measure_labels(
    train: LabelledPairs,
    pairs: LabelledPairs,
    known: PairFeatures,
    features: PairFeatures,
) -> None:
    chance = np.random.default_rng(0)
    first = known.plain[:, 0]
    print("\nlabels to train on, logistic regression, mean of 20 draws, seed 0")
    for many in LABELS:
        found_aps = []
        while len(found_aps) < 20:
            drawn = chance.choice(len(train), many, replace=False)
            if train.labels[drawn].min() == train.labels[drawn].max():
                continue
            one = fit_ranker(
                known.pick(drawn), train.labels[drawn], first[drawn], RankerConfig()
            )
            found_aps.append(average_precision(pairs.labels, one.probability(features)))
        print(
            f"  {many:5d} labels: AP {np.mean(found_aps):.3f} "
            f"(standard deviation {np.std(found_aps):.3f})"
        )
