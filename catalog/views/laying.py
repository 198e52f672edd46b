"""Components on a pair: what is suggested, how it looks on these shots, what is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse

from catalog.handles import Room, halves, room_of
from catalog.models import Acceptance, EditingComponent, Job, Suggestion
from catalog.services import (
    recommendation_key,
    standing_on_cut,
    standing_on_shot,
    suggested_for,
)
from catalog.tryouts import Tryout, tryout_on_cut, tryout_on_shot
from catalog.views.derived import Asked, FileState, state_of
from catalog.views.nudges import frames_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.contrib.auth.models import User

    from catalog.matchcuts import CutSide, MatchCut
    from catalog.models import MatchCandidate

# A second at the commonest rates, the length most programs give a new transition.
USUAL_FRAMES = 24
ON = {"cut": "At the cut", "leaving": "On A", "entering": "On B"}
MOST_FRAMES = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One suggestion as the panel shows it; `chosen` is the choice it stands accepted by."""

    suggestion: Suggestion
    chosen: Acceptance | None
    tryout: str


@dataclass(frozen=True, slots=True)
class Place:
    """The cut or one of its shots: what is suggested there, and what is accepted."""

    on: str
    label: str
    rows: list[Row]
    chosen: list[Acceptance]
    transitions: list[EditingComponent]
    """What may be laid over the cut besides; for a shot there are too many to list."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel shows of a cut at its frames, nudged or not."""

    candidate: MatchCandidate
    cut: MatchCut
    room: Room
    frames: int
    """A usual length that the handles allow; 0: none."""
    places: list[Place]
    part: str
    asked: list[Job]
    """The last asking for each place"""

    @property
    def most(self) -> int:
        """Frames of the longest transition, wherever it lies."""
        return self.room.before + self.room.after

    @property
    def waiting(self) -> bool:
        """True while suggestions are sought."""
        return any(not job.is_over for job in self.asked)

    @property
    def error(self) -> str:
        """Why the last asking gave nothing."""
        return next((job.error for job in self.asked if job.error), "")


def panel_of(candidate: MatchCandidate, cut: MatchCut) -> Panel:
    """Read the panel; suggestions that these frames' handles do not allow are left out."""
    room = room_of(cut.leaving, cut.entering)
    query = frames_query(candidate, cut)
    longest = room.even or room.before + room.after
    return Panel(
        candidate=candidate,
        cut=cut,
        room=room,
        frames=min(USUAL_FRAMES, longest),
        places=[_place(on, candidate, cut, room, query) for on in ON],
        part=reverse("laying", args=[candidate.pk]) + query,
        asked=_last_asked(candidate, cut),
    )


def _place(
    on: str, candidate: MatchCandidate, cut: MatchCut, room: Room, query: str
) -> Place:
    chosen = _chosen(on, cut)
    taken = {row.component_id: row for row in chosen}
    rows = [
        Row(
            row, taken.get(row.component_id), _tryout_address(on, candidate, row, query)
        )
        for row in _suggestions(on, candidate, cut)
    ]
    may_cross = on == "cut" and room.before + room.after > 0
    return Place(on, ON[on], rows, chosen, _transitions() if may_cross else [])


def _transitions() -> list[EditingComponent]:
    offered = EditingComponent.objects.offered()
    return list(offered.filter(category=EditingComponent.Category.TRANSITION))


def _chosen(on: str, cut: MatchCut) -> list[Acceptance]:
    if on == "cut":
        row = standing_on_cut(cut)
        return [row] if row is not None else []
    side: CutSide = getattr(cut, on)
    return standing_on_shot(side)


def _suggestions(
    on: str, candidate: MatchCandidate, cut: MatchCut
) -> Iterable[Suggestion]:
    if on == "cut":
        return suggested_for(candidate, cut)
    return Suggestion.objects.live().order_by("rank").for_shot(getattr(candidate, on))


def _tryout_address(
    on: str, candidate: MatchCandidate, row: Suggestion, query: str
) -> str:
    if row.component_id is None:
        return ""
    page = reverse("tryout-part", args=[candidate.pk, row.component_id])
    frames = query.replace("?", "&")
    return f"{page}?on={on}&before={row.before}&after={row.after}{frames}"


def _last_asked(candidate: MatchCandidate, cut: MatchCut) -> list[Job]:
    shots = (candidate.leaving_id, candidate.entering_id)
    asked = [
        (*shots, cut.leaving.frame, cut.entering.frame),
        *((key,) for key in shots),
    ]
    found = (
        Job.objects.filter(key=recommendation_key(*each)).first() for each in asked
    )
    return [job for job in found if job is not None]


@dataclass(frozen=True, slots=True)
class TryoutState:
    """A component on these shots: whether it plays, where it is asked for, its file."""

    component: EditingComponent
    on: str
    file: FileState
    key: str
    part: str
    video: str


def tryout_state(
    candidate: MatchCandidate,
    cut: MatchCut,
    component: EditingComponent,
    given: Mapping[str, str],
    user: User,
) -> TryoutState:
    """Look for the clip an address asks for, or have it drawn.

    Raises Http404 for a place, a length or a component that cannot be there.
    """
    on, before, after = _where(given, component, cut)
    plan = _planned(on, cut, component, before, after)
    subject: dict[str, Any] = {
        "candidate": candidate.pk,
        "component": component.pk,
        "on": on,
        "before": before,
        "after": after,
        "out": cut.leaving.frame,
        "in": cut.entering.frame,
    }
    asked = Asked(
        kind=Job.Kind.TRYOUT,
        title=candidate.leaving.title,
        subject=subject,
        key=f"tryout:{plan.key}",
    )
    query = f"?on={on}&before={before}&after={after}"
    query += frames_query(candidate, cut).replace("?", "&")
    where = [candidate.pk, component.pk]
    return TryoutState(
        component=component,
        on=on,
        file=state_of(plan.key, asked, user),
        key=plan.key,
        part=reverse("tryout-part", args=where) + query,
        video=reverse("tryout", args=where) + query,
    )


def _planned(
    on: str, cut: MatchCut, component: EditingComponent, before: int, after: int
) -> Tryout:
    if on == "cut":
        return tryout_on_cut(cut, component, before, after)
    return tryout_on_shot(getattr(cut, on), component)


def _where(
    given: Mapping[str, str], component: EditingComponent, cut: MatchCut
) -> tuple[str, int, int]:
    crosses = component.category == EditingComponent.Category.TRANSITION
    on = given.get("on", "cut" if crosses else "leaving")
    if on not in ON or (on == "cut") != crosses:
        raise Http404("This component cannot be there.")
    if on != "cut":
        return on, 0, 0
    room = room_of(cut.leaving, cut.entering)
    before, after = _lengths(given, room)
    if before + after < 1 or not room.allows(before, after):
        raise Http404("The handles do not allow this length.")
    return on, before, after


def _lengths(given: Mapping[str, str], room: Room) -> tuple[int, int]:
    """Frames before and after the cut, from both or from the whole length."""
    if "frames" in given:
        try:
            return halves(number_of(given["frames"]), room)
        except ValueError as error:
            raise Http404(str(error)) from None
    return number_of(given.get("before", "")), number_of(given.get("after", ""))


def number_of(word: str) -> int:
    """A whole number of an address; what is none is 0."""
    fine = word.isascii() and word.isdecimal() and len(word) < 7
    return min(int(word), MOST_FRAMES) if fine else 0
