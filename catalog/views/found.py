"""What was found to lie on a title's shots and cuts, and having suggestions learned from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from catalog.htmx import PageRequest, render_part
from catalog.models import ComponentFinding, Job, Title
from catalog.models.productions import may_edit
from catalog.services import Refused, ask_detection, ask_learning
from catalog.views.access import admins_post, editors_post

if TYPE_CHECKING:
    from django.http import HttpResponse

    from catalog.models import Shot

MOST = 500
"""Shown of one title: more is what the API is for."""


@require_safe
def title_components(request: PageRequest, title_id: int) -> HttpResponse:
    """What lies on a title's cuts and shots, in order of time; asks again while it is sought."""
    title = _visible(request, title_id)
    live = ComponentFinding.objects.live().filter(title=title)
    rows = live.laid().with_components().select_related("title", "shot")
    context = {
        "title": title,
        "findings": _placed(title, list(rows.order_by("first_frame")[:MOST])),
        "looked_at": live.count(),
        "job": title.jobs.filter(kind=Job.Kind.DETECT).order_by("-pk").first(),
        "may_edit": may_edit(request.user),
    }
    return render_part(request, "title_components.html", context, part="found")


def _placed(
    title: Title, rows: list[ComponentFinding]
) -> list[tuple[ComponentFinding, str, Shot | None]]:
    """With its time and what plays there: its shot, or the one that a cut enters."""
    cuts = [row.cut_frame for row in rows if row.cut_frame is not None]
    entered = title.shots.filter(represented=True, first_frame__in=cuts)
    by_frame = {shot.first_frame: shot for shot in entered}
    return [
        (row, title.tc(_frame(row)), row.shot or by_frame.get(_frame(row)))
        for row in rows
    ]


def _frame(row: ComponentFinding) -> int:
    return row.first_frame if row.cut_frame is None else row.cut_frame


@editors_post
def detect(request: PageRequest, title_id: int) -> HttpResponse:
    """Ask for components to be looked for in a title."""
    title = _visible(request, title_id)
    try:
        if ask_detection(title, user=request.user) is None:
            messages.error(request, "No component encoder is in use yet.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("title-components", title.pk)


@admins_post
def learn(request: PageRequest) -> HttpResponse:
    """Ask for suggestions to be learned from what titles use and people chose."""
    return redirect("job", ask_learning(user=request.user).pk)


def _visible(request: PageRequest, title_id: int) -> Title:
    return get_object_or_404(Title.objects.visible_to(request.user), pk=title_id)
