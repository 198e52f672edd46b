"""The rows of components follow what mlcore draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from catalog.models import EditingComponent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mlcore.components.component import Component

# Of the table, one UPDATE or INSERT each.
AT_ONCE = 500
FOLLOWS = ["category", "base", "preset", "settings", "label", "split", "offered"]


class Listed(NamedTuple):
    """What listing has changed."""

    offered: int
    added: int
    withdrawn: int
    """No longer drawn: not offered, and kept for what people made with them."""


@transaction.atomic
def list_components(
    components: Iterable[Component], unseen: Collection[str] = ()
) -> Listed:
    """Write a row for each component, whatever was there; safe to repeat.

    `unseen` names the bases, as category/base, whose components no encoder trains on.
    Rows of components that are not among them stay, no longer offered.
    """
    rows = [_row(component, unseen) for component in components]
    known = set(EditingComponent.objects.values_list("key", flat=True))
    EditingComponent.objects.bulk_create(
        rows,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=FOLLOWS,
    )
    there = {row.key for row in rows}
    gone = EditingComponent.objects.offered().exclude(key__in=there)
    withdrawn = gone.update(offered=False)
    return Listed(len(there), len(there - known), withdrawn)


def _row(component: Component, unseen: Collection[str]) -> EditingComponent:
    kept_out = f"{component.category}/{component.base}" in unseen
    split = EditingComponent.Split
    return EditingComponent(
        key=component.key,
        category=component.category,
        base=component.base,
        preset=component.preset,
        settings=dict(component.settings),
        label=label_of(component),
        split=split.UNSEEN if kept_out else split.TRAIN,
        offered=True,
    )


def label_of(component: Component) -> str:
    """What pages call it: Cross dissolve, and Cross dissolve 2 for its second preset."""
    words = component.base[:1].upper() + component.base[1:]
    return words if component.preset == 0 else f"{words} {component.preset + 1}"
