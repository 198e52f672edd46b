"""The match board: the best cuts nobody has judged, and what people say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from catalog.forms import BoardForm
from catalog.htmx import PageRequest, render_part
from catalog.models import EncoderVersion, MatchCandidate
from catalog.models.productions import may_edit
from catalog.services import give_verdict, undo_verdict
from catalog.views.access import editors_post
from catalog.views.back import way_back
from catalog.views.cards import CardSide, sides_of
from catalog.views.inspector import Moment, moment_at
from catalog.views.loops import loop_state

if TYPE_CHECKING:
    from django.http import HttpResponse

PAGE = 24
# Kinds of match that arrows explain, with the family that has them; the others are
# explained by outlines.
MOVING = {"motion": EncoderVersion.Family.FLOW, "action": "action"}


@require_safe
def board(request: PageRequest) -> HttpResponse:
    """Ranked pairs, filtered by the address, a page at a time."""
    form = BoardForm(request.GET, user=request.user)
    found = form.candidates()
    last = _last_seen(request)
    if last is None and request.htmx and "after" in request.GET:
        return HttpResponseClientRefresh()
    if last is not None:
        found = found.worse_than(last.standing, last.pk)
    cards = list(found[: PAGE + 1])
    context = {
        "form": form,
        "cards": cards[:PAGE],
        "more": _more(request, cards),
        "first": last is None,
        "here": request.get_full_path(),
        "may_edit": may_edit(request.user),
    }
    part = "cards" if last is not None else "board"
    return render_part(request, "board.html", context, part=part)


def _last_seen(request: PageRequest) -> MatchCandidate | None:
    key = request.GET.get("after", "")
    if not key.isdecimal():
        return None
    # Of any set, live or not: a search may have replaced it while its board was read.
    found = MatchCandidate.objects.visible_to(request.user).on_board()
    return found.filter(pk=min(int(key), 2**63 - 1)).first()


def _more(request: PageRequest, cards: list[MatchCandidate]) -> str:
    if len(cards) <= PAGE:
        return ""
    query = {**request.GET.dict(), "after": cards[PAGE - 1].pk}
    return f"?{urlencode(query)}"


@require_safe
def pair(request: PageRequest, candidate_id: int) -> HttpResponse:
    """One candidate, large: both sides, the loop, every part of the score."""
    candidate = _card(request, candidate_id)
    context = {
        "candidate": candidate,
        "views": [(side, _look(candidate, side)) for side in sides_of(candidate)],
        "loop": loop_state(candidate, request.user),
        "here": request.get_full_path(),
        "may_edit": may_edit(request.user),
    }
    return render(request, "pair.html", context)


def _look(candidate: MatchCandidate, side: CardSide) -> Moment:
    # Only what this kind of match is about: both at once hide the picture.
    moves = MOVING.get(candidate.kind, EncoderVersion.Family.FLOW)
    moment = moment_at(side.shot, side.frame, moves)
    if candidate.kind in MOVING:
        moment.outlines = []
    else:
        moment.arrows = []
    return moment


@editors_post
def judge(request: PageRequest, candidate_id: int) -> HttpResponse:
    """Accept or reject a pair."""
    candidate = _card(request, candidate_id)
    try:
        give_verdict(candidate, request.POST.get("value", ""), user=request.user)
    except ValueError as error:
        return HttpResponseBadRequest(f"{error}\n", content_type="text/plain")
    return _answer(request, _card(request, candidate_id))


@editors_post
def undo(request: PageRequest) -> HttpResponse:
    """Take back one's last verdict."""
    verdict = undo_verdict(request.user)
    found = MatchCandidate.objects.live().visible_to(request.user).with_card()
    candidate = found.judged_by(verdict).first() if verdict else None
    return _answer(request, candidate)


def _card(request: PageRequest, candidate_id: int) -> MatchCandidate:
    found = MatchCandidate.objects.visible_to(request.user).with_card()
    return get_object_or_404(found, pk=candidate_id)


def _answer(request: PageRequest, card: MatchCandidate | None) -> HttpResponse:
    if not request.htmx:
        return redirect(way_back(request, "board"))
    context = {
        "card": card,
        "may_edit": True,
        "here": way_back(request, reverse("board")),
    }
    return render(request, "board.html#judged", context)
