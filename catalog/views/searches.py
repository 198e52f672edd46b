"""The search page: by a shot, a picture or a drawn shape; and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalog.forms.search import SHOT, SearchForm
from catalog.htmx import PageRequest, render_part
from catalog.models import EncoderVersion, Job, Shot, Title

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpResponse


@dataclass(frozen=True, slots=True)
class Found:
    """One shot that was found; `shot` is None when its title has new shots since."""

    rank: int
    score: float
    parts: dict[str, float]
    title: Title
    shot: Shot | None
    index: int
    frame: int
    tc: str


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: PageRequest) -> HttpResponse:
    """Ask for a search. Looking changes nothing, so viewers may."""
    if request.method == "POST":
        form = SearchForm(request.POST, request.FILES, user=request.user)
        job = form.ask() if form.is_valid() else None
        if job is not None:
            return redirect("search-found", job.pk)
        return _page(request, form, status=422)
    return _page(request, SearchForm(user=request.user, initial=_given(request)))


def _given(request: PageRequest) -> dict[str, Any]:
    wanted = {name: request.GET.get(name, "") for name in ("by", "kind", "shot")}
    given = {name: value for name, value in wanted.items() if value}
    return {"by": SHOT, **given}


def _page(request: PageRequest, form: SearchForm, *, status: int = 200) -> HttpResponse:
    shot = _shot_of(form)
    searches = Job.objects.filter(kind=Job.Kind.SEARCH, asked_by=request.user)
    context = {
        "form": form,
        "shot": shot,
        "frame": shot.first_frame + shot.frames // 2 if shot else 0,
        "shape": mask_of(shot) if shot else "",
        "searches": searches[:10],
    }
    return render(request, "search.html", context, status=status)


def _shot_of(form: SearchForm) -> Shot | None:
    key = str(form["shot"].value() or "")
    if not key.isdecimal() or len(key) > 18:
        return None
    found = Shot.objects.visible_to(form.user).select_related("title")
    return found.filter(pk=int(key)).first()


def mask_of(shot: Shot) -> str:
    """The largest silhouette the live encoder saw in a shot, as 1,024 hex digits."""
    live = EncoderVersion.objects.actives().filter(family=EncoderVersion.Family.MASK)
    mask = shot.masks.filter(version__in=live).order_by("instance", "-area").first()
    return f"{int(str(mask.placed), 2):01024x}" if mask else ""


@require_safe
def found(request: PageRequest, job_id: int) -> HttpResponse:
    """What one's own search has found; asks again by itself while it runs."""
    job = get_object_or_404(Job, pk=job_id, kind=Job.Kind.SEARCH, asked_by=request.user)
    rows = found_shots(job, request.user)
    context = {"job": job, "rows": rows, "working": not job.is_over}
    return render_part(request, "search_found.html", context, part="found")


def found_shots(job: Job, user: User) -> list[Found]:
    """The shots of a search's result that its asker may still see."""
    rows = job.result.get("shots", [])
    titles = Title.objects.visible_to(user).in_bulk({row["title"] for row in rows})
    shots = Shot.objects.visible_to(user).in_bulk({row["shot"] for row in rows})
    return [
        Found(
            rank=row["rank"],
            score=row["score"],
            parts=row["parts"],
            title=titles[row["title"]],
            shot=shots.get(row["shot"]),
            index=row["index"],
            frame=row["frame"],
            tc=row["tc"],
        )
        for row in rows
        if row["title"] in titles
    ]
