"""The timeline that every writer writes: events with exact source and record frames."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from catalog.exports.crossings import Crossing, crossing_of
from catalog.exports.events import Event
from catalog.exports.rates import Counting, Unwritable, name_of_rate, spoken
from catalog.timecode import frame_of, timecode

if TYPE_CHECKING:
    from catalog.exports.sources import Source
    from catalog.matchcuts import CutSide, MatchCut

RECORD_START = "01:00:00:00"
# Black between two cuts, so that only what matches stands side by side.
GAP_SECONDS = 1
# How many frames longer or shorter a side may be, to end on a whole source frame.
LEEWAY = 12
NEAR, BEFORE_HALF = Fraction(1, 10), Fraction(2, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """Events in order, one after another, each cut apart from the next by black."""

    name: str
    rate: Fraction
    drop: bool
    events: tuple[Event, ...]
    crossings: tuple[Crossing, ...] = ()
    """Transitions between events of one cut, in their order"""

    def crossing_into(self, event: Event) -> Crossing | None:
        """The transition that an event begins with."""
        return next((c for c in self.crossings if c.entering is event), None)

    def crossing_out_of(self, event: Event) -> Crossing | None:
        """The transition that an event ends with."""
        return next((c for c in self.crossings if c.leaving is event), None)

    @property
    def start(self) -> int:
        """Frames of the record's timecode at its start, 01:00:00:00."""
        return frame_of(RECORD_START, self.rate, drop=self.drop)

    @property
    def length(self) -> int:
        """Frames from the first event's start to the last one's end."""
        return max((event.record_end for event in self.events), default=0)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of most sources; of the earlier where as many."""
        sizes = Counter(event.source.size for event in self.events)
        return sizes.most_common(1)[0][0]

    def tc(self, frame: int) -> str:
        """Record timecode of a frame of the timeline."""
        return timecode(frame, self.rate, RECORD_START, drop=self.drop)

    def sources(self) -> list[Source]:
        """Every source once, in the order of use."""
        found = {event.source.key: event.source for event in self.events}
        return list(found.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Lengths:
    """How much of each side is shown, and how many frames of handles are asked for."""

    seconds: float = 2.0
    handles: int = 24

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= 60:
            raise Unwritable("A side of a cut is shown for up to 60 seconds.")
        if not 0 <= self.handles <= 100_000:
            raise Unwritable("Handles are a number of frames from 0 to 100000.")


@dataclass(frozen=True, slots=True)
class _Side:
    cut_number: int
    cut: MatchCut
    leaving: bool
    source: Source

    @property
    def place(self) -> CutSide:
        return self.cut.leaving if self.leaving else self.cut.entering


@dataclass
class Planner:
    """Lays cuts out; `sources` is each title's by its key."""

    name: str
    cuts: list[MatchCut]
    sources: dict[int, Source]
    lengths: Lengths = field(default_factory=Lengths)

    def in_one(self, counting: Counting | None = None) -> Timeline:
        """One timeline of all events, at this rate; None takes the commonest.

        Raises Unwritable where no source has a rate that a timeline can have.
        """
        return self._lay(self.name, self._sides(), counting or self._commonest())

    def by_rate(self) -> list[Timeline]:
        """A timeline for each rate of the sources, for formats that know but one.

        Raises Unwritable for a source whose rate no timeline can have.
        """
        groups: dict[Counting, list[_Side]] = {}
        for side in self._sides():
            source = side.source
            if not name_of_rate(source.rate, drop=source.drop):
                raise Unwritable(
                    f"{source.name} runs at {spoken(source.rate)} frames a second, which "
                    "this format cannot say; export it as OTIO or FCPXML."
                )
            groups.setdefault((source.rate, source.drop), []).append(side)
        return [
            self._lay(
                f"{self.name} {name_of_rate(rate, drop=drop)}", sides, (rate, drop)
            )
            for (rate, drop), sides in groups.items()
        ]

    def _sides(self) -> list[_Side]:
        return [
            _Side(number, cut, leaving, self.sources[side.title.pk])
            for number, cut in enumerate(self.cuts, start=1)
            for leaving, side in ((True, cut.leaving), (False, cut.entering))
        ]

    def _commonest(self) -> Counting:
        counted = Counter(
            (side.source.rate, side.source.drop)
            for side in self._sides()
            if name_of_rate(side.source.rate, drop=side.source.drop)
        )
        if not counted:
            raise Unwritable("No source has the rate of a timeline: choose one.")
        return counted.most_common(1)[0][0]

    def _lay(self, name: str, sides: list[_Side], counting: Counting) -> Timeline:
        rate, drop = counting
        events: list[Event] = []
        at = 0
        for number, side in enumerate(sides, start=1):
            if events and side.cut_number != events[-1].cut_number:
                at += GAP_SECONDS * round(rate)
            events.append(self._event(number, side, rate, at))
            at = events[-1].record_end
        crossings = (
            crossing_of(a, b, rate)
            for a, b in pairwise(events)
            if a.cut_number == b.cut_number
        )
        return Timeline(
            name=name,
            rate=rate,
            drop=drop,
            events=tuple(events),
            crossings=tuple(each for each in crossings if each is not None),
        )

    def _event(self, number: int, side: _Side, rate: Fraction, at: int) -> Event:
        place = side.place
        there = (
            place.frame + 1 - place.first_frame
            if side.leaving
            else place.end_frame - place.frame
        )
        ratio = side.source.rate / rate
        length = _length(there, self.lengths.seconds * rate, ratio)
        shown = int((length - 1) * ratio) + 1
        first = place.frame + 1 - shown if side.leaving else place.frame
        end = first + shown
        return Event(
            number=number,
            cut_number=side.cut_number,
            cut=side.cut,
            leaving=side.leaving,
            source=side.source,
            first=first,
            end=end,
            before=min(self.lengths.handles, first - place.first_frame),
            after=min(self.lengths.handles, place.end_frame - end),
            record_first=at,
            record_end=at + length,
            plays=max(1, min(round(length * ratio), side.source.frames - first)),
        )


def _length(there: int, wanted: float | Fraction, ratio: Fraction) -> int:
    """Frames on the timeline for a side of which `there` source frames may be shown.

    Frame k of the event shows source frame floor(k * ratio) of it. Where the rates
    differ, the length is moved by up to a quarter of it so that the last frame falls on
    the start of a source frame: then no way of rounding shows another. Rates a
    thousandth apart do not meet so soon: there it takes a program that rounds down.
    """
    most = ceil(there / ratio)
    aim = max(1, min(most, round(wanted)))
    if ratio.denominator == 1:
        return aim

    def off(frames: int) -> tuple[bool, bool, int, int]:
        over = (frames - 1) * ratio % 1
        return over > BEFORE_HALF, over > NEAR, abs(frames - aim), frames

    leeway = min(LEEWAY, aim // 4)
    return min(range(aim - leeway, min(most, aim + leeway) + 1), key=off)
