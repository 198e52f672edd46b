"""What a kind of match has to say; a new kind is one file and a line in KINDS."""

from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.moments import Rows

Parts = dict[str, NDArray[np.float32]]
"""Named parts of scores, each (n,)."""

RowsT_contra = TypeVar("RowsT_contra", bound=Rows, contravariant=True)


class Kind(Protocol[RowsT_contra]):
    """Scores a leaving moment against an entering one.

    A score is 0..1; 0 means "no match of this kind" and is never shown. `scores` and
    `score_from_parts(parts(...))` must give the same bits for the same two rows,
    however rows are grouped: that is what makes a list repeatable.
    """

    @property
    def name(self) -> str:
        """The kind's word: frame, motion."""

    def scores(
        self, leaving: RowsT_contra, entering: RowsT_contra
    ) -> NDArray[np.float32]:
        """Return (a, b) scores of a leaving rows against b entering rows."""

    def parts(self, leaving: RowsT_contra, entering: RowsT_contra) -> Parts:
        """Return the parts of row i of one against row i of the other, each (n,)."""

    def score_from_parts(self, parts: Parts) -> NDArray[np.float32]:
        """Return (n,) scores; the formula stands in the kind's own docstring."""
