"""Learned matches: two pictures near one another in a space made by people's verdicts."""

import numpy as np
import torch
from numpy.typing import NDArray

from mlcore.matching.kinds.by_cosine import ByCosine
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from mlcore.matching.ranking.projection import Projection
from mlcore.matching.stored import VectorRow

Floats = NDArray[np.float32]

ENDS = frozenset({Slot.HEAD, Slot.TAIL})


class LearnedKind(ByCosine):
    """score = max(cosine, 0) of the two projected looks.

    Only the end of the leaving shot meets the beginning of the entering one: heads are
    what an index holds, tails are what is asked for.

    What stands in KINDS scores rows and makes none: its weights are those of the live
    version, with which `pipelines.encoders.live_kinds` makes the kind that can.
    """

    name = "learned"
    family = "learned"
    encoder = "projection of looks"

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
