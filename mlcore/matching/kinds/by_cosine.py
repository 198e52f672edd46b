"""What kinds share whose rows are vectors that are near by their cosine alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.cosine import Steps, cosine_each, cosine_every, unit_steps
from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.moments import AT_THE_CUT, Rows
from mlcore.matching.stored import StoredVectors

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class CosineRows(Rows):
    """A vector a row."""

    steps: Steps
    """(m, D) whole numbers: a vector of length 1 in steps of 2 ** -20."""


class ByCosine:
    """score = max(cosine, 0): the base of such kinds, which say how vectors are made.

    Only the end of the leaving shot meets the beginning of the entering one: heads are
    what an index holds, tails are what is asked for.
    """

    index = Index.VECTORS
    comparisons = AT_THE_CUT

    def rows(self, stored: StoredVectors) -> CosineRows:
        """Return kept rows ready to be scored."""
        return CosineRows(
            shot=stored.shot,
            slot=stored.slot,
            frame=stored.frame,
            steps=unit_steps(stored.vector),
        )

    def scores(self, leaving: CosineRows, entering: CosineRows) -> Floats:
        """Return (a, b) scores."""
        return self._score(cosine_every(leaving.steps, entering.steps))

    def parts(self, leaving: CosineRows, entering: CosineRows) -> Parts:
        """Return cosine (-1..1)."""
        return {"cosine": cosine_each(leaving.steps, entering.steps)}

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return self._score(parts["cosine"])

    def transform(self, _parts: dict[str, float]) -> Transform | None:
        """What is near by its cosine need not be moved."""
        return None

    def _score(self, cosine: Floats) -> Floats:
        return np.asarray(np.maximum(cosine, np.float32(0.0)), np.float32)
