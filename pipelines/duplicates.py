"""Near-duplicate shots of a production, grouped whatever file they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db import connection, transaction

from catalog.models import DuplicateGroup, EncoderVersion, Shot
from mlcore.matching.duplicates import LookRows, find_groups
from mlcore.matching.moments import Slot, rows_columns
from pipelines.encoders import live_versions
from pipelines.rows import halves, read_rows

if TYPE_CHECKING:
    from catalog.models import Production
    from pipelines.jobs import Claim

Family = EncoderVersion.Family

# The earliest shot of a group is kept: titles in the order they were added.
LOOKS = """
    SELECT s.id, a.slot, a.frame, a.vector, c.vector
    FROM catalog_shotvector a
    JOIN catalog_shotvector c ON c.shot_id = a.shot_id AND c.slot = a.slot
         AND c.frame = a.frame AND c.version_id = %s
    JOIN catalog_shot s ON s.id = a.shot_id
    JOIN catalog_title t ON t.id = s.title_id
    WHERE a.version_id = %s AND t.production_id = %s AND s.role = 'picture'
    ORDER BY t.id, s.index, a.slot, a.frame
"""


def group_duplicates(claim: Claim) -> None:
    """Group every like shot of the title's production; the earliest stands for the rest.

    One production is grouped by one worker at a time: whoever comes last has seen all.
    """
    production = claim.title.production
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [1, production.pk])
        groups = _find(production)
        with claim.writing():
            _write(production, groups)


def _find(production: Production) -> dict[int, int]:
    """Return {shot: earliest shot of its group}, for groups of two or more."""
    live = live_versions()
    found = read_rows(
        LOOKS, [live[Family.COLOUR].pk, live[Family.APPEARANCE].pk, production.pk]
    )
    if not found:
        return {}
    shots = list(dict.fromkeys(row[0] for row in found))
    place = {shot: at for at, shot in enumerate(shots)}
    rows = LookRows(
        **rows_columns(
            [place[row[0]] for row in found],
            [Slot[row[1].upper()] for row in found],
            [row[2] for row in found],
        ),
        appearance=np.stack([halves(row[3]) for row in found]),
        colours=np.stack([halves(row[4]) for row in found]),
    )
    first = find_groups(rows, len(shots))
    many = np.bincount(first, minlength=len(shots)) > 1
    return {shots[at]: shots[f] for at, f in enumerate(first.tolist()) if many[f]}


def _write(production: Production, groups: dict[int, int]) -> None:
    """Make the rows say these groups; the group of an earliest shot keeps its number."""
    in_production = Shot.objects.filter(title__production=production)
    now = dict(in_production.filter(group__isnull=False).values_list("pk", "group_id"))
    rows: dict[int, int] = {}
    for first in dict.fromkeys(groups.values()):
        kept = now.get(first)
        if kept is None or kept in rows.values():
            kept = DuplicateGroup.objects.create(production=production).pk
        rows[first] = kept
    changed = [
        Shot(pk=shot, group_id=rows.get(groups.get(shot, 0)))
        for shot in {*now, *groups}
        if now.get(shot) != rows.get(groups.get(shot, 0))
    ]
    Shot.objects.bulk_update(changed, ["group"], batch_size=1000)
    production.duplicate_groups.filter(shots__isnull=True).delete()
