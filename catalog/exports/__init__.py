"""Timelines out: one file per format, all from one plan of exact frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.exports.ale import write_ale
from catalog.exports.edl import write_edl
from catalog.exports.fcp7xml import write_fcp7
from catalog.exports.fcpxml import write_fcpxml
from catalog.exports.otio import write_otio
from catalog.exports.rates import RATES, Unwritable, rate_named
from catalog.exports.table import write_csv
from catalog.exports.timeline import Lengths, Planner, Timeline

if TYPE_CHECKING:
    Write = Callable[[Timeline, str], bytes]

__all__ = [
    "FORMATS",
    "LOOPS",
    "RATES",
    "TARGETS",
    "Format",
    "Lengths",
    "Planner",
    "Timeline",
    "Unwritable",
    "rate_named",
]

TARGETS = ("final-cut", "resolve", "premiere")
# Rendered by a worker; the others are written at once.
LOOPS = "mp4"


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """How one format is called and written; `one_rate` says it knows but one rate a file."""

    label: str
    suffix: str
    media_type: str
    write: Write
    one_rate: bool = False


FORMATS: dict[str, Format] = {
    "otio": Format(
        label="OpenTimelineIO",
        suffix=".otio",
        media_type="application/vnd.pixar.opentimelineio+json",
        write=lambda timeline, _: write_otio(timeline),
    ),
    "edl": Format(
        label="EDL (CMX3600)",
        suffix=".edl",
        media_type="text/plain; charset=utf-8",
        write=lambda timeline, _: write_edl(timeline),
        one_rate=True,
    ),
    "ale": Format(
        label="ALE (Avid)",
        suffix=".ale",
        media_type="text/plain; charset=utf-8",
        write=lambda timeline, _: write_ale(timeline),
        one_rate=True,
    ),
    "fcp7xml": Format(
        label="FCP7 XML (Premiere, Resolve)",
        suffix=".xml",
        media_type="application/xml",
        write=lambda timeline, _: write_fcp7(timeline),
    ),
    "fcpxml": Format(
        label="FCPXML (Final Cut, Resolve)",
        suffix=".fcpxml",
        media_type="application/xml",
        write=write_fcpxml,
    ),
    "csv": Format(
        label="CSV",
        suffix=".csv",
        media_type="text/csv; charset=utf-8",
        write=lambda timeline, _: write_csv(timeline),
    ),
}
