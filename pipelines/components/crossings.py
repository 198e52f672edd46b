"""Cuts that a transition hides from those who look for cuts: found by its components."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import torch
from django.conf import settings

from mlcore.components.finding.presence import PLAIN_SHARE
from mlcore.shots.changed import changed_stretches
from mlcore.shots.detect import flashes_of
from mlcore.shots.dissolves import middle_of
from mlcore.shots.flashes import without
from pipelines.components.seen import looks_at
from pipelines.components.shipped import live_finder
from pipelines.components.windows import SHORTEST_SIDE, SIDES, apart, windows_about
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlcore.shots.signals import Signals
    from mlcore.spans import Span
    from pipelines.jobs import Claim

REACH = 0.5
"""Seconds on either side by which most of a transition is over"""
STEP = 0.16
"""Seconds between places that are looked at: windows may lie a little beside the middle"""


class _Place(NamedTuple):
    frame: int
    stretch: Span
    """What changes about it"""
    span: Span
    """What seems to be one shot"""


def crossings_of(claim: Claim, signals: Signals, spans: Sequence[Span]) -> list[int]:
    """Return the first frames of shots that begin inside spans, where a transition hid it.

    Where colours become others without a cut, the live component encoder's detector says
    whether a transition lies there or the camera only went on. Without one, or where it
    cannot be loaded, which the job then notes, there are none.
    """
    rate = float(claim.title.rate)
    places = _places(signals, spans, rate)
    if not places:
        return []
    try:
        finder, _ = live_finder()
    except PipelineError as error:
        claim.job.note(f"Cuts hidden by transitions were not looked for: {error}")
        return []
    torch.set_num_threads(settings.TORCH_THREADS)
    windows = [windows_about(place.frame, _most(place), rate) for place in places]
    chances = []
    for looks in looks_at(claim.title, finder, windows):
        chances.append(finder.detector.crosses(looks, plain=PLAIN_SHARE))
        claim.progress(len(chances) / len(places), "hidden cuts")
    return _cuts(places, chances, signals, rate)


def _places(signals: Signals, spans: Sequence[Span], rate: float) -> list[_Place]:
    step = max(1, round(STEP * rate))
    stretches = changed_stretches(
        # What breaks into a shot and goes again leaves the same picture behind.
        without(signals.tint, flashes_of(signals)),
        spans,
        reach=round(REACH * rate),
        least=max(1, round(SHORTEST_SIDE * rate)),
    )
    return [
        _Place(frame, stretch, span)
        for stretch, span in stretches
        # What is left over on either side is the same.
        for frame in range(
            stretch.first + (len(stretch) - 1) % step // 2, stretch.end, step
        )
    ]


def _most(place: _Place) -> int:
    return min(place.frame - place.span.first, place.span.end - place.frame)


def _cuts(
    places: Sequence[_Place], chances: Sequence[float], signals: Signals, rate: float
) -> list[int]:
    """Return a cut for each run of places with a transition, the likeliest first to stay."""
    best = []
    both = zip(places, chances, strict=True)
    for (_, there), run in groupby(both, lambda one: (one[0].stretch, one[1] > 0.5)):
        if there:
            place, chance = max(run, key=lambda one: one[1])
            best.append((chance, place))
    best.sort(key=lambda one: -one[0])
    reach = round(max(SIDES) * rate)
    return sorted(apart((_middle(place, signals, reach) for _, place in best), rate))


def _middle(place: _Place, signals: Signals, most: int) -> int:
    """Return the first frame that shows more of what comes than of what goes.

    Where a stretch begins, only what is ahead of it is another picture; at its end what
    is behind it.
    """
    first = max(place.stretch.first, place.frame - most)
    last = min(place.stretch.end - 1, place.frame + most)
    return middle_of(signals.tint, first, last)
