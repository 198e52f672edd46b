"""Titles: the list, one title with its shots, and adding more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from catalog.forms.titles import AddTitleForm
from catalog.htmx import PageRequest, render_part
from catalog.models import EditJob, Job, Shot, Title
from catalog.models.productions import may_edit
from catalog.services import (
    Refused,
    add_from,
    add_job,
    add_upload,
    carried_to,
    default_production,
    keep_look,
)
from catalog.views.access import editors_only, editors_post
from catalog.views.inspector import inspect
from catalog.views.sources import source_rows
from catalog.views.strips import strip_of

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase


@require_safe
def title_list(request: PageRequest) -> HttpResponse:
    """Every title the user may see, newest first; asks again for those worked on."""
    shown = Title.objects.visible_to(request.user).with_counts()
    if request.htmx:
        # Also those found meanwhile to be twins, which the list leaves out.
        shown = shown.filter(pk__in=_keys(request.GET.get("live", "")))
    else:
        shown = shown.listed()
    titles = list(shown.prefetch_related("source__locations", _jobs_at_work()))
    context = {
        "titles": titles,
        "working": ",".join(str(title.pk) for title in titles if title.is_running),
        "swap": bool(request.htmx),
        "may_edit": may_edit(request.user),
    }
    return render_part(request, "title_list.html", context, part="live")


def _keys(listed: str) -> list[int]:
    return [
        int(word) for word in listed.split(",") if word.isdecimal() and len(word) < 19
    ]


def _jobs_at_work() -> Prefetch[str]:
    return Prefetch("jobs", Job.objects.about_titles().unfinished(), to_attr="at_work")


@require_safe
def title_detail(request: PageRequest, title_id: int) -> HttpResponse:
    """One title: player, shots, the shot looked at; for htmx its state alone."""
    title = _visible(request, title_id)
    progress = _progress(request, title)
    if request.htmx and progress["fresh"] and not progress["working"]:
        # What was waited for is there: the page has more to show than its status.
        return HttpResponseClientRefresh()
    context = {"title": title, "may_edit": may_edit(request.user), **progress}
    if not request.htmx:
        visible = EditJob.objects.visible_to(request.user).with_rows()
        context |= _around(request, title) | {
            "carried": carried_to(title),
            "origin": visible.filter(accepted=title).first(),
            "taken_in": visible.filter(title=title, accepted__isnull=False),
        }
    return render_part(request, "title_detail.html", context, part="status")


def _around(request: PageRequest, title: Title) -> dict[str, Any]:
    shots = _shots(title)
    wanted = request.GET.get("shot", "")
    first = shots[0] if shots else None
    chosen = next((shot for shot in shots if str(shot.pk) == wanted), first)
    looked_at = inspect(chosen, request.user) if chosen else {}
    return {"shots": strip_of(shots), "source": source_rows(title), **looked_at}


def _shots(title: Title) -> list[Shot]:
    shots = list(title.shots.order_by("index"))
    for shot in shots:
        shot.title = title
    return shots


def _progress(request: PageRequest, title: Title) -> dict[str, Any]:
    last = title.jobs.about_titles().order_by("-pk").first()
    working = last is not None and not last.is_over
    twins = Title.objects.visible_to(request.user).filter(twins=title)
    return {
        "job": last,
        "working": working,
        "ended": bool(request.htmx) and not working,
        # The page was drawn before there were shots: it has more to show at the end.
        "fresh": "fresh" in request.GET or not title.shots.exists(),
        "twin": twins.first(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def add(request: PageRequest) -> HttpResponseBase:
    """Add a file or folder of this server, or an upload."""
    form = AddTitleForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _added(request, form)
        except Refused as refused:
            form.add_error(None, str(refused))
    status = 422 if form.errors else 200
    context = {"form": form, "roots": settings.IMPORT_ROOTS, "may_edit": True}
    return render(request, "title_add.html", context, status=status)


@transaction.atomic
def _added(request: PageRequest, form: AddTitleForm) -> HttpResponse:
    given = form.cleaned_data
    production = given["production"] or default_production()
    look = given["look"]
    if given["cube"]:
        cube = given["cube"]
        name = Path(cube.name).stem
        look = keep_look(cube.read(), name, production, user=request.user)
    if given["upload"]:
        title, _ = add_upload(
            given["upload"],
            production,
            user=request.user,
            kind=given["kind"],
            supersedes=given["supersedes"],
            look=look,
        )
        return redirect(title)
    titles = add_from(
        Path(given["path"]),
        production,
        user=request.user,
        kind=given["kind"],
        supersedes=given["supersedes"],
        look=look,
    )
    if len(titles) == 1:
        return redirect(titles[0])
    messages.success(request, f"{len(titles)} files were added.")
    return redirect("titles")


@editors_post
def redetect(request: PageRequest, title_id: int) -> HttpResponse:
    """Ask for a title's cuts to be found again."""
    return _ask(request, title_id, Job.Kind.REDETECT)


@editors_post
def rematch(request: PageRequest, title_id: int) -> HttpResponse:
    """Ask for a title's matches to be found again."""
    return _ask(request, title_id, Job.Kind.REMATCH)


def _ask(request: PageRequest, title_id: int, kind: str) -> HttpResponse:
    title = _visible(request, title_id)
    add_job(kind, title, asked_by=request.user)
    return redirect(title)


def _visible(request: PageRequest, title_id: int) -> Title:
    found = Title.objects.visible_to(request.user).select_related(
        "production", "source"
    )
    return get_object_or_404(found.with_counts(), pk=title_id)
