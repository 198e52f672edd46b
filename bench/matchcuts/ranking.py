"""From what a kind keeps of drawn shots to the figures: recall, average precision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds import Kind
from mlcore.matching.moments import Slot, rows_columns
from mlcore.matching.observation import Observation
from mlcore.matching.pairs import score_pairs
from mlcore.matching.stored import StoredVectors, VectorRow
from mlcore.matching.topk import Limits
from mlcore.metrics import average_precision, bootstrap_interval

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

FLOOR = 0.3
"""Under this the board shows nothing."""


@dataclass(frozen=True)
class Seen:
    """What was observed at one end of a drawn shot."""

    shot: int
    slot: Slot
    observation: Observation


def kept_rows(kind: Kind[Any], seen: Sequence[Seen]) -> Any:
    """Return what the kind keeps, in half precision as the database has it."""
    found = [(one, row) for one in seen for row in kind.represent(one.observation)]
    rows = [row for _, row in found if isinstance(row, VectorRow)]
    speeds = [np.nan if row.magnitude is None else row.magnitude for row in rows]
    stored = StoredVectors(
        **rows_columns(
            [one.shot for one, _ in found],
            [one.slot for one, _ in found],
            [one.shot for one, _ in found],
        ),
        vector=np.stack([row.vector.astype(np.float16) for row in rows]).astype(
            np.float32
        ),
        magnitude=np.array(speeds, np.float32),
        aspect=np.array([one.observation.aspect for one, _ in found], np.float32),
    )
    return kind.rows(stored)


def all_scores(kind: Kind[Any], rows: Any, shots: int) -> Floats:
    """Return (shots, shots) scores by the real search; 0 where nothing was kept."""
    found = score_pairs(kind, rows, shots, limits=Limits(per_shot=shots, total=1))
    scores = np.zeros((shots, shots), np.float32)
    scores[found.leaving, found.entering] = found.score
    return scores


def tell(
    name: str, scores: Floats, truth: Bools, seed: int, among: Bools | None = None
) -> None:
    """Print one line: the ends of shots are queries, every other shot's beginning an answer.

    `among` (shots, shots) are the pairs that count, all without it.
    """
    shots = len(truth)
    others = ~np.eye(shots, dtype=np.bool_)
    if among is not None:
        others &= among

    def precision(queries: NDArray[np.int64]) -> float:
        chosen = others[queries]
        return average_precision(truth[queries][chosen], scores[queries][chosen])

    low, high = bootstrap_interval(precision, shots, seed=seed, rounds=300)
    unrelated = others & ~truth
    print(
        f"  {name:34s} AP {precision(np.arange(shots)):.3f} ({low:.3f}-{high:.3f})  "
        f"recall@10 {recall_at_ten(scores, truth & others):.3f}  "
        f"by chance {truth[others].mean():.4f}  "
        f"unrelated over {FLOOR}: {(scores[unrelated] >= FLOOR).mean():.3f}, "
        f"planted: {(scores[truth & others] >= FLOOR).mean():.3f}"
    )


def recall_at_ten(scores: Floats, truth: Bools) -> float:
    """Return the mean share of a query's positives (10 at most) in its ten best."""
    shares = []
    for row, wanted in zip(scores, truth, strict=True):
        if wanted.any():
            best = np.argsort(-row, kind="stable")[:10]
            best = best[row[best] > 0]
            shares.append(wanted[best].sum() / min(10, wanted.sum()))
    return float(np.mean(shares))
