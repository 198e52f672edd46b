"""A reader of OpenTimelineIO JSON that takes nothing but plain cuts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote, urlsplit

from catalog.imports.cutlist import (
    MOST_EVENTS,
    ReadCut,
    ReadEvent,
    Unreadable,
    exact_rate,
    shown,
    within,
)
from catalog.timecode import frame_of

if TYPE_CHECKING:
    from catalog.exports.rates import Counting
    from catalog.models import Title

Json = dict[str, Any]
DEEPEST = 100
# Possessive, and a match from every quote on: a file of quotes costs no more than others.
_WORDS = re.compile(r'"(?:[^"\\]|\\.?)*+"?|[][{}]', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class OtioEvent(ReadEvent):
    """Times in seconds, exact: `start` on the media's clock, which begins at `begins`."""

    start: Fraction
    begins: Fraction | None
    record_first: Fraction
    seconds: Fraction

    def record(self, counting: Counting) -> tuple[int, int]:
        """Frames of the record since its 00:00:00:00, half-open."""
        first = round(self.record_first * counting[0])
        end = round((self.record_first + self.seconds) * counting[0])
        if end <= first:
            raise Unreadable(f"Clip {self.label} is shorter than a frame.")
        return first, end

    def frames_in(self, title: Title, counting: Counting) -> tuple[int, int] | None:
        """Frames of the title, entered by the media's own start or by timecode."""
        first, end = self.record(counting)
        for begins in self._beginnings(title):
            source = round((self.start - begins) * title.rate)
            ends = shown(source, end - first, title.rate, counting[0])
            if found := within(title, source, ends):
                return found
        return None

    def _beginnings(self, title: Title) -> list[Fraction]:
        start = title.start_tc
        frames = frame_of(start, title.rate, drop=title.drop_frame) if start else 0
        by_timecode = frames / title.rate
        return [by_timecode] if self.begins is None else [self.begins, by_timecode]


def read_otio(text: str) -> ReadCut:
    """Read the one video track of a timeline. Raises Unreadable with one sentence."""
    root = _parsed(text)
    if not _is(root, "Timeline"):
        raise Unreadable("This OTIO file holds no timeline at its top.")
    try:
        return _read(root)
    except Unreadable:
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        # A word where a list belongs, a range without a rate: not worth a check each.
        raise Unreadable("This file is JSON, but not built as OTIO is.") from None


def _read(root: Json) -> ReadCut:
    track = _video_track(root)
    begins = _time(root["global_start_time"]) if root.get("global_start_time") else None
    events = list(_events(track, begins or Fraction(0)))
    if not events:
        raise Unreadable("No clip is on the video track of this timeline.")
    drop = bool(_ours(root).get("drop_frame"))
    return ReadCut(
        name=str(root.get("name") or "Untitled")[:300],
        form="otio",
        events=events,
        counting=(_rate_of(root, track), drop),
        drop=drop,
    )


def _parsed(text: str) -> Json:
    depth = 0
    for word in _WORDS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(word[0], 0)
        if depth > DEEPEST:
            raise Unreadable("This file is nested too deeply for a timeline.")
    try:
        root = json.loads(text, parse_constant=_no_number)
    except ValueError:
        raise Unreadable("This is not an OTIO file: its JSON cannot be read.") from None
    return root if isinstance(root, dict) else {}


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _is(item: object, schema: str) -> bool:
    name = item.get("OTIO_SCHEMA") if isinstance(item, dict) else None
    return isinstance(name, str) and name.split(".")[0] == schema


def _video_track(root: Json) -> Json:
    stack = root.get("tracks")
    if not isinstance(stack, dict) or stack.get("source_range"):
        raise Unreadable("The stack of tracks is missing or trimmed; flatten the cut.")
    filled: list[Json] = [
        track
        for track in stack.get("children") or ()
        if _is(track, "Track")
        and track.get("kind") == "Video"
        and any(_is(item, "Clip") for item in track.get("children") or ())
    ]
    if len(filled) > 1:
        raise Unreadable("The timeline has several video tracks; flatten the cut.")
    if not filled:
        raise Unreadable("The timeline has no video track with clips.")
    if filled[0].get("source_range"):
        raise Unreadable("The video track is trimmed; flatten the cut.")
    return filled[0]


