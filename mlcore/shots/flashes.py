"""What breaks into a shot and is gone before it could be one: flashes, damaged frames, glitches."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mlcore.spans import Span

BURST = 15
"""Frames at most from the picture before to its return"""


def find_flashes(tint: NDArray[np.uint8], *, shortest: int, same: float) -> list[Span]:
    """Return the frames that break into a shot, of (n, 6, 8, 3) mean colours.

    Before and after them stands the same picture (up to a mean difference of `same`,
    0..255), at most BURST frames apart, and nothing of them lasts for `shortest` frames: it
    may be one flash or several pictures one after the other. They come or go from one
    frame to the next. Spans may overlap.
    """
    jumps = _differ(tint[1:], tint[:-1], same)  # between a frame and the next
    ways = [(tint, jumps, 0), (tint[::-1], jumps[::-1], len(tint))]
    found = set()
    for colours, leaps, turned in ways:
        for before in np.flatnonzero(leaps):
            end = _returns(int(before), colours, leaps, shortest, same)
            if end is not None:
                first = int(before) + 1
                found.add((turned - end, turned - first) if turned else (first, end))
    return [Span(first, end) for first, end in sorted(found)]


def _returns(
    before: int,
    tint: NDArray[np.uint8],
    jumps: NDArray[np.bool_],
    shortest: int,
    same: float,
) -> int | None:
    """Return the frame that shows the picture `before` again, if what is between is a flash."""
    ahead = tint[before + 2 : before + BURST + 1]
    back = np.flatnonzero(~_differ(ahead, tint[before : before + 1], same))
    if not len(back):
        return None
    end = before + 2 + int(back[0])
    edges = np.flatnonzero(np.r_[True, jumps[before + 1 : end - 1], True])
    return end if np.diff(edges).max() < shortest else None


def _differ(
    a: NDArray[np.uint8], b: NDArray[np.uint8], same: float
) -> NDArray[np.bool_]:
    apart = np.abs(a.astype(np.int16) - b).mean(axis=(1, 2, 3))
    return np.asarray(apart > same, np.bool_)


def outside(cuts: Iterable[int], flashes: Sequence[Span]) -> set[int]:
    """Return those cuts that neither begin nor end nor divide a flash."""
    hit = {cut for span in flashes for cut in range(span.first, span.end + 1)}
    return set(cuts) - hit


def without(tint: NDArray[np.uint8], flashes: Sequence[Span]) -> NDArray[np.uint8]:
    """Return mean colours (n, 6, 8, 3) in which the picture before stands for each flash."""
    steady = tint.copy()
    for span in flashes:
        steady[span.first : span.end] = steady[span.first - 1]
    return steady
