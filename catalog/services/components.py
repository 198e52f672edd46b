"""Editing components that people accept: written down, taken back, asked for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now

from catalog.handles import room_of
from catalog.matchcuts import Laid
from catalog.models import (
    Acceptance,
    EditingComponent,
    Job,
    MatchCandidate,
    Shot,
    Suggestion,
)
from catalog.services.jobs import add_job
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

    from catalog.matchcuts import CutSide, MatchCut

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


def suggested_for(candidate: MatchCandidate, cut: MatchCut) -> list[Suggestion]:
    """What is suggested at the cut's frames; if nothing is, at the matched ones.

    Only what the handles of the cut's own frames allow.
    """
    live = Suggestion.objects.live().order_by("rank")
    pair = live.for_pair(candidate.leaving, candidate.entering)
    matched = (candidate.leaving_frame, candidate.entering_frame)
    rows = list(pair.at(cut.leaving.frame, cut.entering.frame) or pair.at(*matched))
    room = room_of(cut.leaving, cut.entering)
    return [row for row in rows if room.allows(row.before, row.after)]


def ask_recommendation(
    leaving: Shot | int,
    entering: Shot | int | None,
    *,
    user: User | None,
    frames: tuple[int, int] | None = None,
) -> Job:
    """Ask what would go on a shot, or on the cut from one shot to another.

    `frames` are the last before the cut and the first after it; without them those that
    a live search matched, else where the two meet, else half a second inside both.
    Raises Refused for a shot that is not there or not theirs to see, or one twice, and
    for frames outside the shots.
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
    if entering is not None:
        out, into = frames or _frames_of(*(rows[key] for key in keys))
        _check_inside(rows[keys[0]], out)
        _check_inside(rows[keys[1]], into)
        subject |= {"out": out, "in": into}
    title = rows[keys[0]].title
    key = recommendation_key(*subject.values())
    return add_job(Job.Kind.RECOMMEND, title, subject=subject, key=key, asked_by=user)


def recommendation_key(*asked: int) -> str:
    """The key of such a job: a shot; or two shots, the last frame and the first."""
    return f"recommend:{':'.join(map(str, asked))}"


def _frames_of(leaving: Shot, entering: Shot) -> tuple[int, int]:
    live = MatchCandidate.objects.live().filter(leaving=leaving, entering=entering)
    found = live.best_first().first()
    if found is not None:
        return found.leaving_frame, found.entering_frame
    if (
        leaving.title_id == entering.title_id
        and leaving.end_frame == entering.first_frame
    ):
        return leaving.end_frame - 1, entering.first_frame
    # Half a second inside both, so that there is something for a transition to show.
    out = leaving.end_frame - 1 - round(leaving.title.rate / 2)
    into = entering.first_frame + round(entering.title.rate / 2)
    return max(out, leaving.first_frame), min(into, entering.end_frame - 1)


def _check_inside(shot: Shot, frame: int) -> None:
    if not shot.first_frame <= frame < shot.end_frame:
        raise Refused(f"Frame {frame} is not inside {shot}.")


def _key(shot: Shot | int) -> int:
    return shot if isinstance(shot, int) else shot.pk


def ask_every_preview(*, user: User | None) -> Job:
    """Ask for the pictures of every component that is offered, beside other work."""
    return add_job(Job.Kind.PREVIEWS, None, key="previews:every", asked_by=user)