def _events(track: Json, at: Fraction) -> Iterator[OtioEvent]:
    transition = Fraction(0)
    for number, item in enumerate(track["children"], start=1):
        if number > MOST_EVENTS:
            raise Unreadable(f"More than {MOST_EVENTS} clips are no cut of a film.")
        if _is(item, "Transition"):
            transition = _time(item.get("in_offset")) + _time(item.get("out_offset"))
            continue
        if not (_is(item, "Clip") or _is(item, "Gap")):
            raise Unreadable(f"Item {number} is a nested sequence; flatten the cut.")
        start, length = _range(item, number)
        if _is(item, "Clip") and item.get("enabled", True):
            yield _event(item, number, (start, length, at), transition)
        transition = Fraction(0)
        at += length


def _event(
    clip: Json, number: int, times: tuple[Fraction, Fraction, Fraction], over: Fraction
) -> OtioEvent:
    for effect in clip.get("effects") or ():
        if _bends_time(effect):
            raise Unreadable(
                f"Clip {number} changes its speed, which cannot be read exactly; export "
                "the cut without speed effects."
            )
    media = _media(clip)
    available = media.get("available_range")
    reel = _reel(clip, media)
    name = str(clip.get("name") or "")[:300]
    path = _path(str(media.get("target_url") or ""))
    start, length, at = times
    return OtioEvent(
        label=str(number),
        reel=reel,
        clip_name=name,
        hints=tuple(dict.fromkeys(each for each in (path, reel, name) if each)),
        transition=min(max(0, round(over * _rate(clip))), 100_000),
        start=start,
        begins=_time(available.get("start_time"))
        if isinstance(available, dict)
        else None,
        record_first=at,
        seconds=length,
    )


def _bends_time(effect: Json) -> bool:
    name = str(effect.get("OTIO_SCHEMA", ""))
    if name.startswith("LinearTimeWarp"):
        return effect.get("time_scalar") != 1
    return name.startswith(("FreezeFrame", "TimeEffect"))


def _media(clip: Json) -> Json:
    media = clip.get("media_reference")
    if media is None:
        references = clip.get("media_references")
        key = clip.get("active_media_reference_key", "DEFAULT_MEDIA")
        media = references.get(key) if isinstance(references, dict) else None
    return media if isinstance(media, dict) else {}


def _reel(clip: Json, media: Json) -> str:
    for holder in (clip, media):
        metadata = holder.get("metadata")
        for name in ("kuleshov", "cmx_3600"):
            known = metadata.get(name) if isinstance(metadata, dict) else None
            if isinstance(known, dict) and known.get("reel"):
                return str(known["reel"])[:255]
    return ""


def _ours(root: Json) -> Json:
    metadata = root.get("metadata")
    known = metadata.get("kuleshov") if isinstance(metadata, dict) else None
    return known if isinstance(known, dict) else {}


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = unquote(parts.path)
    if parts.scheme == "file" and parts.netloc not in {"", "localhost"}:
        return "\\\\" + parts.netloc + path.replace("/", "\\")
    if re.match(r"^/[A-Za-z]:/", path):
        return path[1:].replace("/", "\\")
    return path


def _range(item: Json, number: int) -> tuple[Fraction, Fraction]:
    found = item.get("source_range") or _media(item).get("available_range")
    if not isinstance(found, dict):
        raise Unreadable(f"Item {number} does not say which frames it shows.")
    return _time(found.get("start_time")), _time(found.get("duration"))


def _rate(item: Json) -> Fraction:
    found = item.get("source_range") or _media(item).get("available_range")
    return exact_rate(float(found["duration"]["rate"])) if found else Fraction(1)


def _rate_of(root: Json, track: Json) -> Fraction:
    start = root.get("global_start_time")
    if isinstance(start, dict):
        return exact_rate(float(start["rate"]))
    clips = [item for item in track["children"] if _is(item, "Clip")]
    return Counter(_rate(clip) for clip in clips).most_common(1)[0][0]


def _time(written: object) -> Fraction:
    """Seconds of a RationalTime, exact for whole frames."""
    try:
        value, rate = float(written["value"]), float(written["rate"])  # type: ignore[index]
        frames = Fraction(value).limit_denominator(100_000)
        return frames / exact_rate(rate)
    except (TypeError, KeyError, ValueError, OverflowError, ZeroDivisionError):
        raise Unreadable("A time in this OTIO file is no number of frames.") from None
