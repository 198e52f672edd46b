"""Which frames of a shot are looked at, and which frames' flow speaks of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from catalog.models import Shot, Slot

LONG_SHOT_SECONDS = 10.0
INNER_EVERY_SECONDS = 2.0
# A movement is read over ten frames of film on its side of the cut.
FLOW_SECONDS = 0.4


class Moment(NamedTuple):
    """One looked-at frame of a shot."""

    shot: Shot
    slot: str
    frame: int


def moments_of(shot: Shot) -> list[Moment]:
    """Head, middle and tail of a shot; every two seconds too when it is long."""
    last = shot.end_frame - 1
    found = [
        Moment(shot, Slot.HEAD, shot.first_frame),
        Moment(shot, Slot.MIDDLE, shot.first_frame + shot.frames // 2),
        Moment(shot, Slot.TAIL, last),
    ]
    if shot.seconds > LONG_SHOT_SECONDS:
        step = INNER_EVERY_SECONDS * float(shot.title.rate)
        inner = np.arange(shot.first_frame + step, last, step).round().astype(int)
        found += [Moment(shot, Slot.INNER, int(frame)) for frame in inner]
    return found


def flow_window(moment: Moment) -> slice:
    """Frames whose flow speaks of a moment: after a head, before a tail, around others.

    The flow of a shot's first frame compares it with another shot: left out.
    """
    shot = moment.shot
    window = max(2, round(FLOW_SECONDS * float(shot.title.rate)))
    if moment.slot == Slot.HEAD:
        first = shot.first_frame + 1
    elif moment.slot == Slot.TAIL:
        first = shot.end_frame - window
    else:
        first = moment.frame - window // 2
    first = max(first, shot.first_frame + 1)
    return slice(first, max(first, min(first + window, shot.end_frame)))
