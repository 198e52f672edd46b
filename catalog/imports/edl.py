"""A strict reader of CMX3600 edit decision lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from catalog.exports.rates import RATES, Counting
from catalog.imports.cutlist import (
    MOST_EVENTS,
    ReadCut,
    ReadEvent,
    Unreadable,
    within,
)
from catalog.timecode import frame_of, timecode

if TYPE_CHECKING:
    from catalog.models import Title

TC = r"(\d\d:\d\d:\d\d[:;.,]\d\d)"
EVENT = re.compile(
    r"^(\d{1,6})\s+(\S+)\s+(\S+)\s+(C|D|W\d{1,3}|K\S*)\s+(?:[BO]\s+)?(?:(\d{1,4})\s+)?"
    rf"{TC}\s+{TC}\s+{TC}\s+{TC}\s*$"
)
SPEED = re.compile(r"^M2\s+(\S+)\s+([+-]?\d{1,4}(?:\.\d{1,3})?)\s")
OUR_MAP = re.compile(r"^\*\s*REEL MAP:\s*(\S+) = (.*?) = (.*)$")
FCP_MAP = re.compile(r"^FINAL CUT PRO REEL:\s*(.+?)\s+REPLACED BY:\s*(\S+)")
COMMENT = re.compile(r"^\*\s*(FROM CLIP NAME|TO CLIP NAME|SOURCE FILE|RATE):\s*(.*)$")


@dataclass(frozen=True, kw_only=True)
class EdlEvent(ReadEvent):
    """Timecodes as they stand in the list; `speed` is an M2's frames a second."""

    source_in: str
    source_out: str
    record_in: str
    record_out: str
    speed: float | None = None

    def record(self, counting: Counting) -> tuple[int, int]:
        """Frames of the record since its 00:00:00:00, half-open."""
        rate, drop = counting
        first = _frames(self.record_in, rate, self.label, drop=drop)
        end = _frames(self.record_out, rate, self.label, drop=drop)
        if end <= first:
            raise Unreadable(f"Event {self.label} ends on the record before it begins.")
        return first, end

    def frames_in(self, title: Title, counting: Counting) -> tuple[int, int] | None:
        """Frames of the title between the source timecodes, counted as the title counts."""
        try:
            first, end = (
                self._in_title(tc, title) for tc in (self.source_in, self.source_out)
            )
        except Unreadable:
            return None  # the title's timecode has no such number
        if within(title, first, end) is None:
            return None
        record_first, record_end = self.record(counting)
        self._check_speed(
            end - first, record_end - record_first, title.rate, counting[0]
        )
        return first, end

    def _in_title(self, tc: str, title: Title) -> int:
        drop = title.drop_frame
        start = title.start_tc
        begins = frame_of(start, title.rate, drop=drop) if start else 0
        return _frames(tc, title.rate, self.label, drop=drop) - begins

    def _check_speed(
        self, source: int, record: int, rate: Fraction, record_rate: Fraction
    ) -> None:
        off = abs(source / rate - record / record_rate)
        allowed = 0 if rate == record_rate else 1 / min(rate, record_rate)
        other = self.speed is not None and abs(self.speed - rate) > Fraction(1, 10)
        if off > allowed or other:
            raise Unreadable(
                f"Event {self.label} changes the speed of its clip, which cannot be read "
                "exactly; export the cut without speed effects."
            )


@dataclass
class _Reading:
    events: list[EdlEvent] = field(default_factory=list)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    title: str = ""
    drop: bool | None = None
    counting: Counting | None = None
    rows: int = 0


