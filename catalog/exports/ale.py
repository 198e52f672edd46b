"""Avid Log Exchange: a list of what to pull, with handles, one rate a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.exports.rates import spoken
from catalog.exports.reasons import marker_note
from catalog.exports.text import cell

if TYPE_CHECKING:
    from catalog.exports.events import Event
    from catalog.exports.timeline import Timeline

COLUMNS = (
    *("Name", "Tape", "Start", "End", "Mark IN", "Mark OUT", "FPS", "Tracks"),
    *("Source File", "Source Path", "Cut", "Side", "Kind", "Score", "Comments"),
)


def write_ale(timeline: Timeline) -> bytes:
    """One row an event: Start to End with handles, Mark IN to Mark OUT what is shown.

    Every source must have the timeline's rate: the heading's FPS is that of all rows.
    """
    rate = spoken(timeline.rate)
    heading = {
        "FIELD_DELIM": "TABS",
        "VIDEO_FORMAT": _video_format(timeline.size[1]),
        "AUDIO_FORMAT": "48khz",
        "FPS": rate,
    }
    lines = ["Heading", *("\t".join(pair) for pair in heading.items()), ""]
    lines += ["Column", "\t".join(COLUMNS), "", "Data"]
    lines += ["\t".join(_row(event, rate)) for event in timeline.events]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _row(event: Event, rate: str) -> list[str]:
    source, cut = event.source, event.cut
    side = "A" if event.leaving else "B"
    return [
        cell(f"{event.cut_number:03d}{side} {source.name}"),
        cell(source.reel),
        source.tc(event.first - event.before),
        source.tc(event.end + event.after),
        source.tc(event.first),
        source.tc(event.end),
        rate,
        "V",
        cell(source.file_name),
        cell(source.file),
        str(event.cut_number),
        side,
        cell(cut.kind),
        "" if cut.score is None else f"{cut.score:.4f}",
        cell(marker_note(event)),
    ]


def _video_format(height: int) -> str:
    known = {1080: "1080", 720: "720", 576: "PAL", 486: "NTSC", 480: "NTSC"}
    return known.get(height, "CUSTOM")
