"""The A-to-B loop of a candidate: which frames it shows, and its file key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.matchcuts import cut_of_candidate

if TYPE_CHECKING:
    from catalog.matchcuts import CutSide, MatchCut
    from catalog.models import MatchCandidate

# Raised whenever the same frames would be rendered to another picture.
RENDER_VERSION = 1
SECONDS_A_SIDE = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """Frames of one title's proxy, half-open: first_frame <= n < end_frame."""

    proxy_key: str
    first_frame: int
    end_frame: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """The tail of the leaving shot, cut to the head of the entering one."""

    leaving: Side
    entering: Side

    @property
    def key(self) -> str:
        """File key: the same frames of the same contents are rendered once."""
        sides = [
            [side.proxy_key, side.first_frame, side.end_frame]
            for side in (self.leaving, self.entering)
        ]
        text = json.dumps([RENDER_VERSION, sides])
        digest = hashlib.sha256(text.encode()).hexdigest()[:40]
        return f"loops/{digest[:2]}/{digest}.mp4"


def loop_of(candidate: MatchCandidate) -> Loop:
    """Plan the loop of a candidate at its matched frames."""
    return loop_of_cut(cut_of_candidate(candidate))


def loop_of_cut(cut: MatchCut) -> Loop:
    """Plan the loop: up to two seconds to the leaving frame, and on from the entering.

    The last frame before the cut is A's, the first after it is B's; neither side
    reaches over the ends of its shot.
    """
    leaving, entering = cut.leaving, cut.entering
    begin = max(leaving.first_frame, leaving.frame + 1 - _reach(leaving))
    end = min(entering.end_frame, entering.frame + _reach(entering))
    return Loop(
        leaving=_side(leaving, begin, leaving.frame + 1),
        entering=_side(entering, entering.frame, end),
    )


def loop_key(candidate: MatchCandidate) -> str:
    """File key of the candidate's loop."""
    return loop_of(candidate).key


def _side(side: CutSide, first: int, end: int) -> Side:
    return Side(proxy_key=side.title.proxy_key, first_frame=first, end_frame=end)


def _reach(side: CutSide) -> int:
    return max(1, round(SECONDS_A_SIDE * side.title.rate))
