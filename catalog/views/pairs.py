"""The pair page: one candidate, looked at, nudged, judged and kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.forms.board import BoardForm
from catalog.matchcuts import cut_of_candidate
from catalog.models import Bin, EncoderVersion, MatchCandidate, Verdict
from catalog.models.productions import may_edit
from catalog.services import Refused
from catalog.views.cards import CardSide, sides_of
from catalog.views.heatmap import scored
from catalog.views.inspector import Moment, moment_at
from catalog.views.laying import panel_of
from catalog.views.loops import loop_state
from catalog.views.nudges import nudged
from catalog.views.offsets import aligned, offsets_state
from catalog.views.origins import formula_of, searches_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from catalog.htmx import PageRequest
    from catalog.matchcuts import MatchCut

Family = EncoderVersion.Family
VIEWS = {
    "1": "Cut",
    "2": "Side by side",
    "3": "Onion",
    "4": "Difference",
    "5": "Wipe",
    "6": "Masks",
    "7": "Flow",
}
# The family whose movement arrows show, where it is not the picture's own.
MOVES = {"action": "action"}
# What an address says of the page itself, and not of the board one came from.
OWN = ("out", "in", "view", "aligned", "after")


@dataclass(frozen=True, slots=True)
class PairSide:
    """One side of the page: the card's words, and what encoders saw at its frame."""

    letter: str
    card: CardSide
    moment: Moment
    aspect: float


@require_safe
def pair(request: PageRequest, candidate_id: int) -> HttpResponse:
    """One candidate, large: both sides, the loop, the map around it, every part."""
    visible = MatchCandidate.objects.visible_to(request.user).with_card()
    candidate = get_object_or_404(visible, pk=candidate_id)
    cut = _cut(request, candidate)
    offsets = offsets_state(candidate, cut, request.user)
    board = board_query(request.GET)
    before, after = _neighbours(request, candidate)
    context = {
        "candidate": candidate,
        "cut": scored(cut, cut_of_candidate(candidate), offsets.found),
        "sides": _sides(candidate, cut),
        "loop": loop_state(candidate, cut, request.user),
        "panel": panel_of(candidate, cut),
        "offsets": offsets,
        "aligned": aligned(request.GET, offsets),
        "view": _view(request),
        "views": [(key, word, _link(request, view=key)) for key, word in VIEWS.items()],
        "before": before,
        "after": after,
        "board": board,
        "verdicts": candidate.verdicts(),
        "searches": searches_of(candidate),
        "formula": formula_of(candidate),
        "bins": Bin.objects.visible_to(request.user).last_used_first(request.user),
        "here": request.get_full_path(),
        "may_edit": may_edit(request.user),
        "reasons": Verdict.Reason.choices,
    }
    return render(request, "pair.html", context)


def board_query(given: QueryDict) -> str:
    """The board's filters of an address, with which its pairs are walked through."""
    kept = given.copy()
    for name in OWN:
        kept.pop(name, None)
    return kept.urlencode()


def _cut(request: PageRequest, candidate: MatchCandidate) -> MatchCut:
    matched = cut_of_candidate(candidate)
    try:
        return nudged(request.GET, matched)
    except Refused as refused:
        messages.error(request, str(refused))
        return matched


def _view(request: PageRequest) -> str:
    view = request.GET.get("view", "1")
    return view if view in VIEWS else "1"


def _link(request: PageRequest, **changes: str) -> str:
    query = QueryDict(mutable=True)
    query.update(request.GET.dict() | changes)
    return f"?{query.urlencode()}"


def _sides(candidate: MatchCandidate, cut: MatchCut) -> list[PairSide]:
    frames = {
        "leaving": (cut.leaving.frame, cut.leaving_handle),
        "entering": (cut.entering.frame, cut.entering_handle),
    }
    return [
        _side(card, *frames[card.name], letter, MOVES.get(candidate.kind, Family.FLOW))
        for letter, card in zip("AB", sides_of(candidate), strict=True)
    ]


def _side(
    card: CardSide, frame: int, handles: int, letter: str, moves: str
) -> PairSide:
    title = card.shot.title
    nudged_card = replace(card, frame=frame, tc=title.tc(frame), handles=handles)
    moment = moment_at(card.shot, frame, moves)
    return PairSide(letter, nudged_card, moment, title.picture_aspect)


def _neighbours(request: PageRequest, candidate: MatchCandidate) -> tuple[Any, Any]:
    """The pairs that the filtered board lists before and after this one."""
    board = BoardForm(request.GET, user=request.user)
    found, order = board.candidates(), board.order
    return found.before(candidate, order).first(), found.after(candidate, order).first()
