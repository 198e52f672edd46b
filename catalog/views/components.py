"""The library of editing components: a grid, one component, and the map of all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.files import local_path
from catalog.forms.components import Card, Wanted
from catalog.htmx import PageRequest, render_part
from catalog.models import ComponentEmbedding, ComponentPlace, EditingComponent, Job
from catalog.models.productions import sees_everything
from catalog.previews import preview_key, preview_still_key
from catalog.services import ask_every_preview
from catalog.views.access import admins_post
from catalog.views.derived import Asked, FileState, state_of
from catalog.views.ranges import serve_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User
    from django.http import HttpResponse, HttpResponseBase

# A preview is drawn once: whoever has just seen it may see it for a day.
PREVIEW_SECONDS = 24 * 3600
NEAREST = 12
SIDE = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """A component's moving picture: whether it plays, and where it is asked for."""

    component: EditingComponent
    file: FileState
    part: str
    likeness: float | None = None


@require_safe
def library(request: PageRequest) -> HttpResponse:
    """The components of a class, by name or by likeness, a page at a time."""
    wanted = Wanted.of(request.GET)
    cards, more = wanted.cards()
    context = {
        "wanted": wanted,
        "tabs": wanted.tabs(),
        "previews": _previews(cards, request.user),
        "before": wanted.query(page=wanted.page - 1) if wanted.page > 1 else "",
        "after": wanted.query(page=wanted.page + 1) if more else "",
        "splits": EditingComponent.Split.choices,
        "may_render_all": sees_everything(request.user),
    }
    return render_part(request, "component_list.html", context, part="library")


@require_safe
def component(request: PageRequest, component_id: int) -> HttpResponse:
    """One component: how it looks, its settings, its other presets, what is like it."""
    shown = get_object_or_404(EditingComponent, pk=component_id)
    near = ComponentEmbedding.objects.nearest_to(shown)[:NEAREST]
    cards = [Card(row.component, 1 - row.distance) for row in near]  # type: ignore[attr-defined]  # annotated
    (preview,) = _previews([Card(shown)], request.user)
    same = EditingComponent.objects.offered().filter(
        category=shown.category, base=shown.base
    )
    context = {
        "component": shown,
        "preview": preview,
        "similar": _previews(cards, request.user),
        "presets": same.exclude(pk=shown.pk),
        "embedding": shown.embeddings.filter(version__status="active").first(),
    }
    return render(request, "component_detail.html", context)


@require_safe
def component_map(request: PageRequest) -> HttpResponse:
    """Every component as a point, near to what it is like; as a table, too."""
    wanted = Wanted.of(request.GET)
    places = ComponentPlace.objects.live()
    if wanted.category:
        places = places.filter(component__category=wanted.category)
    rows = list(places)
    context = {
        "wanted": wanted,
        "tabs": wanted.tabs(),
        "points": [
            (row.component, round(row.x * SIDE), round(row.y * SIDE)) for row in rows
        ],
        "version": rows[0].version if rows else None,
        "as_table": request.GET.get("view") == "table",
    }
    return render(request, "component_map.html", context)


@require_safe
def preview_part(request: PageRequest, component_id: int) -> HttpResponse:
    """A component's preview, or its progress, which asks again by itself."""
    shown = get_object_or_404(EditingComponent, pk=component_id)
    preview = _preview(Card(shown), _asked_for(request, shown))
    status = 200 if preview.file.ready else 202
    context = {"preview": preview}
    return render_part(
        request, "component_preview.html", context, part="preview", status=status
    )


@require_safe
def preview_video(request: PageRequest, component_id: int) -> HttpResponseBase:
    """The moving picture, where the worker has drawn it."""
    shown = get_object_or_404(EditingComponent, pk=component_id)
    key = preview_key(shown)
    return serve_key(request, key, "video/mp4", seconds=PREVIEW_SECONDS)


@require_safe
def preview_still(request: PageRequest, component_id: int) -> HttpResponseBase:
    """The frame that stands for it."""
    shown = get_object_or_404(EditingComponent, pk=component_id)
    key = preview_still_key(shown)
    return serve_key(request, key, "image/jpeg", seconds=PREVIEW_SECONDS)


@admins_post
def render_all(request: PageRequest) -> HttpResponse:
    """Have every preview drawn that is not there."""
    job = ask_every_preview(user=request.user)
    return redirect("job", job.pk)


def _previews(cards: Sequence[Card], user: User) -> list[Preview]:
    """Every card's preview; what is missing is asked for in one job for them all."""
    missing = [card for card in cards if not _is_drawn(card.component)]
    asked = FileState(ready=False)
    if missing:
        file = preview_key(missing[0].component)
        asked = state_of(file, _asked([card.component for card in cards]), user)
    return [_preview(card, asked) for card in cards]


def _asked(components: Sequence[EditingComponent]) -> Asked:
    # Of them all, not of those missing: another look at the page asks for the same.
    keys = sorted(each.pk for each in components)
    digest = hashlib.sha256(repr(keys).encode()).hexdigest()[:40]
    return Asked(
        kind=Job.Kind.PREVIEW,
        title=None,
        subject={"components": keys},
        key=f"preview:{digest}",
    )


def _preview(card: Card, asked: FileState) -> Preview:
    drawn = _is_drawn(card.component)
    file = FileState(ready=True) if drawn else FileState(ready=False, job=asked.job)
    part = reverse("component-preview", args=[card.component.pk])
    if file.job is not None:
        part += f"?job={file.job.pk}"
    return Preview(card.component, file, part, card.likeness)


def _is_drawn(component: EditingComponent) -> bool:
    return local_path(preview_key(component)).is_file()


def _asked_for(request: PageRequest, component: EditingComponent) -> FileState:
    """The job that a page has asked for it in, or one of its own."""
    word = request.GET.get("job", "")
    if not word:
        return state_of(preview_key(component), _asked([component]), request.user)
    known = word.isascii() and word.isdecimal() and len(word) < 19
    found = Job.objects.filter(kind__in=[Job.Kind.PREVIEW, Job.Kind.PREVIEWS])
    job = found.filter(pk=int(word)).first() if known else None
    if job is None:
        raise Http404("There is no such job.")
    return FileState(ready=False, job=job)
