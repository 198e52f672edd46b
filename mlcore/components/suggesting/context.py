"""What is known of a cut before anything is laid on it, as named numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """One number of a context, and how a sentence speaks of it."""

    name: str
    high: str
    """What it says when it is high: "the camera pans to the right"."""
    low: str
    """What it says when it is low."""


@dataclass(frozen=True)
class Contexts:
    """Cuts by their measures; NaN where one could not be taken (a silent title)."""

    measures: tuple[Measure, ...]
    values: Floats
    """(n, X)"""

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.measures):
            raise ValueError(
                f"{len(self.measures)} measures do not fit values of shape {self.values.shape}"
            )

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Contexts":
        """Return those that are chosen."""
        return Contexts(self.measures, self.values[chosen])


def contexts_of(
    measures: Sequence[Measure], rows: Sequence[Mapping[str, float | None]]
) -> Contexts:
    """Return contexts of rows by name; a name that a row lacks, or None, is not known."""
    values = [
        [np.nan if row.get(m.name) is None else row[m.name] for m in measures]
        for row in rows
    ]
    shaped = np.array(values, np.float64).reshape(len(rows), len(measures))
    return Contexts(tuple(measures), shaped)
