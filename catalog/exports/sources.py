"""The files that a timeline takes its events from, as the formats need to know them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalog.exports.paths import placed
from catalog.exports.rates import Unwritable
from catalog.exports.text import one_line
from catalog.timecode import frame_of, timecode

if TYPE_CHECKING:
    from catalog.models import StorageRoot, Title


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file: `start` counts frames of its own timecode since 00:00:00:00.

    `file` is where the editor's machine finds it; `size` is (width, height) in square
    pixels and `picture` the active part of it, (x, y, width, height) in parts of it.
    """

    key: int
    name: str
    file: str
    reel: str
    rate: Fraction
    drop: bool
    start: int
    frames: int
    size: tuple[int, int]
    picture: tuple[float, float, float, float]
    channels: int

    @property
    def file_name(self) -> str:
        """The last part of the path, whatever the system."""
        return self.file.replace("\\", "/").rsplit("/", 1)[-1]

    def tc(self, frame: int) -> str:
        """The timecode of a frame of the file."""
        return timecode(self.start + frame, self.rate, drop=self.drop)


def source_of(title: Title, file: str) -> Source:
    """What the formats need to know of a title.

    Raises Unwritable for a title that has not been probed or has no frames.
    """
    if not title.rate or not title.frames:
        raise Unwritable(f"{title} has no rate yet: wait for its ingest, then export.")
    probe = title.probe
    x, y, width, height = probe.get("active_picture", (0, 0, 1, 1))
    start = title.start_tc
    return Source(
        key=title.pk,
        name=one_line(str(title)) or "Untitled",
        file=file,
        reel=one_line(title.reel, 255) or PurePosixPath(title.added_path).stem,
        rate=title.rate,
        drop=title.drop_frame,
        start=frame_of(start, title.rate, drop=title.drop_frame) if start else 0,
        frames=title.frames,
        size=(probe.get("display_width", 1920), probe.get("display_height", 1080)),
        picture=(x, y, width, height),
        channels=sum(each.get("channels", 0) for each in probe.get("audio", ())),
    )


def sources_of(
    titles: Iterable[Title], roots: list[StorageRoot], system: str
) -> tuple[dict[int, Source], list[str]]:
    """Every title's source by the title's key, and what to warn of, a sentence each."""
    found: dict[int, Source] = {}
    warnings = []
    for title in titles:
        if title.pk in found:
            continue
        path = title.online_path()
        if path is None:
            path = title.added_path
            proxy = "" if title.proxy_key else " It has no proxy either."
            warnings.append(
                f"{title} is offline; its last known path is written.{proxy}"
            )
        file = placed(path, roots, system)
        if file is None:
            warnings.append(
                f"No storage root says where {path} is on {system}; the server's path "
                "is written."
            )
        if title.probe.get("variable_rate"):
            warnings.append(
                f"{title} has a variable frame rate: its timecodes are those of the "
                "average rate."
            )
        found[title.pk] = source_of(title, file or path)
    return found, warnings
