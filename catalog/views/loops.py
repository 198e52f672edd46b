"""Whether a cut's loop can play, and asking for it when it cannot yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.htmx import PageRequest, render_part
from catalog.loops import loop_of_cut
from catalog.matchcuts import MatchCut, cut_of_candidate, cut_of_item
from catalog.models import BinItem, Job, MatchCandidate
from catalog.services import Refused
from catalog.views.derived import FileState, file_state
from catalog.views.nudges import frames_query, nudged

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpResponse


@dataclass(frozen=True, slots=True)
class LoopState:
    """A cut's loop: whether it plays, where it is asked for, where the file is."""

    cut: MatchCut
    file: FileState
    key: str
    part: str
    video: str


def loop_state(candidate: MatchCandidate, cut: MatchCut, user: User) -> LoopState:
    """The loop of a candidate, at its matched frames or at those of a nudged cut."""
    key = loop_of_cut(cut).key
    query = frames_query(candidate, cut)
    return LoopState(
        cut=cut,
        file=file_state(key, Job.Kind.LOOP, candidate, cut, user),
        key=key,
        part=reverse("loop-part", args=[candidate.pk]) + query,
        video=reverse("loop", args=[candidate.pk]) + query,
    )


def item_loop_state(item: BinItem, user: User) -> LoopState:
    """The loop of what stands in a bin."""
    cut = cut_of_item(item)
    key = loop_of_cut(cut).key
    return LoopState(
        cut=cut,
        file=file_state(key, Job.Kind.LOOP, item, cut, user),
        key=key,
        part=reverse("item-loop-part", args=[item.pk]),
        video=reverse("item-loop", args=[item.pk]),
    )


@require_safe
def loop_part(request: PageRequest, candidate_id: int) -> HttpResponse:
    """The loop's player, or its progress, which asks again by itself until it plays."""
    found = MatchCandidate.objects.visible_to(request.user).with_card()
    candidate = get_object_or_404(found, pk=candidate_id)
    try:
        cut = nudged(request.GET, cut_of_candidate(candidate))
    except Refused as refused:
        return HttpResponseBadRequest(f"{refused}\n", content_type="text/plain")
    return _answer(request, loop_state(candidate, cut, request.user))


@require_safe
def item_loop_part(request: PageRequest, item_id: int) -> HttpResponse:
    """The same for an item of a bin."""
    found = BinItem.objects.visible_to(request.user).with_titles()
    item = get_object_or_404(found, pk=item_id)
    return _answer(request, item_loop_state(item, request.user))


def _answer(request: PageRequest, loop: LoopState) -> HttpResponse:
    status = 200 if loop.file.ready else 202
    return render_part(request, "loop.html", {"loop": loop}, part="loop", status=status)
