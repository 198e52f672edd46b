"""How good a ranking, or a list of cuts, is against known truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CutScore:
    """Precision, recall and F1 of found cuts, each in 0..1."""

    precision: float
    recall: float
    f1: float


def average_precision(labels: ArrayLike, scores: ArrayLike) -> float:
    """Area under the step-wise precision-recall curve, 0..1.

    `labels` (n,) are truth values, `scores` (n,) say which is ranked first (higher).
    Equal scores count as one step, as in scikit-learn's `average_precision_score`,
    which this equals. Raises ValueError without a positive label.
    """
    truth, order = _ranked(labels, scores)
    hits = np.cumsum(truth)
    last_of_tie = np.append(np.diff(order) != 0, True)
    hits, seen = hits[last_of_tie], np.flatnonzero(last_of_tie) + 1
    gained = np.diff(hits, prepend=0)
    return float(np.sum(gained * hits / seen) / hits[-1])


def recall_at(labels: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Share of all positives among the k highest scores, 0..1; ties by position."""
    truth, _ = _ranked(labels, scores)
    return float(truth[:k].sum() / truth.sum())


def precision_at(labels: ArrayLike, scores: ArrayLike, k: int) -> float:
    """Share of positives among the k highest scores, 0..1; ties by position.

    With fewer than k scores the share is of those there are.
    """
    truth, _ = _ranked(labels, scores)
    return float(truth[:k].mean())


def expected_calibration_error(
    confidences: ArrayLike, right: ArrayLike, bins: int = 15
) -> float:
    """Mean gap, 0..1, between how sure answers were and how often they were right.

    `confidences` (n,) 0..1 and `right` (n,) truth values, in `bins` of equal width, each
    weighed by its answers (Guo et al. 2017, eq. 3). Raises ValueError without an answer.
    """
    sure = np.asarray(confidences, dtype=np.float64)
    truth = np.asarray(right, dtype=np.float64)
    if sure.shape != truth.shape or sure.ndim != 1 or not len(sure):
        raise ValueError(
            f"confidences and answers must be two lists of one length, got {sure.shape} and {truth.shape}"
        )
    place = np.minimum((sure * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, sure - truth, minlength=bins)
    return float(np.abs(gaps).sum() / len(sure))


def bootstrap_interval(
    statistic: Callable[[NDArray[np.int64]], float],
    groups: int,
    *,
    seed: int,
    rounds: int = 1000,
) -> tuple[float, float]:
    """Return the range that holds 95 % of a statistic over groups drawn again.

    `statistic` gets (groups,) indices 0..groups - 1, drawn with replacement: titles,
    queries, whatever was chosen as one (Efron 1979, percentile interval). Draws that it
    raises ValueError for, as without a positive label, are left out.
    """
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(rounds):
        try:
            found.append(statistic(chance.integers(0, groups, groups)))
        except ValueError:
            continue
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def f1_for_cuts(
    truth: Sequence[int], found: Sequence[int], tolerance: int = 0
) -> CutScore:
    """Score found cuts (frame numbers) against true ones, `tolerance` frames apart.

    Each true cut is paired with one found cut at most, in order of time, so a cut
    reported twice is one hit and one false alarm. Nothing to find and nothing
    found is a perfect score.
    """
    hits = _paired(sorted(truth), sorted(found), tolerance)
    if not truth and not found:
        return CutScore(1.0, 1.0, 1.0)
    precision = hits / len(found) if found else 0.0
    recall = hits / len(truth) if truth else 0.0
    return CutScore(precision, recall, 2 * hits / (len(truth) + len(found)))


def _ranked(labels: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    truth = np.asarray(labels, dtype=np.float64)
    order = np.asarray(scores, dtype=np.float64)
    if truth.shape != order.shape or truth.ndim != 1:
        raise ValueError(
            f"labels and scores must be two lists of one length, got {truth.shape} and {order.shape}"
        )
    if not np.isin(truth, (0.0, 1.0)).all() or not truth.any():
        raise ValueError("labels must be 0 or 1 with at least one 1")
    if np.isnan(order).any():
        raise ValueError("a score is not a number; leave such pairs out first")
    best_first = np.argsort(-order, kind="stable")
    return truth[best_first], order[best_first]


def _paired(truth: list[int], found: list[int], tolerance: int) -> int:
    hits = at = 0
    for cut in truth:
        while at < len(found) and found[at] < cut - tolerance:
            at += 1
        if at < len(found) and found[at] <= cut + tolerance:
            hits += 1
            at += 1
    return hits
