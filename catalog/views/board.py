"""The match board: the best cuts nobody has judged, and what people say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from django.http import HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from catalog.forms.board import BoardForm
from catalog.htmx import PageRequest, render_part
from catalog.models import Bin, MatchCandidate, Verdict
from catalog.models.productions import may_edit
from catalog.services import give_verdict, undo_verdict
from catalog.views.access import editors_post
from catalog.views.back import way_back
from catalog.views.pairs import board_query

if TYPE_CHECKING:
    from django.http import HttpResponse

PAGE = 24


@require_safe
def board(request: PageRequest) -> HttpResponse:
    """Ranked pairs, filtered by the address, a page at a time."""
    form = BoardForm(request.GET, user=request.user)
    found = form.candidates()
    last = _last_seen(request)
    if last is None and request.htmx and "after" in request.GET:
        return HttpResponseClientRefresh()
    if last is not None:
        found = found.after(last, form.order)
    cards = list(found[: PAGE + 1])
    context = {
        "form": form,
        "cards": cards[:PAGE],
        "more": _more(request, cards),
        "first": last is None,
        "here": request.get_full_path(),
        "may_edit": may_edit(request.user),
        "query": board_query(request.GET),
        "reasons": Verdict.Reason.choices,
        "bins": Bin.objects.visible_to(request.user).last_used_first(request.user),
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


@editors_post
def judge(request: PageRequest, candidate_id: int) -> HttpResponse:
    """Accept or reject a pair."""
    candidate = _card(request, candidate_id)
    reason = request.POST.get("reason", "")
    # A reason is a reason to reject: its button needs no other word.
    value = request.POST.get("value", "") or (Verdict.Value.BAD if reason else "")
    try:
        give_verdict(candidate, value, user=request.user, reason=reason)
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
    here = way_back(request, reverse("board"))
    context = {
        "card": card,
        "may_edit": True,
        "here": here,
        "query": board_query(QueryDict(urlsplit(here).query)),
        "reasons": Verdict.Reason.choices,
    }
    return render(request, "board.html#judged", context)
