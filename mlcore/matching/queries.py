"""What is looked for without being kept: a still or a drawn silhouette as rows of a kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlcore.matching.bits import to_words
from mlcore.matching.kinds.base import Index, Kind
from mlcore.matching.moments import Slot, rows_columns
from mlcore.matching.stored import StoredMasks, StoredRow, StoredVectors

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
    aspects = np.full(len(repeated), aspect, np.float32)
    if kind.index is Index.MASKS:
        return kind.rows(
            StoredMasks(
                **columns,
                placed=to_words([row.placed for row in repeated]),
                centred=to_words([row.centred for row in repeated]),
                person=np.array([row.subject == "person" for row in repeated]),
                where=np.array([row.where for row in repeated], np.float32),
                aspect=aspects,
            )
        )
    magnitudes = [
        np.nan if row.magnitude is None else row.magnitude for row in repeated
    ]
    return kind.rows(
        StoredVectors(
            **columns,
            vector=np.stack([row.vector for row in repeated]),
            magnitude=np.array(magnitudes, np.float32),
            aspect=aspects,
        )
    )
