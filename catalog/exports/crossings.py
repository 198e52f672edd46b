"""Accepted transitions on the timeline: whole frames, inside what the sources have."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from catalog.exports.events import Event
    from catalog.matchcuts import Laid


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """A transition from one event to the next; the events stay what they are.

    `before` and `after` are frames of the timeline that it takes on each side of the
    cut, for which the other event's source has handles.
    """

    laid: Laid
    leaving: Event
    entering: Event
    before: int
    after: int

    @property
    def first(self) -> int:
        """Its first frame on the timeline."""
        return self.entering.record_first - self.before

    @property
    def end(self) -> int:
        """The frame of the timeline after its last."""
        return self.entering.record_first + self.after

    @property
    def length(self) -> int:
        """Frames on the timeline."""
        return self.before + self.after


def crossing_of(leaving: Event, entering: Event, rate: Fraction) -> Crossing | None:
    """The crossing between the two events of a cut, at the timeline's rate.

    Frames are as many as were accepted, and no more than both shots show or have beyond
    the cut, one frame of each event kept plain. None where none was accepted, or the
    frames that remain are none.
    """
    laid = leaving.cut.transition
    if laid is None:
        return None
    slow, fast = leaving.source.rate / rate, entering.source.rate / rate
    head = entering.first - entering.cut.entering.first_frame
    # Of the leaving shot, from the event's first frame: frame k shows floor(k * slow).
    shown = leaving.cut.leaving.end_frame - leaving.first
    tail = floor((shown - 1) / slow) + 1 - leaving.length
    before = min(round(laid.before * rate), leaving.length - 1, floor(head / fast))
    after = min(round(laid.after * rate), entering.length - 1, tail)
    before, after = max(0, before), max(0, after)
    if not before + after:
        return None
    return Crossing(
        laid=laid, leaving=leaving, entering=entering, before=before, after=after
    )
