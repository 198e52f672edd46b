"""Proxies, posters, stills, loops and time tables: files, each behind `visible_to`."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.http import (
    Http404,
    HttpResponseBadRequest,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.files import local_path
from catalog.matchcuts import cut_of_candidate
from catalog.models import BinItem, MatchCandidate, Title
from catalog.offsets import offsets_key
from catalog.services import Refused
from catalog.stills import still_key, times_key
from catalog.views.loops import LoopState, item_loop_state, loop_state
from catalog.views.nudges import nudged
from catalog.views.ranges import serve_key

if TYPE_CHECKING:
    from catalog.htmx import PageRequest

# A board shows dozens of stills: asking for each again at every visit costs more than a
# still that whoever has just seen it can see for some minutes longer.
STILL_SECONDS = 600


@require_safe
def proxy(request: PageRequest, title_id: int) -> HttpResponseBase:
    """The title's proxy, seekable."""
    return serve_key(request, _with_proxy(request, title_id).proxy_key, "video/mp4")


@require_safe
def poster(request: PageRequest, title_id: int) -> HttpResponseBase:
    """The picture that stands for the title."""
    title = get_object_or_404(Title.objects.visible_to(request.user), pk=title_id)
    return serve_key(request, title.poster_key, "image/jpeg", seconds=STILL_SECONDS)


@require_safe
def still(request: PageRequest, title_id: int, frame: int) -> HttpResponseBase:
    """One frame as JPEG, where the worker has written one."""
    title = _with_proxy(request, title_id)
    key = still_key(title, frame)
    return serve_key(request, key, "image/jpeg", seconds=STILL_SECONDS)


@require_safe
def times(request: PageRequest, title_id: int) -> HttpResponseBase:
    """Seconds at which each proxy frame begins, from the timestamp table."""
    title = _with_proxy(request, title_id)
    try:
        table = json.loads(local_path(times_key(title)).read_text())
    except FileNotFoundError:
        raise Http404("The time table is not written yet.") from None
    answer = JsonResponse(_in_seconds(table))
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _in_seconds(table: dict[str, Any]) -> dict[str, object]:
    # The proxy begins with its first frame, whatever clock the source has.
    ticks: list[int] = table["ticks"]
    tick, begin = float(Fraction(table["time_base"])), ticks[0] if ticks else 0
    times = [round((number - begin) * tick, 6) for number in ticks]
    usual = table.get("usual") or (ticks[-1] - ticks[-2] if len(ticks) > 1 else 1)
    return {"times": times, "end": round(times[-1] + usual * tick, 6) if times else 0}


@require_safe
def loop(request: PageRequest, candidate_id: int) -> HttpResponseBase:
    """The A-to-B loop; 202 with its progress while the worker renders it."""
    candidate = _candidate(request, candidate_id)
    try:
        cut = nudged(request.GET, cut_of_candidate(candidate))
    except Refused as refused:
        return HttpResponseBadRequest(f"{refused}\n", content_type="text/plain")
    return _playing(request, loop_state(candidate, cut, request.user))


@require_safe
def item_loop(request: PageRequest, item_id: int) -> HttpResponseBase:
    """The loop of an item of a bin."""
    found = BinItem.objects.visible_to(request.user).with_titles()
    item = get_object_or_404(found, pk=item_id)
    return _playing(request, item_loop_state(item, request.user))


@require_safe
def offsets(request: PageRequest, candidate_id: int) -> HttpResponseBase:
    """Scores, masks and flow of the frames around a cut, where they are computed."""
    candidate = _candidate(request, candidate_id)
    key = offsets_key(cut_of_candidate(candidate))
    return serve_key(request, key, "application/json")


def _candidate(request: PageRequest, candidate_id: int) -> MatchCandidate:
    found = MatchCandidate.objects.visible_to(request.user).with_card()
    return get_object_or_404(found, pk=candidate_id)


def _playing(request: PageRequest, loop: LoopState) -> HttpResponseBase:
    if loop.file.ready:
        return serve_key(request, loop.key, "video/mp4")
    return render(request, "loop.html", {"loop": loop}, status=202)


def _with_proxy(request: PageRequest, title_id: int) -> Title:
    title = get_object_or_404(Title.objects.visible_to(request.user), pk=title_id)
    if not title.proxy_key:
        raise Http404("This title has no proxy yet.")
    return title
