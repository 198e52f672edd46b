"""Asking for an edit: of a shot, or the same again with something otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalog.back_ends import BACK_ENDS, PUBLISHED
from catalog.forms.edits import USUAL_FRAMES, EditForm, initial_of
from catalog.models import EditJob, Shot, Title
from catalog.services import EditPlan, foretell_edit
from catalog.views.access import editors_only
from catalog.views.edit_weights import weights_here

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from catalog.htmx import PageRequest

EXPECTED = (
    *("first_frame", "last_frame", "steps", "back_end"),
    *("strength", "region"),
)
"""Fields that have to do with how long it takes"""


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def of_shot(request: PageRequest, title_id: int, shot_id: int) -> HttpResponse:
    """Ask for an edit of frames of a shot."""
    shots = Shot.objects.visible_to(request.user).select_related("title")
    shot = get_object_or_404(shots, pk=shot_id, title=title_id)
    last = min(shot.end_frame, shot.first_frame + USUAL_FRAMES) - 1
    initial = {
        "first_frame": shot.first_frame,
        "last_frame": last,
        "frame": shot.first_frame,
    }
    return _asked(request, shot.title, None, initial)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: PageRequest, edit_id: int) -> HttpResponse:
    """Ask for the same again with something otherwise."""
    edits = EditJob.objects.visible_to(request.user).with_rows()
    edit = get_object_or_404(edits, pk=edit_id)
    return _asked(request, edit.title, edit, initial_of(edit))


@editors_only
@require_safe
def estimate(request: PageRequest, title_id: int) -> HttpResponse:
    """What the edit in the form would take, and how many jobs are before it."""
    title = get_object_or_404(Title.objects.visible_to(request.user), pk=title_id)
    numbers = [
        _number(request.GET.get(name, ""))
        for name in ("first_frame", "last_frame", "steps")
    ]
    back_end = request.GET.get("back_end", "")
    shown = {name: request.GET.get(name) for name in ("strength", "region")}
    context = {"title": title, **_foretold(title, back_end, numbers, shown)}
    return render(request, "edit_new.html#estimate", context)


def _asked(
    request: PageRequest, title: Title, parent: EditJob | None, initial: dict[str, Any]
) -> HttpResponse:
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = EditForm(
        *given, title=title, user=request.user, parent=parent, initial=initial
    )
    if given and form.is_valid():
        edit = form.ask()
        if edit is not None:
            return redirect(edit)
    value = {name: form[name].value() for name in EXPECTED}
    numbers = [
        _number(str(value[name])) for name in ("first_frame", "last_frame", "steps")
    ]
    context = {
        "form": form,
        "title": title,
        "parent": parent,
        "back_ends": [(each, weights_here(each)) for each in BACK_ENDS.values()],
        "published": PUBLISHED,
        "chosen": str(value["back_end"]),
        **_foretold(title, str(value["back_end"]), numbers, value),
    }
    return render(request, "edit_new.html", context, status=422 if given else 200)


def _foretold(
    title: Title, back_end: str, numbers: list[int], shown: Mapping[str, Any]
) -> dict[str, Any]:
    if back_end not in BACK_ENDS:
        return {"foretold": None}
    first, last, steps = numbers
    plan = EditPlan(
        back_end=back_end,
        title=title,
        frames=max(0, last - first + 1),
        steps=max(1, steps),
        strength=_share(str(shown["strength"])),
        marked=shown["region"] != EditJob.Region.NONE,
    )
    return {"foretold": foretell_edit(plan)}


def _share(word: str) -> float:
    """A strength as it is typed; the whole one where it is none yet."""
    try:
        share = float(word)
    except ValueError:
        return 1.0
    return share if 0 < share <= 1 else 1.0


def _number(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) < 10 else 0
