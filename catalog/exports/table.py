"""CSV: everything that is known of every event, for people and for scripts."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from catalog.exports.rates import spoken
from catalog.exports.reasons import laid_words
from catalog.exports.text import cell, number

if TYPE_CHECKING:
    from catalog.exports.events import Event
    from catalog.exports.timeline import Timeline

TRANSFORM = ("scale", "dx", "dy", "rotation", "mirror")


def write_csv(timeline: Timeline) -> bytes:
    """One row an event; source frames count from the file's first, ends are exclusive."""
    out = io.StringIO()
    rows = [_row(timeline, event) for event in timeline.events]
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    # The mark at the start is how Excel knows UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _row(timeline: Timeline, event: Event) -> dict[str, Any]:
    source, cut = event.source, event.cut
    transform: dict[str, float] = {} if event.leaving else cut.transform or {}
    return {
        "event": event.number,
        "cut": event.cut_number,
        "side": "A" if event.leaving else "B",
        "match": cell(cut.key),
        "kind": cell(cut.kind),
        "score": "" if cut.score is None else number(cut.score),
        "parts": cell(json.dumps(cut.parts, sort_keys=True)),
        "title": cell(source.name),
        "reel": cell(source.reel),
        "file": cell(source.file),
        "rate": spoken(source.rate),
        "rate_exact": str(source.rate),
        "drop_frame": int(source.drop),
        "source_in": source.tc(event.first),
        "source_out": source.tc(event.end),
        "first_frame": event.first,
        "end_frame": event.end,
        "cut_frame": event.matched,
        "cut_tc": source.tc(event.matched),
        "handle_before": event.before,
        "handle_after": event.after,
        "record_rate": spoken(timeline.rate),
        "record_in": timeline.tc(event.record_first),
        "record_out": timeline.tc(event.record_end),
        "record_frames": event.length,
        **{name: _shown(transform.get(name)) for name in TRANSFORM},
        "laid": cell("; ".join(laid_words(event))),
        "note": cell(cut.note),
    }


def _shown(value: float | None) -> str:
    return "" if value is None else f"{float(value):.6g}"
