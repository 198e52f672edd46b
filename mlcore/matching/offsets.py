"""Every frame around one side of a cut against every frame around the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds import FRAME
from mlcore.matching.kinds.base import Index, Kind, Parts
from mlcore.matching.moments import RowsColumns, Slot, rows_columns
from mlcore.matching.observation import Observation
from mlcore.matching.pairs import explain_pairs
from mlcore.matching.stored import stored_masks, stored_vectors


@dataclass(frozen=True, kw_only=True)
class Grid:
    """n leaving frames (rows) against m entering ones (columns)."""

    scores: NDArray[np.float32]
    """(n, m), NaN where the two cannot be compared."""
    parts: Parts
    """Each (n, m), NaN likewise: `score_from_parts` of them are the scores."""

    def peak(self, here: tuple[int, int]) -> tuple[int, int] | None:
        """Return the best cell, of equal ones the nearest to `here`; None without a score."""
        if np.isnan(self.scores).all():
            return None
        best = np.argwhere(self.scores == np.nanmax(self.scores))
        far = np.abs(best - np.array(here)).sum(axis=1)
        row, column = best[int(far.argmin())].tolist()
        return row, column


def score_offsets(
    kind: Kind[Any], leaving: Sequence[Observation], entering: Sequence[Observation]
) -> Grid:
    """Score each of n leaving moments, as a tail, against each of m entering ones, as a head."""
    n, m = len(leaving), len(entering)
    rows = _rows(kind, leaving, entering)
    i, j = (at.ravel() for at in np.indices((n, m)))
    found = explain_pairs(kind, rows, i, n + j)
    here = found.leaving, found.entering - n
    scores = np.full((n, m), np.nan, np.float32)
    scores[here] = found.score
    parts: Parts = {}
    for name, values in found.parts.items():
        parts[name] = np.full((n, m), np.nan, np.float32)
        parts[name][here] = values
    return Grid(scores=scores, parts=parts)


def matched_subjects(leaving: Observation, entering: Observation) -> tuple[int, int]:
    """Return which subject of one moment meets which of another best, by silhouette."""
    best, chosen = -1.0, (0, 0)
    for a, b in product(range(len(leaving.subjects)), range(len(entering.subjects))):
        sides = (
            replace(seen, subjects=(seen.subjects[number],))
            for seen, number in ((leaving, a), (entering, b))
        )
        one, other = ([side] for side in sides)
        score = float(score_offsets(FRAME, one, other).scores[0, 0])
        if score > best:  # never so for NaN
            best, chosen = score, (a, b)
    return chosen


def _rows(
    kind: Kind[Any], leaving: Sequence[Observation], entering: Sequence[Observation]
) -> Any:
    """Return the kind's rows, every moment a shot of its own: tails, then heads."""
    shot: list[int] = []
    slot: list[int] = []
    aspect: list[float] = []
    kept: list[Any] = []
    for number, seen in enumerate([*leaving, *entering]):
        found = kind.represent(seen)
        kept += found
        shot += [number] * len(found)
        slot += [Slot.TAIL if number < len(leaving) else Slot.HEAD] * len(found)
        aspect += [seen.aspect] * len(found)
    at: RowsColumns = rows_columns(shot, slot, shot)
    keep = stored_masks if kind.index is Index.MASKS else stored_vectors
    return kind.rows(keep(at, kept, aspect).sorted())
