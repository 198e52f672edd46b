"""Where in its shot a representation was taken."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, Self, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Slot(IntEnum):
    """Which moment of a shot; INNER are the further ones of a long shot."""

    HEAD = 0
    MIDDLE = 1
    TAIL = 2
    INNER = 3


Comparisons = tuple[tuple[frozenset[Slot], frozenset[Slot]], ...]

COMPARISONS: Comparisons = (
    (frozenset({Slot.TAIL}), frozenset({Slot.HEAD})),
    (frozenset({Slot.MIDDLE, Slot.INNER}), frozenset({Slot.MIDDLE, Slot.INNER})),
)
"""Which moments of a leaving shot meet which of an entering one: the cut as it would
be made between whole shots, and the two shots as they look, trimmed."""

AT_THE_CUT: Comparisons = COMPARISONS[:1]
"""Only the end of the leaving shot against the beginning of the entering one."""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """m representations of some shots, one a row; kinds add their own columns.

    Several rows may speak of one moment (several people in a picture). What is not an
    array is no column: picked rows share it.
    """

    shot: NDArray[np.int64]
    """(m,) index of the shot, 0..shots - 1."""
    slot: NDArray[np.uint8]
    """(m,) `Slot`."""
    frame: NDArray[np.int64]
    """(m,) frame in the title."""

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self._columns().items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns differ in length: {lengths}")

    def __len__(self) -> int:
        return len(self.shot)

    def pick(self, which: ArrayLike) -> Self:
        """Return some rows, by index or by a bool for each row."""
        chosen = np.asarray(which)
        columns = {name: column[chosen] for name, column in self._columns().items()}
        return replace(self, **columns)

    def joined(self, then: Self) -> Self:
        """Return these rows, then those; shots are numbered alike in both."""
        others = then._columns()
        columns = {
            name: np.concatenate([column, others[name]])
            for name, column in self._columns().items()
        }
        return replace(self, **columns)

    def in_slots(self, slots: frozenset[Slot]) -> Self:
        """Return the rows of these moments."""
        return self.pick(np.isin(self.slot, sorted(slots)))

    def sorted(self) -> Self:
        """Return the rows in the order of shots, then slots, then frames."""
        return self.pick(np.lexsort((self.frame, self.slot, self.shot)))

    def _columns(self) -> dict[str, NDArray[Any]]:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: v for name, v in values.items() if isinstance(v, np.ndarray)}


class RowsColumns(TypedDict):
    """The columns that all rows have."""

    shot: NDArray[np.int64]
    slot: NDArray[np.uint8]
    frame: NDArray[np.int64]


def rows_columns(
    shot: Sequence[int], slot: Sequence[int], frame: Sequence[int]
) -> RowsColumns:
    """Return the three common columns as arrays of the right type."""
    return {
        "shot": np.asarray(shot, np.int64),
        "slot": np.asarray(slot, np.uint8),
        "frame": np.asarray(frame, np.int64),
    }
