"""Learned matches: two pictures near one another in a space made by people's verdicts."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mlcore.matching.cosine import Steps, cosine_each, cosine_every, unit_steps
from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.moments import AT_THE_CUT, Rows, Slot
from mlcore.matching.observation import Observation
from mlcore.matching.ranking.projection import Projection
from mlcore.matching.stored import StoredVectors, VectorRow

Floats = NDArray[np.float32]

ENDS = frozenset({Slot.HEAD, Slot.TAIL})


@dataclass(frozen=True, kw_only=True)
class LearnedRows(Rows):
    """A projected look a row."""

    steps: Steps
    """(m, D) whole numbers: a vector of length 1 in steps of 2 ** -20."""


class LearnedKind:
    """score = max(cosine, 0) of the two projected looks.

    Only the end of the leaving shot meets the beginning of the entering one: heads are
    what an index holds, tails are what is asked for.

    What stands in KINDS scores rows and makes none: its weights are those of the live
    version, with which `pipelines.encoders.live_kinds` makes the kind that can.
    """

    name = "learned"
    family = "learned"
    encoder = "projection of looks"
    index = Index.VECTORS
    comparisons = AT_THE_CUT

    def __init__(self, projection: Projection | None = None) -> None:
        self._projection = projection

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return the projected look of a head or a tail; nothing without weights."""
        if self._projection is None or seen.slot not in ENDS:
            return []
        (vector,) = self.project(seen.appearance[None])
        return [VectorRow(vector=vector)]

    def project(self, looks: Floats) -> Floats:
        """Return (n, D) looks as they lie in the learned space.

        Raises ValueError without weights.
        """
        if self._projection is None:
            raise ValueError("this kind has no weights: take it from live_kinds()")
        with torch.inference_mode():
            moved = self._projection(torch.from_numpy(looks))
        return np.asarray(moved.numpy(), np.float32)

    def rows(self, stored: StoredVectors) -> LearnedRows:
        """Return kept rows ready to be scored."""
        return LearnedRows(
            shot=stored.shot,
            slot=stored.slot,
            frame=stored.frame,
            steps=unit_steps(stored.vector),
        )

    def scores(self, leaving: LearnedRows, entering: LearnedRows) -> Floats:
        """Return (a, b) scores."""
        return _score(cosine_every(leaving.steps, entering.steps))

    def parts(self, leaving: LearnedRows, entering: LearnedRows) -> Parts:
        """Return cosine (-1..1)."""
        return {"cosine": cosine_each(leaving.steps, entering.steps)}

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return _score(parts["cosine"])

    def transform(self, _parts: dict[str, float]) -> Transform | None:
        """Pictures that look alike need not be moved."""
        return None


def _score(cosine: Floats) -> Floats:
    return np.asarray(np.maximum(cosine, np.float32(0.0)), np.float32)
