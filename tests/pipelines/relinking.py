"""An editing program in small: finds the sources of events, blind.

It shares no code with what wrote them: timecode is counted up label by label.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av

from tests.footage import read_codes

RATES = {
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
}


@dataclass
class Found:
    """One event as a format tells it: where it begins, and how many frames it plays.

    `begins` is a timecode label, or frames since 00:00:00:00. `before` and `after` are
    handles. `rate` and `record_rate` may differ.
    """

    reel: str
    begins: str | int
    frames: int
    rate: Fraction
    record_rate: Fraction
    path: str
    before: int
    after: int
    matched: str | int | None = None

    def seen(self) -> list[int]:
        """Which frames from the first on are seen, in order."""
        return [int(k * self.rate / self.record_rate) for k in range(self.frames)]


@cache
def labels(base: int, drop: bool) -> list[str]:
    """Every timecode from 00:00:00:00 for an hour and two minutes, by counting."""
    found = []
    h = m = s = f = 0
    mark = ";" if drop else ":"
    while (h, m) < (1, 2):
        found.append(f"{h:02d}:{m:02d}:{s:02d}{mark}{f:02d}")
        f += 1
        if f == base:
            s, f = s + 1, 0
        if s == 60:
            m, s = m + 1, 0
            if drop and m % 10:
                f = base // 15
        if m == 60:
            h, m = h + 1, 0
    return found


@cache
def places(base: int, drop: bool) -> dict[str, int]:
    """How many frames after 00:00:00:00 each timecode is."""
    return {label: place for place, label in enumerate(labels(base, drop))}


class Shelf:
    """A folder of clips: each frame's code by reel and timecode, or by path."""

    def __init__(self, folder: Path) -> None:
        self.by_label: dict[tuple[str, str], int] = {}
        self.by_count: dict[tuple[str, Fraction, int], int] = {}
        self.by_path: dict[str, list[int]] = {}
        self.starts: dict[str, tuple[str, int]] = {}
        for path in sorted(folder.iterdir()):
            self._take(path)

    def _take(self, path):
        with av.open(str(path)) as opened:
            video = opened.streams.video[0]
            tags = {}
            for stream in opened.streams:
                tags |= {name.lower(): value for name, value in stream.metadata.items()}
            pictures = [
                frame.to_ndarray(format="rgb24") for frame in opened.decode(video)
            ]
            rate = Fraction(video.average_rate)
        codes, begins, reel = read_codes(pictures), tags["timecode"], tags["reel_name"]
        drop = ";" in begins
        counted = labels(round(rate), drop)
        first = places(round(rate), drop)[begins]
        for index, code in enumerate(codes):
            self.by_label[reel, counted[first + index]] = code
            self.by_count[reel, rate, first + index] = code
        self.by_path[path.name] = codes
        self.starts[path.name] = (begins, first)

    def by_timecode(self, event: Found, offset: int) -> int:
        """The code of the frame `offset` after the event's first, by reel and timecode."""
        if isinstance(event.begins, int):
            return self.by_count[event.reel, event.rate, event.begins + offset]
        way = round(event.rate), ";" in event.begins
        label = labels(*way)[places(*way)[event.begins] + offset]
        return self.by_label[event.reel, label]

    def by_file(self, event: Found, offset: int) -> int:
        """The same frame, by the path that the format writes, opened there."""
        path = Path(event.path)
        assert path.is_file(), path
        begins, first = self.starts[path.name]
        at = event.begins
        if isinstance(at, str):
            at = places(round(event.rate), ";" in begins)[at]
        return self.by_path[path.name][at - first + offset]
