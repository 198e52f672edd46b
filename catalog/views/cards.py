"""What a card says of a pair: its two sides, and every part of its score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.matchcuts import MatchCut
    from catalog.models import BinItem, MatchCandidate, Shot

# Parts that say how the entering picture is placed: numbers, not shares of a score.
PLACEMENT = {"dx", "dy", "scale", "rotation", "aspect"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `share` is 0..1 for a bar, None for a mere number or word."""

    key: str
    name: str
    text: str
    share: float | None


@dataclass(frozen=True, slots=True)
class CardSide:
    """One side of a pair: `handles` frames lie beyond the cut, `copies` in its group."""

    name: str
    shot: Shot
    frame: int
    tc: str
    handles: int
    copies: int


def parts_of(cut: MatchCandidate | MatchCut | BinItem) -> list[Part]:
    """Every part of a score, shares first."""
    found = [_part(name, value) for name, value in cut.parts.items()]
    return sorted(found, key=lambda part: part.share is None)


def _part(name: str, value: object) -> Part:
    label = name.replace("_", " ").replace("iou", "IoU")
    if not isinstance(value, int | float):
        return Part(name, label, str(value), None)
    if name in PLACEMENT:
        return Part(name, label, f"{value:.3f}", None)
    return Part(name, label, f"{value:.2f}", min(1.0, max(0.0, float(value))))


def sides_of(candidate: MatchCandidate) -> list[CardSide]:
    """The leaving and the entering side of a candidate `with_card`."""
    return [_side(candidate, "leaving"), _side(candidate, "entering")]


def _side(candidate: MatchCandidate, name: str) -> CardSide:
    shot: Shot = getattr(candidate, name)
    frame: int = getattr(candidate, f"{name}_frame")
    copies: int = getattr(candidate, f"{name}_copies", 0)
    tc = shot.title.tc(frame)
    return CardSide(name, shot, frame, tc, candidate.handles(name), copies)
