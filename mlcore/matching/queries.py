"""What is looked for without being kept: a still or a drawn silhouette as rows of a kind."""

from collections.abc import Sequence
from typing import Any

from mlcore.matching.kinds.base import Index, Kind
from mlcore.matching.moments import Slot, rows_columns
from mlcore.matching.stored import StoredRow, stored_masks, stored_vectors

EVERY_MOMENT = (Slot.HEAD, Slot.MIDDLE, Slot.TAIL)
"""A picture stands for every moment of a shot that shows nothing else: so it meets the
heads, the middles and the tails of others."""


def held(kind: Kind[Any], rows: Sequence[StoredRow], aspect: float) -> Any:
    """Return the kind's rows of shot 0, which shows this moment all the time.

    `aspect` is width / height of the picture.
    """
    columns = rows_columns(
        [0] * (len(rows) * len(EVERY_MOMENT)),
        [slot for slot in EVERY_MOMENT for _ in rows],
        [0] * (len(rows) * len(EVERY_MOMENT)),
    )
    repeated: list[Any] = [*rows] * len(EVERY_MOMENT)
    store = stored_masks if kind.index is Index.MASKS else stored_vectors
    return kind.rows(store(columns, repeated, [aspect] * len(repeated)))
