"""Accepting components on a pair, taking them back, and asking for suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.handles import halves, room_of
from catalog.htmx import PageRequest, render_part
from catalog.matchcuts import cut_of_candidate
from catalog.models import Acceptance, EditingComponent, MatchCandidate, Suggestion
from catalog.models.productions import may_edit
from catalog.services import (
    Refused,
    accept_for_cut,
    accept_for_shot,
    ask_recommendation,
    take_back,
)
from catalog.views.access import editors_post
from catalog.views.back import way_back
from catalog.views.laying import ON, number_of, panel_of, tryout_state
from catalog.views.nudges import frames_query, nudged
from catalog.views.ranges import serve_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse, HttpResponseBase

    from catalog.matchcuts import CutSide, MatchCut
    from catalog.views.laying import TryoutState


@require_safe
def laying(request: PageRequest, candidate_id: int) -> HttpResponse:
    """The panel of a pair at the frames of the address."""
    candidate = _candidate(request, candidate_id)
    try:
        cut = nudged(request.GET, cut_of_candidate(candidate))
    except Refused as refused:
        return HttpResponseBadRequest(f"{refused}\n", content_type="text/plain")
    context = {
        "panel": panel_of(candidate, cut),
        "candidate": candidate,
        "may_edit": may_edit(request.user),
        "here": _here(candidate, cut),
    }
    return render_part(request, "laying.html", context, part="panel")


@editors_post
def lay(request: PageRequest, candidate_id: int) -> HttpResponse:
    """Accept a suggestion, another component, or the plain cut."""
    candidate = _candidate(request, candidate_id)
    cut = cut_of_candidate(candidate)
    try:
        cut = nudged(request.POST, cut)
        messages.success(request, _accept(request, candidate, cut))
    except Refused as refused:
        messages.error(request, str(refused))
    return _after(request, candidate, cut)


def _accept(request: PageRequest, candidate: MatchCandidate, cut: MatchCut) -> str:
    """Write the choice down; says what was chosen."""
    given = request.POST
    suggestion = _suggestion(given, candidate)
    on = given.get("on", "cut")
    if on not in ON:
        raise Refused("Say where it goes: the cut, or one of its shots.")
    chosen = suggestion.component if suggestion else _component(given)
    user = request.user
    if on != "cut":
        side: CutSide = getattr(cut, on)
        row = accept_for_shot(side, chosen, user=user, suggestion=suggestion)
        return f"{ON[on]}: {row.label}."
    before, after = _lengths(given, cut, suggestion)
    row = accept_for_cut(
        cut, chosen, user=user, before=before, after=after, suggestion=suggestion
    )
    return f"{ON[on]}: {row.label}."


def _suggestion(
    given: Mapping[str, str], candidate: MatchCandidate
) -> Suggestion | None:
    word = given.get("suggestion", "")
    if not word:
        return None
    shots = [candidate.leaving_id, candidate.entering_id]
    found = Suggestion.objects.filter(leaving__in=shots).select_related("component")
    row = found.filter(pk=number_of(word)).first()
    if row is None:
        raise Refused("This suggestion is no longer there: reload the page.")
    return row


def _component(given: Mapping[str, str]) -> EditingComponent | None:
    offered = EditingComponent.objects.offered()
    word, name = given.get("component", ""), given.get("name", "").strip()
    if not word and not name:
        return None
    if word:
        row = offered.filter(pk=number_of(word)).first()
    else:
        alone = offered.exclude(category=EditingComponent.Category.TRANSITION)
        row = alone.filter(Q(key=name) | Q(label__iexact=name)).first()
    if row is None:
        raise Refused("There is no such component: look for it in the library.")
    return row


def _lengths(
    given: Mapping[str, str], cut: MatchCut, suggestion: Suggestion | None
) -> tuple[int, int]:
    if suggestion is not None:
        return suggestion.before, suggestion.after
    if not given.get("component"):
        return 0, 0
    try:
        room = room_of(cut.leaving, cut.entering)
        return halves(number_of(given.get("frames", "")), room)
    except ValueError as error:
        raise Refused(str(error)) from None


@editors_post
def take_back_choice(request: PageRequest, acceptance_id: int) -> HttpResponse:
    """Take a choice back, whoever made it; the history keeps it."""
    visible = Acceptance.objects.visible_to(request.user)
    row = get_object_or_404(visible, pk=acceptance_id)
    take_back(row, user=request.user)
    return redirect(way_back(request, "board"))


@editors_post
def suggest(request: PageRequest, candidate_id: int) -> HttpResponse:
    """Ask what would go on this cut and on each of its shots."""
    candidate = _candidate(request, candidate_id)
    cut, user = cut_of_candidate(candidate), request.user
    try:
        cut = nudged(request.POST, cut)
        frames = cut.leaving.frame, cut.entering.frame
        shots = candidate.leaving, candidate.entering
        ask_recommendation(*shots, user=user, frames=frames)
        for shot in shots:
            ask_recommendation(shot, None, user=user)
    except Refused as refused:
        messages.error(request, str(refused))
    return _after(request, candidate, cut)


@editors_post
def try_out(request: PageRequest, candidate_id: int) -> HttpResponse:
    """Lead to how a component that a person names would look, before it is accepted."""
    candidate = _candidate(request, candidate_id)
    cut, given = cut_of_candidate(candidate), request.POST
    try:
        cut = nudged(given, cut)
        component = _named(given)
        before, after = _lengths(given, cut, None) if _crosses(given) else (0, 0)
    except Refused as refused:
        messages.error(request, str(refused))
        return _after(request, candidate, cut)
    page = reverse("tryout-part", args=[candidate.pk, component.pk])
    on = given.get("on", "cut")
    frames = frames_query(candidate, cut).replace("?", "&")
    return redirect(f"{page}?on={quote(on)}&before={before}&after={after}{frames}")


def _named(given: Mapping[str, str]) -> EditingComponent:
    row = _component(given)
    if row is None:
        raise Refused("Name the component that is to be tried.")
    return row


def _crosses(given: Mapping[str, str]) -> bool:
    return given.get("on", "cut") == "cut"


@require_safe
def tryout_part(
    request: PageRequest, candidate_id: int, component_id: int
) -> HttpResponse:
    """A component on these shots, or its progress, which asks again by itself."""
    shown = _tryout(request, candidate_id, component_id)
    status = 200 if shown.file.ready else 202
    context = {"tryout": shown}
    return render_part(request, "tryout.html", context, part="tryout", status=status)


@require_safe
def tryout_video(
    request: PageRequest, candidate_id: int, component_id: int
) -> HttpResponseBase:
    """The clip itself; 202 with its progress while the worker draws it."""
    shown = _tryout(request, candidate_id, component_id)
    if shown.file.ready:
        return serve_key(request, shown.key, "video/mp4")
    return render(request, "tryout.html", {"tryout": shown}, status=202)


def _tryout(request: PageRequest, candidate_id: int, component_id: int) -> TryoutState:
    candidate = _candidate(request, candidate_id)
    component = get_object_or_404(EditingComponent, pk=component_id)
    try:
        cut = nudged(request.GET, cut_of_candidate(candidate))
    except Refused as refused:
        raise Http404(str(refused)) from None
    return tryout_state(candidate, cut, component, request.GET.dict(), request.user)


def _candidate(request: PageRequest, candidate_id: int) -> MatchCandidate:
    found = MatchCandidate.objects.visible_to(request.user).with_card()
    return get_object_or_404(found, pk=candidate_id)


def _after(
    request: PageRequest, candidate: MatchCandidate, cut: MatchCut
) -> HttpResponse:
    return redirect(way_back(request, _here(candidate, cut)))


def _here(candidate: MatchCandidate, cut: MatchCut) -> str:
    return reverse("pair", args=[candidate.pk]) + frames_query(candidate, cut)
