"""Editing components that people accept: written down, taken back, asked for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now

from catalog.handles import room_of
from catalog.matchcuts import Laid
from catalog.models import Acceptance, EditingComponent, Job, Shot
from catalog.services.jobs import add_job
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

    from catalog.matchcuts import CutSide, MatchCut
    from catalog.models import Suggestion

Category = EditingComponent.Category


def accept_for_cut(
    cut: MatchCut,
    component: EditingComponent | None,
    *,
    user: User | None,
    before: int = 0,
    after: int = 0,
    suggestion: Suggestion | None = None,
) -> Acceptance:
    """Lay a transition over a cut, or choose the plain cut; by title and frames.

    `before` and `after` are frames of the leaving title that it takes on each side.
    Raises Refused for what is no transition and for lengths that the handles do not allow.
    """
    if component is None:
        before = after = 0
    elif component.category != Category.TRANSITION:
        raise Refused(f"{component} is no transition: lay it on a shot.")
    elif before + after < 1:
        raise Refused("A transition takes at least one frame.")
    elif not (room := room_of(cut.leaving, cut.entering)).allows(before, after):
        raise Refused(
            f"The handles allow {room.before} frames before the cut and {room.after} "
            f"after it, not {before} and {after}."
        )
    entering = cut.entering
    return Acceptance.objects.create(
        component=component,
        entering_title=entering.title,
        entering_first=entering.first_frame,
        entering_end=entering.end_frame,
        entering_frame=entering.frame,
        before=before,
        after=after,
        made_by=user,
        **_side(cut.leaving),
        **_suggested(suggestion),
    )


def accept_for_shot(
    side: CutSide,
    component: EditingComponent | None,
    *,
    user: User | None,
    suggestion: Suggestion | None = None,
) -> Acceptance:
    """Lay a component on one shot, or choose to leave it as it stands.

    Raises Refused for a transition, which needs two shots.
    """
    if component is not None and component.category == Category.TRANSITION:
        raise Refused(f"{component} is a transition: lay it over a cut.")
    return Acceptance.objects.create(
        component=component, made_by=user, **_side(side), **_suggested(suggestion)
    )


def _side(side: CutSide) -> dict[str, Any]:
    return {
        "leaving_title": side.title,
        "leaving_first": side.first_frame,
        "leaving_end": side.end_frame,
        "leaving_frame": side.frame,
    }


def _suggested(suggestion: Suggestion | None) -> dict[str, Any]:
    if suggestion is None:
        return {}
    return {
        "version_id": suggestion.version_id,
        "rank": suggestion.rank,
        "confidence": suggestion.confidence,
    }


def take_back(acceptance: Acceptance, *, user: User | None) -> bool:
    """Take a choice back; the row stays, marked. False when it was taken back before."""
    standing = Acceptance.objects.filter(pk=acceptance.pk, undone_at__isnull=True)
    return bool(standing.update(undone_at=now(), undone_by=user))


def standing_on_cut(cut: MatchCut) -> Acceptance | None:
    """The choice that stands for a cut: the newest; None where nobody has chosen."""
    return Acceptance.objects.on_cut(cut.leaving, cut.entering).standing().first()


def standing_on_shot(side: CutSide) -> list[Acceptance]:
    """The choices that stand for a shot of a cut: the newest of each class.

    One that leaves the shot as it stands ends all that were made before it.
    """
    return _newest(Acceptance.objects.on_shot(side).standing())


def _newest(rows: Iterable[Acceptance]) -> list[Acceptance]:
    found: dict[str, Acceptance] = {}
    for row in rows:
        if row.component is None:
            break
        found.setdefault(row.component.category, row)
    return list(found.values())


def with_accepted(cuts: Iterable[MatchCut]) -> list[MatchCut]:
    """The cuts with what stands accepted for each and for its shots: in one query."""
    cuts = list(cuts)
    titles = {side.title.pk for cut in cuts for side in (cut.leaving, cut.entering)}
    standing = Acceptance.objects.standing().filter(leaving_title__in=titles)
    rows = list(standing.select_related("component", "leaving_title"))
    return [_with_accepted(cut, rows) for cut in cuts] if rows else cuts


def _with_accepted(cut: MatchCut, rows: list[Acceptance]) -> MatchCut:
    chosen = (row for row in rows if row.is_about(cut.leaving, cut.entering))
    return replace(
        cut,
        transition=_laid(next(chosen, None)),
        on_leaving=_all_laid(cut.leaving, rows),
        on_entering=_all_laid(cut.entering, rows),
    )


def _all_laid(side: CutSide, rows: list[Acceptance]) -> tuple[Laid, ...]:
    found = map(_laid, _newest(row for row in rows if row.is_about(side)))
    return tuple(each for each in found if each is not None)


def _laid(row: Acceptance | None) -> Laid | None:
    if row is None or row.component is None:
        return None
    component, rate = row.component, row.leaving_title.rate
    return Laid(
        key=component.key,
        label=component.label,
        category=component.category,
        dissolves=component.is_dissolve,
        before=Fraction(row.before) / rate,
        after=Fraction(row.after) / rate,
    )


def ask_recommendation(
    leaving: Shot | int,
    entering: Shot | int | None,
    *,
    user: User | None,
    frames: tuple[int, int] | None = None,
) -> Job:
    """Ask what would go on a shot, or on the cut from one shot to another.

    `frames` are the last before the cut and the first after it; without them the worker
    chooses. Raises Refused for a shot that is not there or not theirs to see, or one twice.
    """
    keys = [_key(shot) for shot in (leaving, entering) if shot is not None]
    shots = Shot.objects.all() if user is None else Shot.objects.visible_to(user)
    rows = shots.select_related("title").in_bulk([k for k in keys if k < 2**63])
    missing = [str(key) for key in keys if key not in rows]
    if missing:
        raise Refused(f"There is no shot {', '.join(missing)}.")
    if len(set(keys)) < len(keys):
        raise Refused("A shot cannot be cut to itself; name two shots.")
    subject = dict(zip(("leaving", "entering"), keys, strict=False))
    subject |= dict(zip(("out", "in"), frames or (), strict=False))
    key = f"recommend:{':'.join(map(str, subject.values()))}"
    title = rows[keys[0]].title
    return add_job(Job.Kind.RECOMMEND, title, subject=subject, key=key, asked_by=user)


def _key(shot: Shot | int) -> int:
    return shot if isinstance(shot, int) else shot.pk


def ask_every_preview(*, user: User | None) -> Job:
    """Ask for the pictures of every component that is offered, beside other work."""
    return add_job(Job.Kind.PREVIEWS, None, key="previews:every", asked_by=user)
