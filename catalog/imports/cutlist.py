"""What a timeline says of a cut, before anybody knows which titles it means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from catalog.exports.rates import RATES, Counting

if TYPE_CHECKING:
    from catalog.models import Title

MOST_EVENTS = 20_000


class Unreadable(ValueError):
    """The file cannot be read as a cut; the message is one sentence for the person."""


@dataclass(frozen=True, kw_only=True)
class ReadEvent(ABC):
    """One clip: where to look for its source, and what of it is shown when.

    `hints` are names of its source, the surest first: paths, reels, file names.
    `transition` is the frames of the dissolve or wipe that it begins with.
    """

    label: str
    reel: str
    clip_name: str
    hints: tuple[str, ...]
    transition: int = 0

    @abstractmethod
    def record(self, counting: Counting) -> tuple[int, int]:
        """Frames of the record since its 00:00:00:00, half-open. Raises Unreadable."""

    @abstractmethod
    def frames_in(self, title: Title, counting: Counting) -> tuple[int, int] | None:
        """Frames of this title that are shown, half-open; None where they are not in it.

        Raises Unreadable for a change of speed.
        """


@dataclass(frozen=True, kw_only=True)
class ReadCut:
    """A whole timeline. `counting` is the rate that it says itself, if it says one."""

    name: str
    form: str
    events: Sequence[ReadEvent] = field(default_factory=tuple)
    counting: Counting | None = None
    drop: bool = False


def shown(first: int, record_frames: int, rate: Fraction, record: Fraction) -> int:
    """The frame after the last that is shown from `first` on, in the source's rate."""
    return first + int((record_frames - 1) * rate / record) + 1


def within(title: Title, first: int, end: int) -> tuple[int, int] | None:
    """The frames if the title has them."""
    return (first, end) if 0 <= first < end <= title.frames else None


def exact_rate(value: float) -> Fraction:
    """The rate that a rounded number such as 23.976 or 29.97003 means.

    Raises ValueError for a number that is no rate of frames.
    """
    if not 1 <= value <= 1000:
        raise ValueError(f"{value} is no rate")
    nearest = min((rate for rate, _ in RATES.values()), key=lambda r: abs(r - value))
    if abs(float(nearest) - value) < 0.005:
        return nearest
    return Fraction(value).limit_denominator(1001)
