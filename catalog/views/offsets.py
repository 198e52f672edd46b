"""The map of the frames around a cut: shown, or asked for and waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.htmx import PageRequest, render_part
from catalog.matchcuts import cut_of_candidate
from catalog.models import Job, MatchCandidate
from catalog.offsets import offsets_key
from catalog.services import Refused
from catalog.views.aligning import Alignment, alignment_at, alignments_of
from catalog.views.derived import FileState, file_state
from catalog.views.heatmap import Offsets, read_offsets, scored
from catalog.views.nudges import frames_query, nudged

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpResponse

    from catalog.matchcuts import MatchCut


@dataclass(frozen=True, slots=True)
class OffsetsState:
    """What is known around a candidate, and of the frames looked at now."""

    file: FileState
    found: Offsets | None
    cut: MatchCut
    alignments: dict[str, Alignment]
    alignment: Alignment | None
    part: str

    @property
    def now(self) -> object:
        """The cell of the frames looked at."""
        return self.found.cell(self.cut) if self.found else None


def offsets_state(candidate: MatchCandidate, cut: MatchCut, user: User) -> OffsetsState:
    """Read what the worker found around a candidate; ask for it when it is not there."""
    matched = cut_of_candidate(candidate)
    file = file_state(offsets_key(matched), Job.Kind.OFFSETS, candidate, matched, user)
    found = read_offsets(matched) if file.ready else None
    known = alignments_of(matched, found)
    part = reverse("offsets-part", args=[candidate.pk]) + frames_query(candidate, cut)
    shown = alignment_at(cut, found, known)
    return OffsetsState(file, found, cut, known, shown, part)


@require_safe
def offsets_part(request: PageRequest, candidate_id: int) -> HttpResponse:
    """Map and alignment, or their progress, which asks again by itself until it is there."""
    visible = MatchCandidate.objects.visible_to(request.user).with_card()
    candidate = get_object_or_404(visible, pk=candidate_id)
    matched = cut_of_candidate(candidate)
    try:
        cut = nudged(request.GET, matched)
    except Refused:
        cut = matched
    state = offsets_state(candidate, cut, request.user)
    context = {
        "candidate": candidate,
        "cut": scored(cut, matched, state.found),
        "offsets": state,
        "aligned": aligned(request.GET, state),
    }
    status = 202 if state.file.waiting else 200
    return render_part(request, "offsets.html", context, part="offsets", status=status)


def aligned(given: Mapping[str, str], state: OffsetsState) -> bool:
    """Whether B is shown laid on A: as the address says, else as the match needs it."""
    word = given.get("aligned", "")
    if word in {"0", "1"}:
        return word == "1" and state.alignment is not None
    return "match" in state.alignments or bool(state.cut.transform and state.alignment)
