"""Either side of cuts, as a recommender measures them: from rows that shots have anyhow."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from catalog.models import EncoderVersion, Shot
from mlcore.components.suggesting.measures import Side
from pipelines.encoders import live_versions
from pipelines.rows import halves, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

Family = EncoderVersion.Family
FLOW, LIGHT, SOUND = Family.FLOW, "light", "sound"

VECTORS = """
    SELECT shot_id, frame, vector, magnitude FROM catalog_shotvector
    WHERE version_id = %s AND shot_id = ANY(%s)
"""
# The largest subject of each moment, whole.
SUBJECTS = """
    SELECT shot_id, frame, max(area) FROM catalog_shotmask
    WHERE version_id = %s AND shot_id = ANY(%s) AND variant = 0 GROUP BY shot_id, frame
"""


class Row(NamedTuple):
    """What was kept of one frame."""

    frame: int
    vector: NDArray[np.float32] | None
    number: float | None
    """Speed, loudness, or share of the picture"""


Rows = dict[int, list[Row]]


class Sides:
    """Sides at any frame of some shots, read in five queries."""

    def __init__(self, shots: Iterable[Shot]) -> None:
        self._shots = {shot.pk: shot for shot in shots}
        keys, live = list(self._shots), live_versions()
        self._rows = {
            family: _vectors(live, family, keys)
            for family in (FLOW, LIGHT, SOUND, Family.APPEARANCE)
        }
        self._subjects: Rows = defaultdict(list)
        for shot, frame, area in read_rows(SUBJECTS, [live[Family.MASK].pk, keys]):
            self._subjects[shot].append(Row(frame, None, area))

    def at(self, shot: int, frame: int) -> Side:
        """Return the side of a cut at a frame of a shot, by the moments nearest to it."""
        camera, light, sound, look = (
            _nearest(rows.get(shot), frame) for rows in self._rows.values()
        )
        row = self._shots[shot]
        return Side(
            camera=camera and camera.vector,
            speed=(camera and camera.number) or 0.0,
            light=light and light.vector,
            loudness=sound and sound.number,
            look=look and look.vector,
            subject=self._subject(shot, look.frame if look else frame),
            seconds=max(row.seconds, 0.04),
            observed=look is not None,
        )

    def _subject(self, shot: int, frame: int) -> float | None:
        """Of the very moment: no row there means that nobody was."""
        for row in self._subjects.get(shot, ()):
            if row.frame == frame:
                return row.number
        return None


def _vectors(live: Mapping[str, EncoderVersion], family: str, shots: list[int]) -> Rows:
    found: Rows = defaultdict(list)
    for shot, frame, vector, number in read_rows(VECTORS, [live[family].pk, shots]):
        found[shot].append(Row(frame, halves(vector), number))
    return found


def _nearest(rows: list[Row] | None, frame: int) -> Row | None:
    return min(rows, key=lambda row: abs(row.frame - frame)) if rows else None
