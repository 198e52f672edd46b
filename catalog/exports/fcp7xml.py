"""FCP7 XML (xmeml 5): Premiere, Resolve and others read it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from catalog.exports.paths import localhost_url
from catalog.exports.reasons import (
    laid_marks,
    marker_name,
    marker_note,
    placement_of,
)
from catalog.exports.text import number
from catalog.exports.xml import Element, child, document
from catalog.timecode import nominal

if TYPE_CHECKING:
    from catalog.exports.crossings import Crossing
    from catalog.exports.events import Event
    from catalog.exports.sources import Source
    from catalog.exports.timeline import Timeline


def write_fcp7(timeline: Timeline) -> bytes:
    """One sequence with one video track, and the sound of the sources beneath it.

    In and out of a clip are frames of its file from 0, as is a marker's place; start and
    end are frames of the sequence.
    """
    root = Element("xmeml", version="5")
    sequence = child(root, "sequence", id="sequence-1")
    child(sequence, "name", timeline.name)
    child(sequence, "duration", timeline.length)
    _rate(sequence, timeline.rate)
    _timecode(
        sequence, timeline.rate, timeline.tc(0), timeline.start, drop=timeline.drop
    )
    media = child(sequence, "media")
    video = child(media, "video")
    _format(video, timeline)
    track = child(video, "track")
    declared: set[int] = set()
    for event in timeline.events:
        into = _dissolve(timeline.crossing_into(event))
        if into is not None:
            _transitionitem(track, timeline.rate, into)
        _clipitem(track, timeline, event, declared)
    heard = [event for event in timeline.events if event.source.channels]
    if heard:
        sound = child(child(media, "audio"), "track")
        for event in heard:
            _sounditem(sound, event, timeline.rate)
    return document(root, "xmeml")


def _format(video: Element, timeline: Timeline) -> None:
    sample = child(child(video, "format"), "samplecharacteristics")
    _rate(sample, timeline.rate)
    width, height = timeline.size
    child(sample, "width", width)
    child(sample, "height", height)
    child(sample, "pixelaspectratio", "square")


def _clipitem(
    track: Element, timeline: Timeline, event: Event, declared: set[int]
) -> None:
    crossing = timeline.crossing_into(event)
    into, out = _dissolve(crossing), _dissolve(timeline.crossing_out_of(event))
    item = _item(track, event, f"clipitem-{event.number}", timeline.rate, into, out)
    _file(item, event.source, first=event.source.key not in declared)
    declared.add(event.source.key)
    if placement_of(event):
        _basic_motion(item, event, timeline.size)
    _link(item, event)
    for name, note in (
        (marker_name(event), marker_note(event)),
        *laid_marks(event, crossing),
    ):
        marker = child(item, "marker")
        child(marker, "comment", note)
        child(marker, "name", name)
        child(marker, "in", event.matched)
        child(marker, "out", -1)


def _dissolve(crossing: Crossing | None) -> Crossing | None:
    """The transition if it is a dissolve, about the cut, before or after it.

    A transition of this format has its middle on the cut, or one of its ends: one that
    is longer on one side is shortened there.
    """
    if crossing is None or not crossing.laid.dissolves:
        return None
    before, after = crossing.before, crossing.after
    if 0 in (before, after) or after - before in (0, 1):
        return crossing
    shorter = min(before, after)
    return replace(crossing, before=shorter, after=shorter)


def _transitionitem(track: Element, rate: Fraction, crossing: Crossing) -> None:
    item = child(track, "transitionitem")
    child(item, "start", crossing.first)
    child(item, "end", crossing.end)
    ends = "end" if not crossing.after else "center"
    child(item, "alignment", ends if crossing.before else "start")
    _rate(item, rate)
    effect = child(item, "effect")
    child(effect, "name", "Cross Dissolve")
    child(effect, "effectid", "Cross Dissolve")
    child(effect, "effectcategory", "Dissolve")
    child(effect, "effecttype", "transition")
    child(effect, "mediatype", "video")


def _sounditem(track: Element, event: Event, rate: Fraction) -> None:
    item = _item(track, event, f"sounditem-{event.number}", rate)
    _file(item, event.source, first=False)
    source = child(item, "sourcetrack")
    child(source, "mediatype", "audio")
    child(source, "trackindex", 1)
    _link(item, event)


def _item(
    track: Element,
    event: Event,
    name: str,
    rate: Fraction,
    into: Crossing | None = None,
    out: Crossing | None = None,
) -> Element:
    """A clip; where it meets a transition it has no edge, and its frames reach over it."""
    source = event.source
    item = child(track, "clipitem", id=name)
    child(item, "name", source.name)
    child(item, "enabled", "TRUE")
    child(item, "duration", source.frames)
    _rate(item, source.rate)
    ratio = source.rate / rate
    head = round(into.before * ratio) if into else 0
    tail = round(out.after * ratio) if out else 0
    child(item, "start", -1 if into else event.record_first)
    child(item, "end", -1 if out else event.record_end)
    child(item, "in", event.first - head)
    child(item, "out", event.first + event.plays + tail)
    return item


def _file(item: Element, source: Source, *, first: bool) -> None:
    file = child(item, "file", id=f"file-{source.key}")
    if not first:
        return
    child(file, "name", source.file_name)
    child(file, "pathurl", localhost_url(source.file))
    _rate(file, source.rate)
    child(file, "duration", source.frames)
    timecode = _timecode(
        file, source.rate, source.tc(0), source.start, drop=source.drop
    )
    child(child(timecode, "reel"), "name", source.reel)
    media = child(file, "media")
    sample = child(child(media, "video"), "samplecharacteristics")
    _rate(sample, source.rate)
    child(sample, "width", source.size[0])
    child(sample, "height", source.size[1])
    if source.channels:
        child(child(media, "audio"), "channelcount", source.channels)


def _basic_motion(item: Element, event: Event, size: tuple[int, int]) -> None:
    placement = placement_of(event)
    if placement is None:
        return
    width, height = event.source.size
    # Scale 100 shows the source's own pixels; the match is about the picture fitted.
    fit = min(size[0] / width, size[1] / height)
    effect = child(child(item, "filter"), "effect")
    child(effect, "name", "Basic Motion")
    child(effect, "effectid", "basic")
    child(effect, "effectcategory", "motion")
    child(effect, "effecttype", "motion")
    child(effect, "mediatype", "video")
    _parameter(effect, "scale", "Scale", 100 * fit * placement.scale, (0, 1000))
    _parameter(effect, "rotation", "Rotation", placement.clockwise, (-8640, 8640))
    centre = child(effect, "parameter")
    child(centre, "parameterid", "center")
    child(centre, "name", "Center")
    value = child(centre, "value")
    child(value, "horiz", f"{fit * placement.right / size[0]:.6f}")
    child(value, "vert", f"{fit * placement.down / size[1]:.6f}")


def _parameter(
    effect: Element, key: str, name: str, value: float, limits: tuple[int, int]
) -> None:
    parameter = child(effect, "parameter")
    child(parameter, "parameterid", key)
    child(parameter, "name", name)
    child(parameter, "valuemin", limits[0])
    child(parameter, "valuemax", limits[1])
    child(parameter, "value", number(value))


def _link(item: Element, event: Event) -> None:
    if not event.source.channels:
        return
    for kind, media in (("clipitem", "video"), ("sounditem", "audio")):
        link = child(item, "link")
        child(link, "linkclipref", f"{kind}-{event.number}")
        child(link, "mediatype", media)
        child(link, "trackindex", 1)


def _rate(parent: Element, rate: Fraction) -> None:
    element = child(parent, "rate")
    child(element, "timebase", nominal(rate))
    child(element, "ntsc", "TRUE" if rate.denominator == 1001 else "FALSE")


def _timecode(
    parent: Element, rate: Fraction, text: str, frame: int, *, drop: bool
) -> Element:
    element = child(parent, "timecode")
    _rate(element, rate)
    child(element, "string", text)
    child(element, "frame", frame)
    child(element, "displayformat", "DF" if drop else "NDF")
    return element
