"""What a ranking looks at in pairs of shots: their score's parts, times and looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from catalog.models import EncoderVersion, Shot
from mlcore.matching.appearance import APPEARANCE_DIMS
from mlcore.matching.moments import Slot
from mlcore.matching.ranking.pairfeatures import (
    CLIP,
    PairFeatures,
    part_columns,
    time_columns,
)
from pipelines.rows import halves, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mlcore.matching.pairs import Candidates

    Floats = NDArray[np.float64]
    Looks = NDArray[np.float32]

LOOKS = """
    SELECT shot_id, slot, frame, vector FROM catalog_shotvector
    WHERE version_id = %s AND shot_id = ANY(%s)
"""


class PairLooker:
    """Gathers features of pairs among some shots; candidates name shots by their place."""

    def __init__(
        self, shots: Sequence[Shot], *, looks: bool, clips: Sequence[str] = ()
    ) -> None:
        """Read what is needed of the shots.

        `looks`: their appearance too; `clips`: the clip encoders' columns that are wanted.
        """
        self._titles = np.array([shot.title_id for shot in shots], np.int64)
        self._index = np.array([shot.index for shot in shots], np.float64)
        rates = np.array([float(shot.title.rate) for shot in shots], np.float64)
        spans = np.array([(shot.first_frame, shot.end_frame) for shot in shots])
        self._start, self._end = spans.reshape(-1, 2).T / rates
        self._vectors, self._place = _read_looks(shots) if looks else (_NONE, {})
        self._clips = {name: _read_ends(name, shots) for name in clips}

    def features(self, found: Candidates) -> PairFeatures:
        """Return the features of candidates, in their order."""
        columns = {
            "score": np.asarray(found.score, np.float64),
            **part_columns(found.parts),
            **self._times(found),
            **{name: _cosines(ends, found) for name, ends in self._clips.items()},
        }
        return PairFeatures(
            names=tuple(columns),
            plain=np.column_stack(list(columns.values())),
            leaving=self._looks(found.leaving, found.leaving_slot, found.leaving_frame),
            entering=self._looks(
                found.entering, found.entering_slot, found.entering_frame
            ),
        )

    def _times(self, found: Candidates) -> dict[str, Floats]:
        a, b = found.leaving, found.entering
        same = self._titles[a] == self._titles[b]
        apart = np.maximum(self._start[b] - self._end[a], self._start[a] - self._end[b])
        return {
            **time_columns(
                self._end[a] - self._start[a],
                self._end[b] - self._start[b],
                np.where(same, apart, 0.0),
                np.where(same, self._index[b] - self._index[a], 0.0),
            ),
            "same_title": same.astype(np.float64),
        }

    def _looks(
        self,
        shots: NDArray[np.int64],
        slots: NDArray[np.uint8],
        frames: NDArray[np.int64],
    ) -> Looks:
        if not self._place:
            return np.zeros((len(shots), 0), np.float32)
        at = zip(shots.tolist(), slots.tolist(), frames.tolist(), strict=True)
        # The last row is one of gaps: a frame that nobody looked at.
        return self._vectors[[self._place.get(key, -1) for key in at]]


_NONE = np.zeros((0, 0), np.float32)


def clip_column(version: EncoderVersion) -> str:
    """The name of what a version of the clip encoder says of a pair."""
    return f"{CLIP}{version.pk}"


def clip_columns(names: Sequence[str]) -> list[str]:
    """Which of the columns that a ranking looks at are those of clip encoders."""
    return [name for name in names if name.startswith(CLIP)]


def _read_ends(name: str, shots: Sequence[Shot]) -> dict[tuple[int, str], Looks]:
    """Vectors of clips by the place of the shot and which end of it."""
    place = {shot.pk: at for at, shot in enumerate(shots)}
    version = int(name.removeprefix(CLIP))
    return {
        (place[shot], slot): halves(vector)
        for shot, slot, _, vector in read_rows(LOOKS, [version, list(place)])
    }


def _cosines(ends: dict[tuple[int, str], Looks], found: Candidates) -> Floats:
    """(n,) of the last clip of one shot and the first of the other; NaN without them."""
    said = np.full(len(found), np.nan)
    pairs = zip(found.leaving.tolist(), found.entering.tolist(), strict=True)
    for at, (a, b) in enumerate(pairs):
        one, two = ends.get((a, "tail")), ends.get((b, "head"))
        if one is not None and two is not None:
            length = float(np.linalg.norm(one) * np.linalg.norm(two))
            said[at] = float(one @ two) / max(length, 1e-12)
    return said


def _read_looks(
    shots: Sequence[Shot],
) -> tuple[Looks, dict[tuple[int, int, int], int]]:
    version = EncoderVersion.objects.active(EncoderVersion.Family.APPEARANCE)
    keys = [shot.pk for shot in shots]
    found = read_rows(LOOKS, [version.pk, keys])
    place = {key: at for at, key in enumerate(keys)}
    vectors = np.full((len(found) + 1, APPEARANCE_DIMS), np.nan, np.float32)
    where: dict[tuple[int, int, int], int] = {}
    for row, (shot, slot, frame, vector) in enumerate(found):
        vectors[row] = halves(vector)
        where[place[shot], int(Slot[slot.upper()]), frame] = row
    return vectors, where
