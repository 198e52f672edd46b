"""How long a transition may be, so that no frame of it lies outside its shots."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.matchcuts import CutSide


@dataclass(frozen=True, slots=True)
class Room:
    """The most frames of the leaving title that a transition may take."""

    before: int
    """While the leaving shot still plays: the entering shot has begun so long before."""
    after: int
    """While the entering shot plays: the leaving shot goes on for so long."""

    def allows(self, before: int, after: int) -> bool:
        """True when both shots have every frame that the transition shows."""
        return 0 <= before <= self.before and 0 <= after <= self.after

    @property
    def even(self) -> int:
        """The longest transition with its middle on the cut."""
        return 2 * min(self.before, self.after)


def room_of(leaving: CutSide, entering: CutSide) -> Room:
    """The room at a cut: what both shots have there, one frame of each kept plain.

    Both pictures show during a transition, so it is bounded by the handles beyond the
    cut and by what plays up to it. Frames of the entering title are counted as those of
    the leaving one that last no longer.
    """
    ratio = leaving.title.rate / entering.title.rate
    played = leaving.frame - leaving.first_frame
    rest = entering.end_frame - 1 - entering.frame
    return Room(
        before=min(played, floor((entering.frame - entering.first_frame) * ratio)),
        after=min(leaving.end_frame - 1 - leaving.frame, floor(rest * ratio)),
    )


def halves(frames: int, room: Room) -> tuple[int, int]:
    """Lay a transition of so many frames about the cut: (before, after).

    In the middle where the handles allow it, else shifted by as little as they need.
    Raises ValueError when no way fits.
    """
    if not 0 < frames <= room.before + room.after:
        raise ValueError(
            f"The handles allow {room.before} frames before the cut and {room.after} "
            f"after it: {frames} do not fit."
        )
    before = max(min(frames // 2, room.before), frames - room.after)
    return before, frames - before
