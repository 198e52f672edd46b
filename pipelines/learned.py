"""The learned space from looks that are kept: no picture is looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction

from catalog.models import EncoderVersion, Shot, Title
from mlcore.matching.kinds import Kind, LearnedKind
from pipelines.kinds import VECTOR_COLUMNS
from pipelines.rows import copy_rows, halves, read_rows, text

if TYPE_CHECKING:
    from collections.abc import Iterable

PIECE = 2000
ENDS = ["head", "tail"]

LACKING = """
    SELECT a.shot_id, a.title_id, a.slot, a.frame, a.vector
    FROM catalog_shotvector a JOIN catalog_shot s ON s.id = a.shot_id
    WHERE a.version_id = %s AND a.title_id = %s AND a.slot = ANY(%s) AND s.role = %s
      AND NOT EXISTS (
        SELECT FROM catalog_shotvector b WHERE b.version_id = %s
          AND b.shot_id = a.shot_id AND b.slot = a.slot AND b.frame = a.frame)
"""


def fill_learned(kind: Kind[Any], version: EncoderVersion, title: Title) -> int:
    """Write a title's missing rows of a learned version beside those of others.

    Returns how many. Other kinds' rows are made by looking, and are left as they are.
    """
    if not isinstance(kind, LearnedKind):
        return 0
    looks = EncoderVersion.objects.active(EncoderVersion.Family.APPEARANCE)
    where = [looks.pk, title.pk, ENDS, Shot.Role.PICTURE, version.pk]
    with transaction.atomic():
        # Two searches of one title would both write them.
        Title.objects.select_for_update().get(pk=title.pk)
        found = read_rows(LACKING, where)
        copy_rows("catalog_shotvector", VECTOR_COLUMNS, _rows(kind, version, found))
    return len(found)


def _rows(
    kind: LearnedKind, version: EncoderVersion, found: list[tuple[Any, ...]]
) -> Iterable[tuple[Any, ...]]:
    for at in range(0, len(found), PIECE):
        piece = found[at : at + PIECE]
        moved = kind.project(np.stack([halves(row[4]) for row in piece]))
        for (shot, title, slot, frame, _), vector in zip(piece, moved, strict=True):
            yield (shot, title, version.pk, slot, frame, text(vector), None)
