"""Which pairs and moments are looked at again, where a kind only estimates at first."""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds.base import Kind, LooksTwice
from mlcore.matching.moments import Rows
from mlcore.matching.topk import Limits

Ints = NDArray[np.int64]
RowsT = TypeVar("RowsT", bound=Rows)

_CHUNK = 16_384
"""Row pairs estimated at once."""


def widened(kind: Kind[Any], wanted: Limits) -> Limits:
    """Return how many pairs to shortlist for so many wanted."""
    if not isinstance(kind, LooksTwice):
        return wanted
    return replace(
        wanted,
        per_shot=kind.wider * wanted.per_shot,
        total=kind.wider * wanted.total,
    )


def best_by_estimate(
    kind: LooksTwice[RowsT], rows: RowsT, pair: Ints, i: Ints, j: Ints
) -> Ints:
    """Return which meeting of rows i and j is each pair's best; of equal ones the first."""
    estimate = np.concatenate(
        [
            kind.estimates(
                rows.pick(i[at : at + _CHUNK]), rows.pick(j[at : at + _CHUNK])
            )
            for at in range(0, max(len(i), 1), _CHUNK)
        ]
    )
    order = np.lexsort((-estimate, pair))
    _, first = np.unique(pair[order], return_index=True)
    return order[first]


def best_pairs(
    leaving: Ints, entering: Ints, score: NDArray[np.float32], wanted: Limits
) -> Ints:
    """Return, in rising order, the pairs that are among the best of all or of a shot.

    Scores of 0 are no pairs; equal scores are decided by the shots' indices.
    """
    order = np.lexsort((entering, leaving, -score))
    order = order[score[order] > 0]
    kept = np.zeros(len(score), np.bool_)
    kept[order[: wanted.total]] = True
    for side in (leaving, entering):
        by_shot = order[np.argsort(side[order], kind="stable")]
        kept[by_shot[_place(side[by_shot]) < wanted.per_shot]] = True
    return np.flatnonzero(kept)


def _place(grouped: Ints) -> Ints:
    """Return (n,) places, from 0, within each run of equal numbers."""
    at = np.arange(len(grouped))
    starts = np.r_[True, grouped[1:] != grouped[:-1]] if len(grouped) else at > 0
    return at - np.maximum.accumulate(np.where(starts, at, 0)) if len(grouped) else at
