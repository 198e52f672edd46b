"""How pages write frames, timecodes, durations and score parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.timezone import now

from catalog.models.productions import may_edit, sees_everything
from catalog.models.verdicts import reason_label
from catalog.views.cards import CardSide, Part, parts_of, sides_of

if TYPE_CHECKING:
    from catalog.matchcuts import MatchCut
    from catalog.models import Job, Shot, Title

register = template.Library()

register.filter("parts", parts_of)
register.filter("sides", sides_of)
register.filter("reason", reason_label)
register.filter("runs_everything", sees_everything)
register.filter("edits", may_edit)


@register.filter
def tc(title: Title, frame: int) -> str:
    """Return the source timecode of a frame."""
    return title.tc(frame)


@register.filter
def clock(seconds: float | None) -> str:
    """Write seconds as 1:02:03, 2:03 or 4.2 s."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def duration(title: Title) -> str:
    """Write how long a title plays."""
    return clock(float(title.frames / title.rate)) if title.rate else ""


@register.filter
def fps(title: Title) -> str:
    """Write a rate as editors say it: 24, 25, 23.976, 29.97."""
    return f"{float(title.rate):.3f}".rstrip("0").rstrip(".") if title.rate else ""


@register.filter
def took(job: Job) -> str:
    """Write how long an attempt has taken, or takes so far."""
    if job.started_at is None:
        return ""
    return clock(((job.ended_at or now()) - job.started_at).total_seconds())


@register.filter
def percent(share: float, digits: int = 0) -> str:
    """Write 0..1 as a percentage."""
    return f"{share:.{digits}%}"


@register.filter
def signed(number: float, digits: int = 0) -> str:
    """Write a number with its sign, as inspectors write positions."""
    rounded = round(number, digits)
    return f"{rounded:{'+' if rounded else ''}.{digits}f}".replace("-", "\u2212")


@register.filter
def part(cut: MatchCut, key: str) -> Part | None:
    """Return one part of a cut's score; None where nobody has compared its frames."""
    return next((part for part in parts_of(cut) if part.key == key), None)


@register.filter
def used_frames(side: CardSide) -> int:
    """Return how many frames of its shot a cut plays at most."""
    return side.shot.frames - side.handles


@register.filter
def still_frames(shot: Shot) -> list[int]:
    """Return the frames of a shot that every shot has a still of, in order."""
    middle = shot.first_frame + shot.frames // 2
    return sorted({shot.first_frame, middle, shot.end_frame - 1})
