"""One clip of a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.exports.sources import Source
    from catalog.matchcuts import Laid, MatchCut


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One clip of the timeline: the tail of a leaving shot, or the head of an entering one.

    `first` to `end` are frames of the source, half-open: those that are shown.
    `record_first` to `record_end` are frames of the timeline from its start. `before`
    and `after` are handles, frames of the source that are there beyond them. `plays` is
    how many frames of the source last as long as the event, where rates differ.
    """

    number: int
    cut_number: int
    cut: MatchCut
    leaving: bool
    source: Source
    first: int
    end: int
    before: int
    after: int
    record_first: int
    record_end: int
    plays: int

    @property
    def matched(self) -> int:
        """The frame of the source at the cut: the last of A, the first of B."""
        return self.end - 1 if self.leaving else self.first

    @property
    def length(self) -> int:
        """Frames on the timeline."""
        return self.record_end - self.record_first

    @property
    def laid(self) -> tuple[Laid, ...]:
        """What is accepted for its shot alone."""
        return self.cut.on_leaving if self.leaving else self.cut.on_entering
