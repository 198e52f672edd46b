"""Imported cuts: which there are, their events, and better partners for a cut."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from catalog.forms.exports import ImportCutForm
from catalog.htmx import PageRequest, render_part
from catalog.imports import LARGEST_BYTES
from catalog.models import CutEvent, ImportedCut, MatchCandidate, Shot, Title
from catalog.models.productions import may_edit
from catalog.services import Refused, import_cut
from catalog.views.access import editors_only

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

BEST = 12


@dataclass(frozen=True, slots=True)
class Join:
    """Where one event meets the next: `shot` is the one that A's last frame lies in."""

    leaving: CutEvent
    entering: CutEvent
    shot: Shot | None

    @property
    def is_cut(self) -> bool:
        """True for a hard cut, without black or a dissolve between."""
        touching = self.leaving.record_end == self.entering.record_first
        return touching and not self.entering.transition

    @property
    def leaving_tc(self) -> str:
        """Timecode of A's last frame."""
        return self.leaving.source.tc(self.leaving.source_end - 1)

    @property
    def entering_tc(self) -> str:
        """Timecode of B's first frame."""
        return self.entering.source.tc(self.entering.source_first)


@require_safe
def cut_list(request: PageRequest) -> HttpResponse:
    """Every imported cut that the user may see, newest first."""
    cuts = ImportedCut.objects.visible_to(request.user).with_counts()
    context = {
        "cuts": cuts.select_related("production", "title", "made_by"),
        "may_edit": may_edit(request.user),
    }
    return render(request, "cut_list.html", context)


@require_safe
def cut_detail(request: PageRequest, cut_id: int) -> HttpResponse:
    """One cut: its events; for the one asked for, what else could follow A."""
    found = ImportedCut.objects.visible_to(request.user)
    cut = get_object_or_404(found.select_related("production", "title"), pk=cut_id)
    events = list(cut.events.select_related("source"))
    shots = _shots(events)
    joins = [
        Join(leaving, entering, shots.get(leaving.pk))
        for leaving, entering in pairwise(events)
    ]
    place = request.GET.get("better", "")
    chosen = next((j for j in joins if str(j.leaving.place) == place), None)
    context = {
        "cut": cut,
        "events": events,
        "joins": joins,
        "chosen": chosen,
        "better": _better(request, chosen) if chosen else [],
    }
    return render_part(request, "cut_detail.html", context, part="better")


def _shots(events: list[CutEvent]) -> dict[int, Shot]:
    """The shot that each event's last frame lies in, by the event's key."""
    titles: dict[int, list[Shot]] = {}
    used = {event.source_id for event in events}
    for shot in Shot.objects.filter(title__in=used).order_by("title", "first_frame"):
        titles.setdefault(shot.title_id, []).append(shot)
    found = {}
    for event in events:
        shots = titles.get(event.source_id, [])
        last = event.source_end - 1
        at = bisect_right(shots, last, key=lambda shot: shot.first_frame) - 1
        if at >= 0 and shots[at].end_frame > last:
            found[event.pk] = shots[at]
    return found


def _better(request: PageRequest, join: Join) -> list[MatchCandidate]:
    last = join.leaving.source_end - 1
    found = MatchCandidate.objects.leaving_at(join.leaving.source, last)
    return list(found.visible_to(request.user).with_card().with_known()[:BEST])


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def add(request: PageRequest) -> HttpResponseBase:
    """Read a timeline into a cut."""
    form = ImportCutForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        title: Title | None = given["title"]
        try:
            cut = import_cut(
                given["file"].read(LARGEST_BYTES + 1),
                given["production"],
                user=request.user,
                title=title,
                rate=given["rate"],
            )
            return redirect(cut)
        except Refused as refused:
            form.add_error(None, str(refused))
    status = 422 if form.errors else 200
    return render(request, "cut_add.html", {"form": form}, status=status)
