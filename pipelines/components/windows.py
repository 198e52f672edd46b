"""Which frames of a title stand for a cut, or for a shot, when components are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from catalog.models import Shot

SECONDS = 4.0
"""As long as the clips that the encoder was trained on."""

SIDES = (2.0, 1.0, 0.5, 0.25)
"""Seconds to either side of a cut: a transition of a fifth of a second to three fills one of
these windows by a third to three quarters, as those that were learned from do."""

REACH = 1.0
"""Seconds that a transition may reach into a shot, as those that were learned from do."""

APART = 1.0
"""Seconds between two transitions at least: a picture has to be seen in between"""

SHORTEST_SIDE = 0.2
"""Seconds: with less of a shot beside a cut nothing can be told of a transition."""


@dataclass(frozen=True)
class Window:
    """Frames that are looked at together, and what they stand for."""

    first_frame: int
    end_frame: int
    shot: Shot | None = None
    cut_frame: int | None = None

    def frames(self, count: int) -> list[int]:
        """Return `count` frames, the middles of equal pieces; some repeat in short ones."""
        step = (self.end_frame - self.first_frame) / count
        return [self.first_frame + int((n + 0.5) * step) for n in range(count)]


def windows_at_cuts(shots: Iterable[Shot], rate: float) -> list[list[Window]]:
    """Return the windows about each cut between two shots that follow one another.

    As far as the two shots go, and as much on one side as on the other: the encoder
    expects the cut in the middle.
    """
    return [
        windows_about(b.first_frame, most, rate)
        for a, b in pairwise(shots)
        if a.end_frame == b.first_frame
        and (most := min(a.frames, b.frames)) >= SHORTEST_SIDE * rate
    ]


def windows_about(cut: int, most: int, rate: float) -> list[Window]:
    """Return the windows about a cut, the longest first, at most `most` frames a side.

    Sides that come out equal are looked at once.
    """
    sides = {min(most, round(side * rate)) for side in SIDES}
    return [
        Window(cut - side, cut + side, cut_frame=cut)
        for side in sorted(sides, reverse=True)
    ]


def apart(cuts: Iterable[int], rate: float) -> list[int]:
    """Return those of some cuts, the best first, that lie APART seconds from any better one."""
    kept: list[int] = []
    for cut in cuts:
        if all(abs(cut - other) >= APART * rate for other in kept):
            kept.append(cut)
    return kept


def windows_on_shots(
    shots: Sequence[Shot], rate: float, transitions: Container[int] = ()
) -> list[list[Window]]:
    """Return a window in the middle of each shot, four seconds or all of it.

    `transitions` are the cuts at which one was found: a shot beside one shows half of it,
    which is left out, at most a third of the shot.
    """
    found = []
    for shot in shots:
        reach = min(shot.frames // 3, round(REACH * rate))
        first = shot.first_frame + reach * (shot.first_frame in transitions)
        end = shot.end_frame - reach * (shot.end_frame in transitions)
        length = min(end - first, round(SECONDS * rate))
        first += (end - first - length) // 2
        found.append([Window(first, first + length, shot=shot)])
    return found
