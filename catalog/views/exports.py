"""Cuts to take away: a form, a file at once, or loops that a worker renders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalog.downloads import (
    MOST_SAID,
    loops_download,
    loops_of,
    timeline_download,
    visible_export,
)
from catalog.exports import LOOPS
from catalog.forms.exports import ExportForm
from catalog.htmx import PageRequest, render_part
from catalog.models import Bin
from catalog.services import Refused, ask_loops, export_cuts, find_cuts

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from catalog.matchcuts import MatchCut
    from catalog.services import Wishes


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: PageRequest) -> HttpResponseBase:
    """The form for a bin or for single matches; what it asks for is the answer to POST."""
    asked = request.POST if request.method == "POST" else request.GET
    kept_in = _bin(request, asked.get("bin", ""))
    matches = _numbers(asked.get("pairs", ""))
    if kept_in is None and not matches:
        bins = Bin.objects.visible_to(request.user).select_related("production")
        return render(request, "export.html", {"bins": bins})
    form = ExportForm(request.POST or None)
    try:
        name, cuts = find_cuts(matches, kept_in, request.user)
        if form.is_bound and form.is_valid():
            return _exported(request, (name, cuts), form.wishes())
    except Refused as refused:
        return _form(request, form, kept_in, matches, refused=str(refused))
    return _form(request, form, kept_in, matches, name=name, cuts=cuts)


def _form(
    request: PageRequest,
    form: ExportForm,
    kept_in: Bin | None,
    matches: list[int],
    **found: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "bin": kept_in,
        "matches": ",".join(map(str, matches)),
        **found,
    }
    wrong = bool(form.errors) or "refused" in found
    return render(request, "export.html", context, status=422 if wrong else 200)


def _exported(
    request: PageRequest, found: tuple[str, list[MatchCut]], wishes: Wishes
) -> HttpResponseBase:
    name, cuts = found
    if wishes.form == LOOPS:
        job = ask_loops(name, cuts, wishes, user=request.user)
        return redirect("export-job", job.pk)
    exported = export_cuts(name, cuts, wishes, user=request.user)
    # A download leaves the page as it is: the next one says what to know of it.
    for warning in exported.warnings[:MOST_SAID]:
        messages.warning(request, warning)
    return timeline_download(name, exported, wishes.form)


@require_safe
def progress(request: PageRequest, export_id: int) -> HttpResponse:
    """How far the loops are; asks again by itself until they can be taken."""
    job = visible_export(request.user, export_id)
    ready = loops_of(job) is not None
    context = {"job": job, "ready": ready, "working": not job.is_over}
    return render_part(request, "export_job.html", context, part="state")


@require_safe
def download(request: PageRequest, export_id: int) -> HttpResponseBase:
    """The ZIP of loops."""
    return loops_download(visible_export(request.user, export_id))


def _bin(request: PageRequest, word: str) -> Bin | None:
    if not word:
        return None
    number = int(word) if word.isdecimal() and len(word) < 19 else -1
    return get_object_or_404(Bin.objects.visible_to(request.user), pk=number)


def _numbers(words: str) -> list[int]:
    return [
        int(word) for word in words.split(",") if word.isdecimal() and len(word) < 19
    ]
