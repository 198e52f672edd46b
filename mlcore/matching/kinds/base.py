"""What a kind of match has to say; a new kind is one file, one test and a line in KINDS."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.moments import Comparisons, Rows
from mlcore.matching.observation import Observation
from mlcore.matching.stored import StoredRow

Parts = dict[str, NDArray[np.float32]]
"""Named parts of scores, each (n,)."""

Transform = dict[str, float]
"""scale, dx, dy (widths of the active picture) and rotation (degrees) of the entering
picture about its centre."""

RowsT = TypeVar("RowsT", bound=Rows)
RowsT_contra = TypeVar("RowsT_contra", bound=Rows, contravariant=True)


class Index(Enum):
    """How the catalogue finds near rows of a kind."""

    MASKS = "masks"
    """Jaccard distance of 4,096 bits, which is 1 - IoU, placed and centred."""
    VECTORS = "vectors"
    """Cosine distance of half-precision vectors."""


class Kind(Protocol[RowsT]):
    """What two moments have in common, and how much.

    A score is 0..1; 0 means "no match of this kind" and is never shown. `scores` and
    `score_from_parts(parts(...))` must give the same bits for the same two rows,
    however rows are grouped: that is what makes a list repeatable.
    """

    @property
    def name(self) -> str:
        """The kind's word: frame, motion, action, light, sound, learned."""

    @property
    def family(self) -> str:
        """The encoder family whose rows it compares."""

    @property
    def encoder(self) -> str:
        """How `represent` works, for people: the name of its EncoderVersion."""

    @property
    def index(self) -> Index:
        """How near rows are found: also says whether rows are masks or vectors."""

    @property
    def comparisons(self) -> Comparisons:
        """Which moments of a leaving shot meet which of an entering one."""

    def represent(self, seen: Observation) -> Sequence[StoredRow]:
        """Return what to keep of a moment; nothing where there is nothing to compare.

        Never a vector of zeros: it has no cosine.
        """

    def rows(self, stored: Any) -> RowsT:
        """Return kept rows, StoredMasks or StoredVectors by `index`, ready to be scored."""

    def scores(self, leaving: RowsT, entering: RowsT) -> NDArray[np.float32]:
        """Return (a, b) scores of a leaving rows against b entering rows."""

    def parts(self, leaving: RowsT, entering: RowsT) -> Parts:
        """Return the parts of row i of one against row i of the other, each (n,)."""

    def score_from_parts(self, parts: Parts) -> NDArray[np.float32]:
        """Return (n,) scores; the formula stands in the kind's own docstring."""

    def transform(self, parts: dict[str, float]) -> Transform | None:
        """Return how the entering picture must be placed for this score; None: as it is."""


@runtime_checkable
class LooksTwice(Protocol[RowsT_contra]):
    """A kind whose exact score costs too much for every pair.

    Its `scores` only estimate, cheaply: `wider` times as many pairs as are wanted are
    looked at again, by `parts` of their best moments by estimate, and only then ranked.
    What is kept, shown and stored is `score_from_parts(parts(...))`, as for any kind.
    """

    @property
    def wider(self) -> int:
        """How many times as many pairs are looked at again as are kept."""

    def estimates(
        self, leaving: RowsT_contra, entering: RowsT_contra
    ) -> NDArray[np.float32]:
        """Return (n,) for row i against row i: the same bits as `scores` has there."""
