"""OpenTimelineIO: the form that says the most, and the one to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from catalog.exports.paths import file_url
from catalog.exports.reasons import laid_marks, marker_name, marker_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.exports.crossings import Crossing
    from catalog.exports.events import Event
    from catalog.exports.sources import Source
    from catalog.exports.timeline import Timeline


def write_otio(timeline: Timeline) -> bytes:
    """The timeline as OTIO JSON: one video track, media by URL with its whole range.

    A clip starts at a whole frame of its source, in the source's rate, and lasts whole
    frames of the timeline, in the timeline's.
    """
    rate = float(timeline.rate)
    written = otio.schema.Timeline(
        name=timeline.name,
        global_start_time=RationalTime(timeline.start, rate),
        metadata={"kuleshov": {"drop_frame": timeline.drop}},
    )
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    track.extend(list(_items(timeline, rate)))
    written.tracks.append(track)
    text: str = otio.adapters.write_to_string(written, "otio_json", indent=2)
    return (text.rstrip("\n") + "\n").encode("utf-8")


def _items(timeline: Timeline, rate: float) -> Iterator[otio.core.Composable]:
    at = 0
    for event in timeline.events:
        if event.record_first > at:
            black = RationalTime(event.record_first - at, rate)
            yield otio.schema.Gap(duration=black)
        crossing = timeline.crossing_into(event)
        if crossing is not None:
            yield _transition(crossing, rate)
        yield _clip(event, rate, crossing)
        at = event.record_end


def _transition(crossing: Crossing, rate: float) -> otio.schema.Transition:
    """A dissolve by the name that programs know; else our own, which they pass over."""
    kinds, laid = otio.schema.TransitionTypes, crossing.laid
    return otio.schema.Transition(
        name=laid.label,
        transition_type=kinds.SMPTE_Dissolve if laid.dissolves else kinds.Custom,
        in_offset=RationalTime(crossing.before, rate),
        out_offset=RationalTime(crossing.after, rate),
        metadata={"kuleshov": {"component": laid.key}},
    )


def _clip(event: Event, rate: float, crossing: Crossing | None) -> otio.schema.Clip:
    source = event.source
    own = float(source.rate)
    colours = otio.schema.MarkerColor
    marker = _marker(
        event,
        marker_name(event),
        marker_note(event),
        colours.RED if event.leaving else colours.GREEN,
    )
    named = [
        _marker(event, *each, colours.PURPLE) for each in laid_marks(event, crossing)
    ]
    return otio.schema.Clip(
        name=source.name,
        media_reference=_media(source),
        source_range=TimeRange(
            RationalTime(source.start + event.first, own),
            RationalTime(event.length, rate),
        ),
        markers=[marker, *named],
        effects=[
            otio.schema.Effect(
                name=each.label,
                effect_name=each.key,
                metadata={"kuleshov": {"component": each.key}},
            )
            for each in event.laid
        ],
        metadata={"kuleshov": _known(event), "cmx_3600": {"reel": source.reel}},
    )


def _marker(event: Event, name: str, note: str, colour: str) -> otio.schema.Marker:
    source = event.source
    own = float(source.rate)
    return otio.schema.Marker(
        name=name,
        marked_range=TimeRange(
            RationalTime(source.start + event.matched, own), RationalTime(1, own)
        ),
        color=colour,
        comment=note,
    )


def _media(source: Source) -> otio.schema.ExternalReference:
    own = float(source.rate)
    media = otio.schema.ExternalReference(
        target_url=file_url(source.file),
        available_range=TimeRange(
            RationalTime(source.start, own), RationalTime(source.frames, own)
        ),
        metadata={"kuleshov": {"reel": source.reel, "rate": str(source.rate)}},
    )
    media.name = source.file_name
    return media


def _known(event: Event) -> dict[str, Any]:
    cut = event.cut
    return {
        "cut": event.cut_number,
        "side": "leaving" if event.leaving else "entering",
        "match": cut.key,
        "kind": cut.kind,
        "score": cut.score,
        "parts": dict(cut.parts),
        "transform": cut.transform,
        "note": cut.note,
        "reel": event.source.reel,
        "first_frame": event.first,
        "end_frame": event.end,
        "handles": {"before": event.before, "after": event.after},
    }
