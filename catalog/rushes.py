"""From a cut title to the rushes it was cut from, by the timeline that was imported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalog.matchcuts import CutSide, MatchCut
from catalog.models import CutEvent, Shot, Title

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, kw_only=True, slots=True)
class Traced:
    """The cut with its sides in the rushes, and a sentence for each that is not there."""

    cut: MatchCut
    warnings: list[str]


def rushes_of(cut: MatchCut, user: User | None) -> Traced:
    """The same cut, taken from the rushes, with the handles that the rushes have.

    A side whose title has no imported timeline, or whose rushes the user may not see,
    stays as it is and is warned about.
    """
    warnings = []
    sides = {"leaving": cut.leaving, "entering": cut.entering}
    for name, side in sides.items():
        found = rushes_side(side, user)
        if found is None:
            warnings.append(
                f"{cut.key}: no imported timeline says which rushes {side.title} shows "
                f"at {side.title.tc(side.frame)}."
            )
        else:
            sides[name] = found
    traced = replace(cut, leaving=sides["leaving"], entering=sides["entering"])
    return Traced(cut=traced, warnings=warnings)


def rushes_side(side: CutSide, user: User | None) -> CutSide | None:
    """The frame of the rushes that a frame of a cut title shows, and the shot around it."""
    event = event_under(side.title, side.frame, user)
    if event is None:
        return None
    frame = event.source_frame(side.frame)
    shot = Shot.objects.filter(
        title=event.source, first_frame__lte=frame, end_frame__gt=frame
    ).first()
    # Rushes that were never segmented are one take.
    return CutSide(
        title=event.source,
        first_frame=shot.first_frame if shot else 0,
        end_frame=shot.end_frame if shot else max(event.source.frames, frame + 1),
        frame=frame,
    )


def event_under(title: Title, frame: int, user: User | None) -> CutEvent | None:
    """The event that a cut title shows at a frame, of the timeline imported last."""
    events = CutEvent.objects.filter(
        cut__title=title, record_first__lte=frame, record_end__gt=frame
    )
    if user is not None:
        events = events.filter(source__in=Title.objects.visible_to(user))
    newest = events.select_related("cut", "source__source").order_by("-cut_id")
    return newest.first()
