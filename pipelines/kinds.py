"""Kept representations of shots, as the kinds of match read and write them."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.models import Title
from mlcore.matching.bits import to_words
from mlcore.matching.kinds import KINDS, Index, Kind
from mlcore.matching.masks import to_bit_string
from mlcore.matching.moments import RowsColumns, Slot, rows_columns
from mlcore.matching.stored import MaskRow, StoredMasks, StoredRow, StoredVectors
from pipelines.rows import bits, halves, read_rows, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from catalog.models import EncoderVersion
    from pipelines.moments import Moment

Row = tuple[Any, ...]

MASK_COLUMNS = [
    "shot_id", "title_id", "version_id", "slot", "frame", "subject", "confidence", "area",
    "placed", "centred", "instance", "variant", "x", "y", "size",
]  # fmt: skip
VECTOR_COLUMNS = [
    *("shot_id", "title_id", "version_id", "slot", "frame", "vector", "magnitude"),
]

MASKS = """
    SELECT shot_id, title_id, slot, frame, placed, centred, subject, x, y, size,
           instance, variant
    FROM catalog_shotmask WHERE version_id = %s AND shot_id = ANY(%s)
"""
VECTORS = """
    SELECT shot_id, title_id, slot, frame, vector, magnitude
    FROM catalog_shotvector WHERE version_id = %s AND shot_id = ANY(%s)
"""


def stored_row(moment: Moment, version: EncoderVersion, row: StoredRow) -> Row:
    """Return a row as COPY wants it: of MASK_COLUMNS or of VECTOR_COLUMNS."""
    at = (moment.shot.pk, moment.shot.title_id, version.pk, moment.slot, moment.frame)
    if isinstance(row, MaskRow):
        seen = (row.subject, row.confidence, row.area)
        shapes = (to_bit_string(row.placed), to_bit_string(row.centred))
        return (*at, *seen, *shapes, row.instance, row.variant, *row.where)
    return (*at, text(row.vector), row.magnitude)


def read_kind(kind: Kind[Any], version: EncoderVersion, shots: Sequence[int]) -> Any:
    """Return the kind's rows of these shots, sorted; row i speaks of shots[shot[i]]."""
    stored = (
        _read_masks(version.pk, shots)
        if kind.index is Index.MASKS
        else _read_vectors(version.pk, shots)
    )
    return kind.rows(stored.sorted())


def kind_named(name: str) -> Kind[Any]:
    """Return a kind by its word. Raises ValueError that names those there are."""
    if name not in KINDS:
        raise ValueError(f"There is no kind {name!r}; there are {', '.join(KINDS)}.")
    return KINDS[name]


def formulas() -> dict[str, str]:
    """How each kind makes a score of its parts: its docstring's first paragraph."""
    return {name: _first_paragraph(kind) for name, kind in KINDS.items()}


def _first_paragraph(kind: Kind[Any]) -> str:
    lines = cleandoc(type(kind).__doc__ or "").partition("\n\n")[0]
    return " ".join(lines.split())


def _read_masks(version: int, shots: Sequence[int]) -> StoredMasks:
    found = read_rows(MASKS, [version, list(shots)])
    return StoredMasks(
        **_columns(found, shots),
        placed=to_words([bits(row[4]) for row in found]),
        centred=to_words([bits(row[5]) for row in found]),
        person=np.array([row[6] == "person" for row in found], np.bool_),
        where=np.array([row[7:10] for row in found], np.float32).reshape(-1, 3),
        aspect=_aspects(found),
        instance=np.array([row[10] for row in found], np.uint8),
        variant=np.array([row[11] for row in found], np.uint8),
    )


def _read_vectors(version: int, shots: Sequence[int]) -> StoredVectors:
    found = read_rows(VECTORS, [version, list(shots)])
    vectors = [halves(row[4]) for row in found]
    speeds = [np.nan if row[5] is None else row[5] for row in found]
    return StoredVectors(
        **_columns(found, shots),
        vector=np.stack(vectors) if found else np.zeros((0, 0), np.float32),
        magnitude=np.array(speeds, np.float32),
        aspect=_aspects(found),
    )


def _columns(found: list[Row], shots: Sequence[int]) -> RowsColumns:
    place = {shot: at for at, shot in enumerate(shots)}
    return rows_columns(
        [place[row[0]] for row in found],
        [Slot[row[2].upper()] for row in found],
        [row[3] for row in found],
    )


def _aspects(found: list[Row]) -> NDArray[np.float32]:
    titles = Title.objects.in_bulk({row[1] for row in found})
    aspects = {key: title.picture_aspect for key, title in titles.items()}
    return np.array([aspects[row[1]] for row in found], np.float32)
