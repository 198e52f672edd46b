"""How pages write frames, timecodes, durations and score parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from catalog.models import MatchCandidate, Shot, Title

register = template.Library()

# Parts that say how the entering picture is placed: numbers, not shares of a score.
PLACEMENT = {"dx", "dy", "scale", "rotation", "aspect"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `share` is 0..1 for a bar, None for a mere number or word."""

    name: str
    text: str
    share: float | None


@dataclass(frozen=True, slots=True)
class CardSide:
    """One side of a pair, as a card or page shows it."""

    name: str
    shot: Shot
    frame: int
    tc: str
    handles: int
    copies: int


@register.filter
def parts(candidate: MatchCandidate) -> list[Part]:
    """Return every part of a candidate's score, shares first."""
    found = [_part(name, value) for name, value in candidate.parts.items()]
    return sorted(found, key=lambda part: part.share is None)


def _part(name: str, value: object) -> Part:
    label = name.replace("_", " ").replace("iou", "IoU")
    if not isinstance(value, int | float):
        return Part(label, str(value), None)
    if name in PLACEMENT:
        return Part(label, f"{value:.3f}", None)
    return Part(label, f"{value:.2f}", min(1.0, max(0.0, float(value))))


@register.filter
def sides(candidate: MatchCandidate) -> list[CardSide]:
    """Return the leaving and the entering side of a candidate `with_card`."""
    return [_side(candidate, "leaving"), _side(candidate, "entering")]


def _side(candidate: MatchCandidate, name: str) -> CardSide:
    shot: Shot = getattr(candidate, name)
    frame: int = getattr(candidate, f"{name}_frame")
    copies: int = getattr(candidate, f"{name}_copies", 0)
    tc = shot.title.tc(frame)
    return CardSide(name, shot, frame, tc, candidate.handles(name), copies)


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
def percent(share: float) -> str:
    """Write 0..1 as a whole percentage."""
    return f"{share:.0%}"


@register.filter
def still_frames(shot: Shot) -> list[int]:
    """Return the frames of a shot that every shot has a still of, in order."""
    middle = shot.first_frame + shot.frames // 2
    return sorted({shot.first_frame, middle, shot.end_frame - 1})
