"""Clip matches: a second of film that moves as another one does, as a clip encoder sees it."""

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.kinds.by_cosine import ByCosine
from mlcore.matching.observation import Observation
from mlcore.matching.stored import VectorRow

Floats = NDArray[np.float32]

UNRELATED = np.float32(0.5)


class ClipKind(ByCosine):
    """score = max((cosine - .5) / .5, 0) of the clips on either side of the cut.

    Two clips that have nothing to do with each other have a cosine of up to about .5 in
    nineteen of twenty cases (the card of the encoder that ships). Without that they would fill a
    board of all kinds: what such clips reach is no match.

    A clip is longer than what an observation holds, and its encoder belongs to another
    family: rows of this kind come from `pipelines.clips`, from versions that were
    trained; so does the vector that an observation may bring. Where none is live there
    is no such kind of match.
    """

    name = "clip"
    family = "clip"
    encoder = "clip encoder"

    def _score(self, cosine: Floats) -> Floats:
        return super()._score((cosine - UNRELATED) / (1 - UNRELATED))

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return the vector that was made of the clip; a moment alone is none."""
        return [] if seen.clip is None else [VectorRow(vector=seen.clip)]
