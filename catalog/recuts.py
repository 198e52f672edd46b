"""Where the frames of a title's older version stand in it, as a worker has found them."""

from __future__ import annotations

import json
from bisect import bisect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.files import local_path

if TYPE_CHECKING:
    from catalog.models import Title

# Raised whenever the same films would be aligned another way.
MAP_VERSION = 1


@dataclass(frozen=True, slots=True)
class FrameMap:
    """Runs of frames that both versions have: (older frame, newer frame, frames)."""

    spans: list[tuple[int, int, int]]
    """Sorted by the older frame; no frame of either version stands in two."""
    _firsts: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_firsts", [old for old, _, _ in self.spans])

    @property
    def frames(self) -> int:
        """Frames of the older version that are in the newer one."""
        return sum(frames for _, _, frames in self.spans)

    def frame(self, older: int) -> int | None:
        """Where a frame of the older version stands now; None: it is gone."""
        at = bisect(self._firsts, older) - 1
        if at < 0:
            return None
        old, new, frames = self.spans[at]
        return new + older - old if older < old + frames else None

    def goes_on(self, older: int) -> bool:
        """Whether a frame and the one before it still follow one another."""
        before, here = self.frame(older - 1), self.frame(older)
        return before is not None and here is not None and here == before + 1

    def own_range(
        self, frame: int, shot: tuple[int, int], older: tuple[int, int]
    ) -> tuple[int, int]:
        """The frames about `frame` of the newer version that an older range now means.

        They reach to the ends of the newer shot, but not over frames that stood outside
        the older range: two shots may have become one. Ranges are half-open.
        """
        first, end = shot
        for old, new, frames in self.spans:
            for a, b in ((old, older[0]), (older[1], old + frames)):
                # Frames a .. b of the older version are of other shots.
                begin, stop = max(a, old), min(b, old + frames)
                if begin >= stop:
                    continue
                if new + stop - old <= frame:
                    first = max(first, new + stop - old)
                elif new + begin - old > frame:
                    end = min(end, new + begin - old)
        return first, end


def map_key(title: Title) -> str:
    """File key of the map from the version before.

    Raises ValueError before both have proxies, or when there is none before.
    """
    older = title.supersedes
    if older is None or older.source is None or not older.proxy_key:
        raise ValueError(f"{title} has no older version to look at")
    folder, _, name = title.proxy_key.rpartition("/")
    if not name:
        raise ValueError(f"{title} has no proxy yet")
    return f"{folder}/recut-{older.source.content_key[:40]}.json"


def write_map(spans: list[tuple[int, int, int]]) -> str:
    """The text of a map's file."""
    return json.dumps({"version": MAP_VERSION, "spans": spans})


def read_map(title: Title) -> FrameMap | None:
    """The map from the version before; None where none was found yet."""
    try:
        text = local_path(map_key(title)).read_text()
    except (FileNotFoundError, ValueError):
        return None
    kept = json.loads(text)
    if kept.get("version") != MAP_VERSION:
        return None
    return FrameMap([(old, new, frames) for old, new, frames in kept["spans"]])
