"""Keeping a cut in a bin, from the board or, nudged and aligned, from its own page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from catalog.matchcuts import cut_of_candidate
from catalog.models import Bin, MatchCandidate
from catalog.services import Refused, keep_in_bin, make_bin
from catalog.views.access import editors_post
from catalog.views.aligning import alignment_at, alignments_of
from catalog.views.back import way_back
from catalog.views.heatmap import read_offsets, scored
from catalog.views.nudges import nudged

if TYPE_CHECKING:
    from django.http import HttpResponse

    from catalog.htmx import PageRequest
    from catalog.matchcuts import MatchCut

# One key keeps a cut also where nobody has made a bin yet.
FIRST_BIN = "Keepers"
NEW = "new"


@editors_post
def keep(request: PageRequest, candidate_id: int) -> HttpResponse:
    """Keep a pair in the bin named, in a new one, or in the one last used."""
    visible = MatchCandidate.objects.visible_to(request.user).with_card()
    candidate = get_object_or_404(visible, pk=candidate_id)
    try:
        cut = _cut(request, candidate)
        chosen = _bin(request, candidate)
        keep_in_bin(chosen, cut, user=request.user)
    except Refused as refused:
        return _answer(request, candidate, error=str(refused))
    return _answer(request, candidate, chosen=chosen)


def _cut(request: PageRequest, candidate: MatchCandidate) -> MatchCut:
    """The candidate at the frames given, scored, and with B where it was seen."""
    matched = cut_of_candidate(candidate)
    offsets = read_offsets(matched)
    cut = scored(nudged(request.POST, matched), matched, offsets)
    word = request.POST.get("aligned", "")
    if word not in {"0", "1"}:
        return cut
    known = alignments_of(matched, offsets)
    # Numbers are the worker's, never the browser's.
    found = alignment_at(cut, offsets, known) if word == "1" else None
    return replace(cut, transform=found.transform if found else None)


def _bin(request: PageRequest, candidate: MatchCandidate) -> Bin:
    mine = Bin.objects.visible_to(request.user)
    word = request.POST.get("bin", "")
    if word.isascii() and word.isdecimal():
        return get_object_or_404(mine, pk=min(int(word), 2**63 - 1))
    last = mine.used_by(request.user).last_used_first(request.user).first()
    if last is not None and word != NEW:
        return last
    production = candidate.leaving.title.production
    name = request.POST.get("name", "") if word == NEW else FIRST_BIN
    there = mine.filter(production=production, name=name.strip()).first()
    return there or make_bin(production, name, user=request.user)


def _answer(
    request: PageRequest,
    candidate: MatchCandidate,
    *,
    chosen: Bin | None = None,
    error: str = "",
) -> HttpResponse:
    count = chosen.items.visible_to(request.user).count() if chosen else 0
    cuts = "1 cut" if count == 1 else f"{count} cuts"
    if not request.htmx:
        if error:
            messages.error(request, error)
        else:
            messages.success(request, f"Kept in {chosen}: {cuts}.")
        page = reverse("pair", args=[candidate.pk])
        return redirect(way_back(request, page))
    context = {
        "chosen": chosen,
        "cuts": cuts,
        "error": error,
        "bins": Bin.objects.visible_to(request.user).last_used_first(request.user),
    }
    return render(request, "keep.html#kept", context)