def read_edl(text: str) -> ReadCut:
    """Read the picture of an EDL. Raises Unreadable with one sentence.

    Black is left out, as are events of sound and of no length; a key, a second video
    track and a line that begins like an event and is none are refused.
    """
    read = _Reading()
    for number, line in enumerate(text.splitlines(), start=1):
        _take(read, line.strip()[:5000], number)
    if not read.rows:
        raise Unreadable("There is no event in this file: it is no CMX3600 EDL.")
    if not read.events:
        raise Unreadable("No event of this EDL has a picture.")
    events = [replace(each, hints=_hints(each, read.names)) for each in read.events]
    drop = bool(read.drop) or any(";" in each.record_in for each in events)
    return ReadCut(
        name=read.title or "Untitled",
        form="edl",
        events=events,
        counting=read.counting,
        drop=drop,
    )


def _take(read: _Reading, line: str, number: int) -> None:
    if line[:1].isdigit():
        _take_event(read, line, number)
    elif line.startswith("TITLE:"):
        read.title = line[6:].strip()
    elif line.startswith("FCM:"):
        # A list may change its mind; record timecode is that of the first word.
        if read.drop is None:
            read.drop = "NON" not in line.upper()
    elif speed := SPEED.match(f"{line} "):
        _take_speed(read, speed[1], float(speed[2]))
    else:
        _take_comment(read, line)


def _take_event(read: _Reading, line: str, number: int) -> None:
    found = EVENT.match(line)
    if found is None:
        raise Unreadable(
            f"Line {number} begins like an event and is none: {line[:60]!r}."
        )
    label, reel, channels, kind, frames, *times = found.groups()
    read.rows += 1
    if read.rows > MOST_EVENTS:
        raise Unreadable(f"More than {MOST_EVENTS} events are no cut of a film.")
    channels = channels.upper()
    if channels != "B" and "V" not in channels:
        return
    if re.search(r"V[2-9]", channels):
        raise Unreadable(f"Event {label} is on a second video track; flatten the cut.")
    if kind.startswith("K"):
        raise Unreadable(f"Event {label} is a key; flatten the cut.")
    if times[2] == times[3] or reel.upper() in {"BL", "BLACK"}:
        return
    source_in, source_out, record_in, record_out = times
    read.events.append(
        EdlEvent(
            label=label.lstrip("0") or "0",
            reel=reel,
            clip_name="",
            hints=(),
            transition=int(frames or 0) if kind != "C" else 0,
            source_in=source_in,
            source_out=source_out,
            record_in=record_in,
            record_out=record_out,
        )
    )


def _take_speed(read: _Reading, reel: str, speed: float) -> None:
    if read.events and read.events[-1].reel == reel:
        read.events[-1] = replace(read.events[-1], speed=speed)


def _take_comment(read: _Reading, line: str) -> None:
    if ours := OUR_MAP.match(line):
        read.names[ours[1].upper()] = (ours[3], ours[2])
    elif theirs := FCP_MAP.match(line):
        read.names[theirs[2].upper()] = (theirs[1],)
    elif comment := COMMENT.match(line):
        word, said = comment.groups()
        if word == "RATE":
            read.counting = RATES.get(said.strip().lower())
        elif read.events:
            last = read.events[-1]
            name = last.clip_name if word == "SOURCE FILE" else said.strip()[:300]
            hints = (*last.hints, said.strip()) if said.strip() else last.hints
            read.events[-1] = replace(last, clip_name=name, hints=hints)


def _hints(event: EdlEvent, names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    mapped = names.get(event.reel.upper(), ())
    reel = () if event.reel.upper() in {"AX", "UNKNOWN"} else (event.reel,)
    return tuple(dict.fromkeys((*mapped, *reel, *event.hints)))


def _frames(tc: str, rate: Fraction, label: str, *, drop: bool) -> int:
    """Frames of a timecode that this way of counting really has. Raises Unreadable."""
    frame = frame_of(tc.replace(",", ":"), rate, drop=drop)
    if re.split("[:;.,]", timecode(frame, rate, drop=drop)) != re.split("[:;.,]", tc):
        raise Unreadable(
            f"Event {label}: {tc} is no {'drop-frame ' if drop else ''}timecode at "
            f"{float(rate):.3f} frames a second."
        )
    return frame
