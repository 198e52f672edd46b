"""CMX3600: one rate a file, reels of eight characters with their map at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.exports.rates import name_of_rate
from catalog.exports.reasons import laid_marks, marker_name, marker_note
from catalog.exports.reels import edl_reels
from catalog.exports.text import one_line

if TYPE_CHECKING:
    from catalog.exports.crossings import Crossing
    from catalog.exports.events import Event
    from catalog.exports.timeline import Timeline


def write_edl(timeline: Timeline) -> bytes:
    """The timeline as an EDL; every source must have the timeline's rate."""
    reels = edl_reels(timeline.sources())
    lines = [
        f"TITLE: {one_line(timeline.name, 60)}",
        f"FCM: {'DROP FRAME' if timeline.drop else 'NON-DROP FRAME'}",
    ]
    for event in timeline.events:
        lines += ["", *_event(timeline, event, reels)]
    # At the end: some readers take no comment before the first event.
    lines += ["", f"* RATE: {name_of_rate(timeline.rate, drop=timeline.drop)}"]
    for source in timeline.sources():
        mapped = (reels[source.key], source.reel, one_line(source.file, 4096))
        lines.append(f"* REEL MAP: {' = '.join(mapped)}")
    return ("\r\n".join(lines) + "\r\n").encode("utf-8")


def _event(timeline: Timeline, event: Event, reels: dict[int, str]) -> list[str]:
    at = event.record_end - 1 if event.leaving else event.record_first
    colour = "RED" if event.leaving else "GREEN"
    into, out = (
        _dissolve(timeline.crossing_into(event)),
        _dissolve(timeline.crossing_out_of(event)),
    )
    source = event.source
    first, end = event.first - (into.before if into else 0), event.end
    if out is not None:
        # It is in the next event, which begins with the rest of this one.
        end -= out.before
    used = out.after if out else 0
    plain = _line(timeline, event, reels, first=first, end=end)
    lines = [plain] if into is None else _dissolved(timeline, into, reels, plain)
    return [
        *lines,
        f"* FROM CLIP NAME: {source.file_name}"
        if into is None
        else f"* TO CLIP NAME: {source.file_name}",
        f"* SOURCE FILE: {one_line(source.file, 4096)}",
        f"* HANDLES: {event.before - (into.before if into else 0)} BEFORE "
        f"{event.after - used} AFTER",
        f"* LOC: {timeline.tc(at)} {colour:<7} {marker_name(event)}: {marker_note(event)}",
        *_comments(timeline, event, at),
    ]


def _dissolve(crossing: Crossing | None) -> Crossing | None:
    return crossing if crossing is not None and crossing.laid.dissolves else None


def _line(
    timeline: Timeline, event: Event, reels: dict[int, str], *, first: int, end: int
) -> str:
    """One cut: every source of the list has the timeline's rate, frame for frame."""
    source = event.source
    begin = event.record_first + first - event.first
    times = (
        source.tc(first),
        source.tc(end),
        timeline.tc(begin),
        timeline.tc(begin + end - first),
    )
    reel = reels[source.key]
    return f"{event.number:03d}  {reel:<8} V     C        {' '.join(times)}"


def _dissolved(
    timeline: Timeline, into: Crossing, reels: dict[int, str], plain: str
) -> list[str]:
    """Two lines of one number: where the leaving source stands, and what it becomes."""
    leaving = into.leaving
    begin = leaving.end - into.before
    still = _line(timeline, leaving, reels, first=begin, end=begin)
    number = plain[:3]
    return [
        f"{number}{still[3:]}",
        plain.replace(" V     C        ", f" V     D    {into.length:03d} "),
        "* EFFECT NAME: CROSS DISSOLVE",
        f"* FROM CLIP NAME: {leaving.source.file_name}",
    ]


def _comments(timeline: Timeline, event: Event, at: int) -> list[str]:
    marks = laid_marks(event, timeline.crossing_into(event))
    return [f"* LOC: {timeline.tc(at)} MAGENTA {name}: {note}" for name, note in marks]
