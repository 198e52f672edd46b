"""Finished segments of a proxy on disk: each a file and, written last, its marker."""

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from pipelines.media.files import write_whole
from pipelines.media.packets import Json

MARKER = re.compile(r"\d{5}\.json")
TRACK = "track.json"
LARGEST_TICK = 1 << 62


@dataclass(frozen=True)
class Segment:
    """Frames ``first_frame`` to ``end_frame`` (half-open) of the proxy."""

    number: int
    first_frame: int
    end_frame: int


@dataclass(frozen=True)
class Marker:
    """What a finished segment's marker says: its span and its frames' source times.

    ``damaged`` counts the damaged frames from the start of the title to the segment's end.
    """

    segment: Segment
    ticks: tuple[int, ...]
    exact: bool
    damaged: int

    def as_json(self) -> Json:
        """For the marker's file."""
        return {
            "number": self.segment.number,
            "first": self.segment.first_frame,
            "end": self.segment.end_frame,
            "ticks": self.ticks,
            "exact": self.exact,
            "damaged": self.damaged,
        }


def marker_from_json(body: Json) -> Marker:
    """A marker as the child or the disk has it; raises ValueError if it cannot be true."""
    segment = Segment(int(body["number"]), int(body["first"]), int(body["end"]))
    ticks = tuple(int(tick) for tick in body["ticks"])
    rising = all(a < b for a, b in pairwise(ticks))
    if any(abs(tick) >= LARGEST_TICK for tick in ticks):
        raise ValueError("The times of a segment are out of range.")
    if not rising or not 0 < segment.end_frame - segment.first_frame == len(ticks):
        raise ValueError("The frames of a segment do not add up.")
    return Marker(segment, ticks, bool(body["exact"]), int(body["damaged"]))


def segment_path(folder: Path, number: int) -> Path:
    """The segment's video."""
    return folder / f"{number:05}.mp4"


def write_marker(folder: Path, marker: Marker) -> None:
    """Say that the segment, and all that was made from it, is there to stay."""
    path = folder / f"{marker.segment.number:05}.json"
    write_whole(path, json.dumps(marker.as_json()).encode())


def finished_markers(folder: Path) -> list[Marker]:
    """Markers from the first segment on, as far as they go without a gap."""
    markers: list[Marker] = []
    for path in sorted(folder.glob("*.json")):
        if not MARKER.fullmatch(path.name):
            continue
        marker = marker_from_json(json.loads(path.read_bytes()))
        if marker.segment.number != len(markers):
            break
        markers.append(marker)
    return markers


@dataclass(frozen=True, kw_only=True)
class ProxyTrack:
    """A whole decoded source: ``frames`` in ``segments``, times in ``time_base`` seconds.

    ``size`` and ``small_size`` are (width, height) of the proxy and of the small pictures;
    ``damaged`` counts frames that the decoder had to mend.
    """

    frames: int
    segments: tuple[Segment, ...]
    time_base: Fraction
    size: tuple[int, int]
    small_size: tuple[int, int]
    damaged: int

    def save(self, folder: Path) -> None:
        """Mark the track as complete."""
        body = {
            "frames": self.frames,
            "time_base": str(self.time_base),
            "size": self.size,
            "small_size": self.small_size,
            "damaged": self.damaged,
        }
        write_whole(folder / TRACK, json.dumps(body).encode())


def load_track(folder: Path) -> ProxyTrack | None:
    """The track if all of it was written."""
    path = folder / TRACK
    if not path.exists():
        return None
    body = json.loads(path.read_bytes())
    return ProxyTrack(
        frames=body["frames"],
        segments=tuple(marker.segment for marker in finished_markers(folder)),
        time_base=Fraction(body["time_base"]),
        size=tuple(body["size"]),
        small_size=tuple(body["small_size"]),
        damaged=body["damaged"],
    )


def remove_all(folder: Path) -> None:
    """Take back everything that was written of a proxy."""
    for path in (
        *folder.glob("*.json"),
        *folder.glob("*.mp4"),
        *folder.glob(".*.part*"),
    ):
        path.unlink(missing_ok=True)
