"""When each displayed frame is shown: the table beside every proxy."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

from pipelines.media.files import write_whole

# Clocks finer than this (Hz) overflow MP4's 32-bit times within minutes; they are rounded.
FINEST_CLOCK = 10_000_000
COARSE_CLOCK = 1_000_000


def proxy_clock(time_base: Fraction) -> int:
    """Ticks per second of a proxy whose source counts in ``time_base`` seconds."""
    finest = time_base.denominator
    return finest if finest <= FINEST_CLOCK else COARSE_CLOCK


def times_path(proxy: Path) -> Path:
    """Where the table of ``proxy`` lies: each proxy has a folder of its own."""
    return proxy.with_name("times.json")


@dataclass(frozen=True, kw_only=True)
class FrameTimes:
    """Times of all displayed frames, by index.

    ``ticks[i]`` is frame i's time on the source's own clock, in units of ``time_base``
    seconds; the proxy shows it ``ticks[i] - ticks[0]`` later than its first frame.
    ``exact`` is false where the source left times out or repeated them and they had to be
    made up: such a file cannot be entered by time. ``usual`` is a frame's length in ticks.
    """

    time_base: Fraction
    ticks: tuple[int, ...]
    usual: int
    exact: bool

    def __len__(self) -> int:
        return len(self.ticks)

    def seconds(self, index: int) -> Fraction:
        """When frame ``index`` appears, after the first; ``len(self)`` gives the end."""
        if index == len(self.ticks):
            return self.seconds(index - 1) + self.usual * self.time_base
        return (self.ticks[index] - self.ticks[0]) * self.time_base

    def duration(self, index: int) -> Fraction:
        """Seconds for which frame ``index`` is shown."""
        return self.seconds(index + 1) - self.seconds(index)

    def save(self, path: Path) -> None:
        """Write the table durably."""
        content = {
            "time_base": str(self.time_base),
            "usual": self.usual,
            "exact": self.exact,
            "ticks": self.ticks,
        }
        write_whole(path, json.dumps(content).encode())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a table that ``save`` wrote."""
        content = json.loads(path.read_bytes())
        return cls(
            time_base=Fraction(content["time_base"]),
            ticks=tuple(content["ticks"]),
            usual=content["usual"],
            exact=content["exact"],
        )
