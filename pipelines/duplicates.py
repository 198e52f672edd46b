"""Near-duplicate shots of a production, grouped whatever file they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db import connection, transaction

from catalog.models import DuplicateGroup, Shot
from mlcore.matching.duplicates import find_groups
from pipelines.looks import read_looks

if TYPE_CHECKING:
    from catalog.models import Production
    from pipelines.jobs import Claim


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
    pictures = Shot.objects.pictures().filter(title__production=production)
    # The earliest shot of a group is kept: titles in the order they were added.
    shots = list(pictures.order_by("title_id", "index").values_list("pk", flat=True))
    first = find_groups(read_looks(shots), len(shots))
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
