from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from catalog.models import Bin, BinItem, Production
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from catalog.matchcuts import MatchCut


def make_bin(production: Production, name: str, *, user: User | None) -> Bin:
    """Make an empty bin. Raises Refused for an empty name or one that is taken."""
    name = _name(name)
    try:
        with transaction.atomic():
            return Bin.objects.create(production=production, name=name, made_by=user)
    except IntegrityError:
        raise Refused(f"{production} already has a bin called {name}.") from None


def rename_bin(renamed: Bin, name: str) -> None:
    """Call a bin otherwise. Raises Refused for an empty name or one that is taken."""
    name = _name(name)
    try:
        with transaction.atomic():
            Bin.objects.filter(pk=renamed.pk).update(name=name)
    except IntegrityError:
        production = renamed.production
        raise Refused(f"{production} already has a bin called {name}.") from None
    renamed.name = name


def _name(words: str) -> str:
    name = words.replace("\x00", "").strip()[:200]
    if not name:
        raise Refused("A bin needs a name.")
    return name


def moved_to(
    cut: MatchCut, *, leaving_frame: int | None, entering_frame: int | None
) -> MatchCut:
    """The cut at other frames of the same shots, as a person has nudged it.

    Raises Refused when a frame is not inside its shot.
    """
    try:
        leaving = replace(
            cut.leaving,
            frame=cut.leaving.frame if leaving_frame is None else leaving_frame,
        )
        entering = replace(
            cut.entering,
            frame=cut.entering.frame if entering_frame is None else entering_frame,
        )
    except ValueError as error:
        raise Refused(str(error)) from None
    return replace(cut, leaving=leaving, entering=entering)


@transaction.atomic
def keep_in_bin(
    kept_in: Bin, cut: MatchCut, *, user: User | None, note: str = ""
) -> BinItem:
    """Put a cut at the end of a bin; one that is there with the same frames is returned."""
    Bin.objects.select_for_update().get(pk=kept_in.pk)
    where = {
        "kind": cut.kind,
        "leaving_title": cut.leaving.title,
        "leaving_frame": cut.leaving.frame,
        "entering_title": cut.entering.title,
        "entering_frame": cut.entering.frame,
    }
    there = kept_in.items.filter(**where).first()
    if there is not None:
        return there
    last = kept_in.items.aggregate(last=Max("place"))["last"] or 0
    return BinItem.objects.create(
        bin=kept_in,
        place=last + 1,
        leaving_first=cut.leaving.first_frame,
        leaving_end=cut.leaving.end_frame,
        entering_first=cut.entering.first_frame,
        entering_end=cut.entering.end_frame,
        score=cut.score,
        parts=cut.parts,
        transform=cut.transform,
        note=note or cut.note,
        made_by=user,
        **where,
    )


@transaction.atomic
def move_item(item: BinItem, place: int) -> None:
    """Give an item another place, from 1; the others keep their order."""
    Bin.objects.select_for_update().get(pk=item.bin_id)
    order = list(item.bin.items.exclude(pk=item.pk).values_list("pk", flat=True))
    order.insert(min(max(place, 1), len(order) + 1) - 1, item.pk)
    for number, key in enumerate(order, start=1):
        BinItem.objects.filter(pk=key).update(place=number)


@transaction.atomic
def drop_item(item: BinItem) -> dict[str, Any]:
    """Take an item out of its bin; returns its columns, with which it can be put back."""
    Bin.objects.select_for_update().get(pk=item.bin_id)
    columns = {
        field.attname: getattr(item, field.attname)
        for field in BinItem._meta.concrete_fields  # noqa: SLF001  Django's public API
        if not field.primary_key
    }
    item.delete()
    item.bin.items.filter(place__gt=columns["place"]).update(place=F("place") - 1)
    return columns
