"""OpenTimelineIO: the form that says the most, and the one to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from catalog.exports.paths import file_url
from catalog.exports.reasons import marker_name, marker_note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.exports.sources import Source
    from catalog.exports.timeline import Event, Timeline


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


def _items(timeline: Timeline, rate: float) -> Iterator[otio.core.Item]:
    at = 0
    for event in timeline.events:
        if event.record_first > at:
            black = RationalTime(event.record_first - at, rate)
            yield otio.schema.Gap(duration=black)
        yield _clip(event, rate)
        at = event.record_end


def _clip(event: Event, rate: float) -> otio.schema.Clip:
    source = event.source
    own = float(source.rate)
    marker = otio.schema.Marker(
        name=marker_name(event),
        marked_range=TimeRange(
            RationalTime(source.start + event.matched, own), RationalTime(1, own)
        ),
        color=otio.schema.MarkerColor.RED
        if event.leaving
        else otio.schema.MarkerColor.GREEN,
        comment=marker_note(event),
    )
    return otio.schema.Clip(
        name=source.name,
        media_reference=_media(source),
        source_range=TimeRange(
            RationalTime(source.start + event.first, own),
            RationalTime(event.length, rate),
        ),
        markers=[marker],
        metadata={"kuleshov": _known(event), "cmx_3600": {"reel": source.reel}},
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
