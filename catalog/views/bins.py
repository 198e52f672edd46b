"""Bins: what people keep, in their own order, with notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.htmx import PageRequest, render_part
from catalog.matchcuts import cut_of_item
from catalog.models import Bin, BinItem, MatchCandidate, Production
from catalog.models.productions import may_edit
from catalog.services import (
    Refused,
    drop_item,
    make_bin,
    move_item,
    put_back,
    rename_bin,
    set_note,
)
from catalog.views.access import editors_post
from catalog.views.nudges import LARGEST

if TYPE_CHECKING:
    from django.http import HttpResponse

# Dropped items of one session, the last of which can be put back.
DROPPED, REMEMBERED = "dropped_items", 20
FACES = 4


@require_safe
def bin_list(request: PageRequest) -> HttpResponse:
    """Every bin the user may see, with its first cuts."""
    user = request.user
    found = Bin.objects.visible_to(user).last_used_first(user)
    shown = BinItem.objects.visible_to(user).with_titles()
    bins = [
        (each, shown.filter(bin=each)[:FACES], shown.filter(bin=each).count())
        for each in found.select_related("production", "made_by")
    ]
    context = {
        "bins": bins,
        "productions": Production.objects.visible_to(user),
        "may_edit": may_edit(user),
    }
    return render(request, "bin_list.html", context)


@editors_post
def bin_add(request: PageRequest) -> HttpResponse:
    """Make an empty bin."""
    mine = Production.objects.visible_to(request.user)
    word = request.POST.get("production", "")
    # -1 is no production: what is no number finds none.
    key = _number(word)
    named = mine.filter(pk=-1 if key is None else key)
    chosen = named.first() if word else mine.first()
    if chosen is None:
        messages.error(request, "A bin belongs to a production of yours: choose one.")
        return redirect("bins")
    try:
        made = make_bin(chosen, request.POST.get("name", ""), user=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("bins")
    return redirect(made)


@require_safe
def bin_detail(request: PageRequest, bin_id: int) -> HttpResponse:
    """A bin's cuts in order; only those of which both titles may be seen."""
    return _page(request, _bin(request, bin_id))


@editors_post
def bin_rename(request: PageRequest, bin_id: int) -> HttpResponse:
    """Call a bin otherwise."""
    renamed = _bin(request, bin_id)
    try:
        rename_bin(renamed, request.POST.get("name", ""))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(renamed)


@editors_post
def item_move(request: PageRequest, item_id: int) -> HttpResponse:
    """Give an item the place of another: from 1, or that of a row shown."""
    item = _item(request, item_id)
    place = _number(request.POST.get("place", ""))
    if place is None:
        messages.error(request, "Say to which place: a whole number.")
    else:
        move_item(item, place)
    return _after(request, item.bin)


@editors_post
def item_note(request: PageRequest, item_id: int) -> HttpResponse:
    """Write down what there is to say of an item."""
    item = _item(request, item_id)
    set_note(item, request.POST.get("note", ""))
    if request.htmx:
        return render(request, "bin_detail.html#noted", {"item": item})
    return redirect(item.bin)


@editors_post
def item_drop(request: PageRequest, item_id: int) -> HttpResponse:
    """Take an item out of its bin; this session can put it back."""
    item = _item(request, item_id)
    columns = drop_item(item)
    columns["made_at"] = columns["made_at"].isoformat()
    kept = request.session.get(DROPPED, [])
    request.session[DROPPED] = [*kept, columns][-REMEMBERED:]
    return _after(request, item.bin)


@editors_post
def bin_put_back(request: PageRequest, bin_id: int) -> HttpResponse:
    """Put back what this session dropped last out of this bin."""
    kept_in = _bin(request, bin_id)
    dropped = request.session.get(DROPPED, [])
    mine = [columns for columns in dropped if columns["bin_id"] == bin_id]
    if not mine:
        messages.error(request, "Nothing to put back.")
        return _after(request, kept_in)
    try:
        put_back(mine[-1])
    except Refused as refused:
        messages.error(request, str(refused))
    dropped.remove(mine[-1])
    request.session[DROPPED] = dropped
    return _after(request, kept_in)


@require_safe
def item_pair(request: PageRequest, item_id: int) -> HttpResponse:
    """The pair that an item was kept from, at the frames it was kept with."""
    item = _item(request, item_id)
    live = MatchCandidate.objects.live().visible_to(request.user)
    candidate = live.kept_as(item).first()
    if candidate is None:
        messages.error(request, "The board has no such pair any more; the cut stays.")
        return redirect(item.bin)
    page = reverse("pair", args=[candidate.pk])
    return redirect(f"{page}?out={item.leaving_frame}&in={item.entering_frame}")


def _page(request: PageRequest, shown: Bin) -> HttpResponse:
    found = BinItem.objects.visible_to(request.user).filter(bin=shown).with_titles()
    items = list(found)
    places = [item.place for item in items]
    rows = (
        [
            {
                "item": item,
                "cut": cut_of_item(item),
                "up": before,
                "down": after,
            }
            for item, before, after in zip(
                items, [None, *places[:-1]], [*places[1:], None], strict=True
            )
        ]
        if items
        else []
    )
    context: dict[str, Any] = {
        "bin": shown,
        "rows": rows,
        "may_edit": may_edit(request.user),
        "may_put_back": any(
            columns["bin_id"] == shown.pk
            for columns in request.session.get(DROPPED, [])
        ),
    }
    return render_part(request, "bin_detail.html", context, part="items")


def _after(request: PageRequest, changed: Bin) -> HttpResponse:
    return _page(request, changed) if request.htmx else redirect(changed)


def _bin(request: PageRequest, bin_id: int) -> Bin:
    found = Bin.objects.visible_to(request.user).select_related("production", "made_by")
    return get_object_or_404(found, pk=bin_id)


def _item(request: PageRequest, item_id: int) -> BinItem:
    found = BinItem.objects.visible_to(request.user).with_titles()
    return get_object_or_404(found, pk=item_id)


def _number(word: str) -> int | None:
    fine = word.isascii() and word.isdecimal()
    return min(int(word[:12]), LARGEST) if fine else None
