"""A shot's inspector, and cuts changed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.forms.titles import SplitForm
from catalog.htmx import PageRequest, render_part
from catalog.models import Shot
from catalog.models.productions import may_edit
from catalog.services import Refused, merge_with_previous, split_shot
from catalog.views.access import editors_post
from catalog.views.inspector import inspect

if TYPE_CHECKING:
    from django.http import HttpResponse


@require_safe
def shot_detail(request: PageRequest, title_id: int, shot_id: int) -> HttpResponse:
    """The inspector alone for htmx; the title's page with this shot otherwise."""
    shot = _visible(request, title_id, shot_id)
    if not request.htmx:
        return redirect(f"{reverse('title', args=[title_id])}?shot={shot_id}")
    context = {
        "title": shot.title,
        "may_edit": may_edit(request.user),
        **inspect(shot, request.user),
    }
    return render_part(request, "title_detail.html", context, part="inspector")


@editors_post
def split(request: PageRequest, title_id: int, shot_id: int) -> HttpResponse:
    """Set a cut inside this shot."""
    shot = _visible(request, title_id, shot_id)
    form = SplitForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say at which frame to split: a whole number.")
        return _page_of(shot)
    try:
        split_shot(shot, form.cleaned_data["frame"], user=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return _page_of(shot)


@editors_post
def merge(request: PageRequest, title_id: int, shot_id: int) -> HttpResponse:
    """Take the cut at the head of this shot away."""
    shot = _visible(request, title_id, shot_id)
    before = shot.title.shots.filter(index=shot.index - 1).first()
    try:
        merge_with_previous(shot, user=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return _page_of(before or shot)


def _page_of(shot: Shot) -> HttpResponse:
    page = reverse("title", args=[shot.title_id])
    return redirect(f"{page}?shot={shot.pk}")


def _visible(request: PageRequest, title_id: int, shot_id: int) -> Shot:
    found = Shot.objects.visible_to(request.user).select_related("title", "group")
    return get_object_or_404(found, pk=shot_id, title=title_id)
