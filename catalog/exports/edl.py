"""CMX3600: one rate a file, reels of eight characters with their map at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.exports.rates import name_of_rate
from catalog.exports.reasons import marker_name, marker_note
from catalog.exports.reels import edl_reels
from catalog.exports.text import one_line

if TYPE_CHECKING:
    from catalog.exports.timeline import Event, Timeline


def write_edl(timeline: Timeline) -> bytes:
    """The timeline as an EDL; every source must have the timeline's rate."""
    reels = edl_reels(timeline.sources())
    lines = [
        f"TITLE: {one_line(timeline.name, 60)}",
        f"FCM: {'DROP FRAME' if timeline.drop else 'NON-DROP FRAME'}",
    ]
    for event in timeline.events:
        lines += ["", *_event(timeline, event, reels[event.source.key])]
    # At the end: some readers take no comment before the first event.
    lines += ["", f"* RATE: {name_of_rate(timeline.rate, drop=timeline.drop)}"]
    for source in timeline.sources():
        mapped = (reels[source.key], source.reel, one_line(source.file, 4096))
        lines.append(f"* REEL MAP: {' = '.join(mapped)}")
    return ("\r\n".join(lines) + "\r\n").encode("utf-8")


def _event(timeline: Timeline, event: Event, reel: str) -> list[str]:
    source = event.source
    times = (
        source.tc(event.first),
        source.tc(event.end),
        timeline.tc(event.record_first),
        timeline.tc(event.record_end),
    )
    at = event.record_end - 1 if event.leaving else event.record_first
    colour = "RED" if event.leaving else "GREEN"
    return [
        f"{event.number:03d}  {reel:<8} V     C        {' '.join(times)}",
        f"* FROM CLIP NAME: {source.file_name}",
        f"* SOURCE FILE: {one_line(source.file, 4096)}",
        f"* HANDLES: {event.before} BEFORE {event.after} AFTER",
        f"* LOC: {timeline.tc(at)} {colour:<7} {marker_name(event)}: {marker_note(event)}",
    ]
