"""Clip matches: a second of film that moves as another one does, as a clip encoder sees it."""

from mlcore.matching.kinds.by_cosine import ByCosine
from mlcore.matching.observation import Observation
from mlcore.matching.stored import VectorRow


class ClipKind(ByCosine):
    """score = max(cosine, 0) of the vectors of the clips on either side of the cut.

    A clip is longer than what an observation holds, and its encoder belongs to another
    family: rows of this kind come from `pipelines.clips`, from versions that were
    trained. Where none is live there is no such kind of match.
    """

    name = "clip"
    family = "clip"
    encoder = "clip encoder"

    def represent(self, _seen: Observation) -> list[VectorRow]:
        """Return nothing: a picture or a moment alone is no clip."""
        return []
