"""The exact frame rate, and whether there is one."""

from fractions import Fraction
from itertools import islice, pairwise
from statistics import median

import av.error

from pipelines.media.child.opening import Opened

LOOKED_AT = 20_000
PACKETS = 60
PLACES = (0.0, 0.3, 0.6, 0.9)
# A step between frames is odd when it differs by more than this part of a frame (and by
# more than the clock's own rounding); so many odd ones are a glitch, more are a habit.
ODD_STEP, ODD_TICKS, ODD_SHARE, ODD_ONES = 0.1, 1.5, 0.02, 3
# A measured rate this near (relative) to a customary one is that one: 24 and 24000/1001
# lie 0.001 apart.
SNAP = 4e-4
AGREES = 0.005


def exact_rate(opened: Opened, seconds: float) -> tuple[Fraction, bool]:
    """Frames per second, the average where it varies, and whether it varies.

    May read from ``opened``, which is of no use for reading from the start afterwards.
    """
    video = opened.video
    said = [r for r in (video.average_rate, video.guessed_rate, video.base_rate) if r]
    steps = _steps(opened, seconds)
    if not steps:
        return customary(said[0] if said else Fraction(25)), False
    usual = median(steps)
    tolerance = max(ODD_TICKS, ODD_STEP * usual)
    regular = [step for step in steps if abs(step - usual) <= tolerance]
    odd = len(steps) - len(regular)
    measured = Fraction(len(regular), sum(regular)) / opened.time_base
    if odd > max(ODD_SHARE * len(steps), ODD_ONES):
        return (said[0] if said else measured), True
    # A measured rate suffers from a coarse clock, a said one from holes in the film.
    near = [r for r in map(customary, said) if abs(r - measured) < AGREES * measured]
    return (near[0] if near else customary(measured)), False


def customary(rate: Fraction) -> Fraction:
    """The whole or NTSC rate (n or 1000n/1001) that is as good as ``rate``, or itself."""
    whole = Fraction(round(rate))
    ntsc = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    best = min((whole, ntsc), key=lambda known: abs(known - rate))
    return best if best and abs(best - rate) <= SNAP * rate else rate


def _steps(opened: Opened, seconds: float) -> list[int]:
    """Ticks between neighbouring frames: from the file's index, else of some packets."""
    entries = opened.video.index_entries
    if opened.is_mov and len(entries) > 1:
        runs = [[entry.timestamp for entry in islice(entries, LOOKED_AT)]]
    else:
        runs, reached = [], -1 << 62
        for part in PLACES:
            times = [t for t in _times_at(opened, part * seconds) if t > reached]
            reached = max(times, default=reached)
            runs.append(times)
    return [b - a for times in runs for a, b in pairwise(times) if b > a]


def _times_at(opened: Opened, seconds: float) -> list[int]:
    """Times of the frames near a place, in order."""
    video = opened.video
    try:
        if seconds:
            start = video.start_time or 0
            opened.container.seek(start + int(seconds / opened.time_base), stream=video)
        packets = islice(opened.container.demux(video), PACKETS)
        times = sorted(packet.pts for packet in packets if packet.pts is not None)
    except av.error.FFmpegError:
        return []
    # The first and last few may lack neighbours that are coded elsewhere.
    return times[4 if seconds else 0 : -4]
