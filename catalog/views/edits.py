"""Edits: all of them, one while it is made and when it is there, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from catalog.back_ends import BACK_ENDS, PUBLISHED
from catalog.files import local_path
from catalog.htmx import PageRequest, render_part
from catalog.models import EditJob
from catalog.models.productions import may_edit
from catalog.services import (
    Refused,
    accept_edit,
    cancel_edit,
    place_in_queue,
    reproduce_edit,
    resume_edit,
)
from catalog.services.edits import HEAT
from catalog.views.access import editors_post
from catalog.views.steering import done

if TYPE_CHECKING:
    from django.http import HttpResponse

PAGE = 60
ATTEMPTS = 12
WIDE, HIGH = 600, 120
"""Of the flicker curve, in its own units"""


@dataclass(frozen=True, slots=True)
class Curve:
    """How much frames change beyond their motion, as two lines; the highest on top."""

    made: str
    source: str
    highest: float
    mean: float
    mean_of_source: float


@require_safe
def edits(request: PageRequest) -> HttpResponse:
    """The newest edits; asks again by itself while one of them is unfinished."""
    found = list(EditJob.objects.visible_to(request.user).with_rows()[:PAGE])
    context = {
        "edits": found,
        "working": any(not edit.is_over for edit in found),
        "may_edit": may_edit(request.user),
    }
    return render_part(request, "edit_list.html", context, part="list")


@require_safe
def edit(request: PageRequest, edit_id: int) -> HttpResponse:
    """One edit: how it goes, what came of it, and the other attempts beside it."""
    found = _visible(request, edit_id)
    visible = EditJob.objects.visible_to(request.user).with_rows()
    attempts = list(visible.attempts_of(found).order_by("-pk")[:ATTEMPTS])[::-1]
    table = compared(attempts, found)
    wanted = request.GET.get("with", "")
    context = {
        "edit": found,
        "back_end": BACK_ENDS.get(found.back_end),
        "published": PUBLISHED,
        "working": not found.is_over,
        "before": place_in_queue(found),
        "left": seconds_left(found),
        "shows": local_path(found.file_key("preview.jpg")).is_file(),
        "heat": local_path(found.file_key(HEAT)).is_file(),
        "curve": curve_of(found.outcome.get("flicker", {})),
        "table": table,
        "beside": next(
            (each for each in table["alike"] if str(each.pk) == wanted), None
        ),
        "may_edit": may_edit(request.user),
    }
    return render_part(request, "edit_detail.html", context, part="edit")


@editors_post
def cancel(request: PageRequest, edit_id: int) -> HttpResponse:
    """Stop an edit at its next step."""
    found = _visible(request, edit_id)
    return done(request, lambda: cancel_edit(found), "edit", edit_id)


@editors_post
def resume(request: PageRequest, edit_id: int) -> HttpResponse:
    """Go on with an edit after its last finished stage."""
    found = _visible(request, edit_id)
    return done(request, lambda: resume_edit(found), "edit", edit_id)


@editors_post
def reproduce(request: PageRequest, edit_id: int) -> HttpResponse:
    """Make the very same edit again, to see whether its pixels are the same."""
    try:
        return redirect(reproduce_edit(_visible(request, edit_id), user=request.user))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("edit", edit_id)


@editors_post
def accept(request: PageRequest, edit_id: int) -> HttpResponse:
    """Take the result into the catalogue, as a title of its own, called as was said."""
    edit, name = _visible(request, edit_id), request.POST.get("name", "")
    try:
        title = accept_edit(edit, user=request.user, name=name)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("edit", edit_id)
    messages.success(request, f"Accepted as {title}; it is being looked at.")
    return redirect("edit", edit_id)


def seconds_left(edit: EditJob) -> float | None:
    """About how long its worker still needs, as it foretold; None where it did not."""
    told, job = edit.estimate, edit.job
    if job is None or job.stage != "edit" or "left" not in told:
        return None
    return float(told["left"])


def curve_of(flicker: dict[str, list[float]]) -> Curve | None:
    """Return both lines; None where fewer than two numbers were measured."""
    made, source = flicker.get("made", []), flicker.get("source", [])
    if len(made) < 2 or len(source) != len(made):
        return None
    highest = max([*made, *source]) or 1e-6

    def line(values: list[float]) -> str:
        step = WIDE / (len(values) - 1)
        return " ".join(
            f"{at * step:.1f},{HIGH * (1 - value / highest):.1f}"
            for at, value in enumerate(values)
        )

    return Curve(
        made=line(made),
        source=line(source),
        highest=highest,
        mean=sum(made) / len(made),
        mean_of_source=sum(source) / len(source),
    )


def compared(attempts: list[EditJob], of: EditJob) -> dict[str, Any]:
    """Return the attempts, and for each parameter its values and whether they differ.

    `alike` are those of the same frames as `of` that can be looked at beside it.
    """
    alike = [
        each
        for each in attempts
        if of.is_done
        and each.is_done
        and each.pk != of.pk
        and (each.first_frame, each.end_frame) == (of.first_frame, of.end_frame)
    ]
    asked = [each.parameters for each in attempts]
    words = [each.parameters_in_words for each in attempts]
    rows = [
        (
            name,
            [each[name] for each in words],
            any(each[name] != asked[0][name] for each in asked),
        )
        for name in of.parameters
    ]
    return {"attempts": attempts, "rows": rows, "alike": alike}


def _visible(request: PageRequest, edit_id: int) -> EditJob:
    found = EditJob.objects.visible_to(request.user).with_rows()
    return get_object_or_404(found, pk=edit_id)
