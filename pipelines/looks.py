"""Appearance and colours of many shots, as rows that are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from catalog.models import EncoderVersion
from mlcore.matching.appearance import APPEARANCE_DIMS
from mlcore.matching.colour import LOOK_DIMS
from mlcore.matching.duplicates import LookRows
from mlcore.matching.moments import Slot, rows_columns
from pipelines.encoders import live_versions
from pipelines.rows import halves, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

Family = EncoderVersion.Family

LOOKS = """
    SELECT a.shot_id, a.slot, a.frame, a.vector, c.vector
    FROM catalog_shotvector a
    JOIN catalog_shotvector c ON c.shot_id = a.shot_id AND c.slot = a.slot
         AND c.frame = a.frame AND c.version_id = %s
    WHERE a.version_id = %s AND a.shot_id = ANY(%s)
    ORDER BY a.shot_id, a.slot, a.frame
"""


def read_looks(shots: Sequence[int]) -> LookRows:
    """Read how shots look; row i speaks of the shot with that place in `shots`."""
    live = live_versions()
    versions = [live[Family.COLOUR].pk, live[Family.APPEARANCE].pk]
    found = read_rows(LOOKS, [*versions, list(shots)])
    place = {shot: at for at, shot in enumerate(shots)}
    appearance = np.zeros((len(found), APPEARANCE_DIMS), np.float32)
    colours = np.zeros((len(found), LOOK_DIMS), np.float32)
    for at, row in enumerate(found):
        appearance[at], colours[at] = halves(row[3]), halves(row[4])
    return LookRows(
        **rows_columns(
            [place[row[0]] for row in found],
            [Slot[row[1].upper()] for row in found],
            [row[2] for row in found],
        ),
        appearance=appearance,
        colours=colours,
    )
