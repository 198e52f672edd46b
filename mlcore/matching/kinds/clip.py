"""Clip matches: a second of film that moves as another one does, as a clip encoder sees it."""

from mlcore.matching.kinds.by_cosine import ByCosine
from mlcore.matching.observation import Observation
from mlcore.matching.stored import VectorRow


class ClipKind(ByCosine):
    """score = max(cosine, 0) of the vectors of the clips on either side of the cut.

    A clip is longer than what an observation holds, and its encoder belongs to another
    family: rows of this kind come from `pipelines.clips`, from versions that were
    trained; so does the vector that an observation may bring. Where none is live there
    is no such kind of match.
    """

    name = "clip"
    family = "clip"
    encoder = "clip encoder"

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return the vector that was made of the clip; a moment alone is none."""
        return [] if seen.clip is None else [VectorRow(vector=seen.clip)]
