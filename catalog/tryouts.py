"""A component tried on the very shots of a cut: which frames it shows, and its file key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from catalog.loops import Side

if TYPE_CHECKING:
    from catalog.matchcuts import CutSide, MatchCut
    from catalog.models import EditingComponent

# Raised whenever the same frames would be rendered to another picture.
RENDER_VERSION = 1
SECONDS_AROUND = 1.0
SECONDS_OF_A_SHOT = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Tryout:
    """Frames at the leaving title's rate: plain, with the component on, plain again.

    `leaving` is what A shows from the start to the transition's end, `entering` what B
    shows from its begin on; `before` and `after` are frames of A's rate around the cut.
    Of one shot alone there is no entering side: the component lies on all of it.
    """

    component: str
    settings: str
    leaving: Side
    entering: Side | None
    into: int
    """B's first frame after the cut"""
    before: int
    after: int

    @property
    def key(self) -> str:
        """File key: the same frames of the same contents are rendered once."""
        sides = [
            [side.proxy_key, side.first_frame, side.end_frame] if side else None
            for side in (self.leaving, self.entering)
        ]
        what = [RENDER_VERSION, self.component, self.settings]
        said = [*what, sides, self.into, self.before, self.after]
        digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:40]
        return f"tryouts/{digest[:2]}/{digest}.mp4"


def tryout_on_cut(
    cut: MatchCut, component: EditingComponent, before: int, after: int
) -> Tryout:
    """Plan a transition over a cut, with up to a second of each shot around it.

    `before` and `after` must be lengths that `handles.room_of` allows.
    """
    leaving, entering = cut.leaving, cut.entering
    rate, other = leaving.title.rate, entering.title.rate
    around = max(1, round(SECONDS_AROUND * rate))
    begin = max(leaving.first_frame, leaving.frame + 1 - before - around)
    first = entering.frame - ceil(before * other / rate)
    last = entering.frame + ceil((after + around) * other / rate)
    return Tryout(
        component=component.key,
        settings=json.dumps(component.settings, sort_keys=True),
        leaving=_side(leaving, begin, leaving.frame + 1 + after),
        entering=_side(
            entering,
            max(entering.first_frame, first),
            min(entering.end_frame, last + 1),
        ),
        into=entering.frame,
        before=before,
        after=after,
    )


def tryout_on_shot(side: CutSide, component: EditingComponent) -> Tryout:
    """Plan a component on one shot: up to four seconds of it around the frame."""
    reach = max(1, round(SECONDS_OF_A_SHOT * side.title.rate / 2))
    first = max(side.first_frame, side.frame - reach)
    end = min(side.end_frame, side.frame + reach)
    return Tryout(
        component=component.key,
        settings=json.dumps(component.settings, sort_keys=True),
        leaving=_side(side, first, end),
        entering=None,
        into=0,
        before=0,
        after=0,
    )


def _side(side: CutSide, first: int, end: int) -> Side:
    return Side(proxy_key=side.title.proxy_key, first_frame=first, end_frame=end)
