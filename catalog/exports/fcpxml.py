"""FCPXML 1.9: Final Cut and Resolve read it. All times are exact parts of a second."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from catalog.exports.paths import file_url
from catalog.exports.rates import spoken
from catalog.exports.reasons import (
    laid_marks,
    marker_name,
    marker_note,
    placement_of,
)
from catalog.exports.text import number
from catalog.exports.xml import Element, child, document

if TYPE_CHECKING:
    from catalog.exports.crossings import Crossing
    from catalog.exports.events import Event
    from catalog.exports.sources import Source
    from catalog.exports.timeline import Timeline

# What the DTD lets a conform-rate name.
SOURCE_RATES = {"23.98", "24", "25", "29.97", "30", "47.95", "48", "50", "59.94", "60"}
# Final Cut's own dissolve, as its exports name it.
DISSOLVE, DISSOLVES = "dissolve", "Cross Dissolve"
DISSOLVE_UID = "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"
Formats = dict[tuple[Fraction, tuple[int, int]], str]


def write_fcpxml(timeline: Timeline, target: str = "") -> bytes:
    """One project with one spine; each asset starts at its file's timecode.

    `target` final-cut or resolve writes the transform as those programs read it; others
    have it in the marker's note alone. Elements stand in the order of Apple's DTD.
    """
    root = Element("fcpxml", version="1.9")
    resources = child(root, "resources")
    formats = _formats(resources, timeline)
    for source in timeline.sources():
        _asset(resources, source, formats)
    if any(each.laid.dissolves for each in timeline.crossings):
        child(resources, "effect", id=DISSOLVE, name=DISSOLVES, uid=DISSOLVE_UID)
    event = child(child(root, "library"), "event", name="Kuleshov")
    project = child(event, "project", name=timeline.name)
    frame = 1 / timeline.rate
    sequence = child(
        project,
        "sequence",
        format=formats[timeline.rate, timeline.size],
        duration=time(timeline.length * frame),
        tcStart=time(timeline.start * frame),
        tcFormat=_counting(drop=timeline.drop),
    )
    spine = child(sequence, "spine")
    at = 0
    for each in timeline.events:
        if each.record_first > at:
            _gap(spine, timeline, at, each.record_first)
        crossing = timeline.crossing_into(each)
        if crossing is not None and crossing.laid.dissolves:
            _transition(spine, timeline, crossing)
        _clip(spine, timeline, each, formats, target)
        at = each.record_end
    return document(root, "fcpxml")


def time(seconds: Fraction) -> str:
    """A time as FCPXML writes it: 3600s or 1001/24000s."""
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"


def _formats(resources: Element, timeline: Timeline) -> Formats:
    wanted = [(timeline.rate, timeline.size)]
    wanted += [(source.rate, source.size) for source in timeline.sources()]
    found: Formats = {}
    for rate, size in wanted:
        if (rate, size) not in found:
            found[rate, size] = f"r{len(found) + 1}"
            child(
                resources,
                "format",
                id=found[rate, size],
                frameDuration=time(1 / rate),
                width=str(size[0]),
                height=str(size[1]),
            )
    return found


def _asset(resources: Element, source: Source, formats: Formats) -> None:
    sound = (
        {"hasAudio": "1", "audioSources": "1", "audioChannels": str(source.channels)}
        if source.channels
        else {}
    )
    asset = child(
        resources,
        "asset",
        id=f"a{source.key}",
        name=source.name,
        start=time(source.start / source.rate),
        duration=time(source.frames / source.rate),
        hasVideo="1",
        format=formats[source.rate, source.size],
        **sound,
    )
    child(asset, "media-rep", kind="original-media", src=file_url(source.file))
    metadata = child(asset, "metadata")
    child(metadata, "md", key="com.apple.proapps.studio.reel", value=source.reel)


def _gap(spine: Element, timeline: Timeline, first: int, end: int) -> None:
    frame = 1 / timeline.rate
    child(
        spine,
        "gap",
        name="Gap",
        offset=time((timeline.start + first) * frame),
        start="3600s",
        duration=time((end - first) * frame),
    )


def _transition(spine: Element, timeline: Timeline, crossing: Crossing) -> None:
    """It lies over the ends of both clips, which stay as long as they are."""
    frame = 1 / timeline.rate
    transition = child(
        spine,
        "transition",
        name=DISSOLVES,
        offset=time((timeline.start + crossing.first) * frame),
        duration=time(crossing.length * frame),
    )
    child(transition, "filter-video", ref=DISSOLVE, name=DISSOLVES)


def _clip(
    spine: Element, timeline: Timeline, event: Event, formats: Formats, target: str
) -> None:
    source, frame = event.source, 1 / timeline.rate
    clip = child(
        spine,
        "asset-clip",
        ref=f"a{source.key}",
        name=source.name,
        offset=time((timeline.start + event.record_first) * frame),
        start=time((source.start + event.first) / source.rate),
        duration=time(event.length * frame),
        format=formats[source.rate, source.size],
        tcFormat=_counting(drop=source.drop),
    )
    if source.rate != timeline.rate and _short(source.rate) in SOURCE_RATES:
        # Played at its own speed, not stretched to the frames of the timeline.
        child(clip, "conform-rate", scaleEnabled="0", srcFrameRate=_short(source.rate))
    if target in TARGETS:
        _transform(clip, event, timeline.size, target)
    for name, note in (
        (marker_name(event), marker_note(event)),
        *laid_marks(event, timeline.crossing_into(event)),
    ):
        child(
            clip,
            "marker",
            start=time((source.start + event.matched) / source.rate),
            duration=time(1 / source.rate),
            value=name,
            note=note,
        )


TARGETS = ("final-cut", "resolve")


def _transform(clip: Element, event: Event, size: tuple[int, int], target: str) -> None:
    placement = placement_of(event)
    if placement is None:
        return
    width, height = event.source.size
    fit = min(size[0] / width, size[1] / height)
    # Hundredths of the frame's height, upwards, of the fitted picture. Resolve scales
    # what it reads by the fit once more.
    unit = 100 * (fit if target == "final-cut" else 1.0) / size[1]
    child(
        clip,
        "adjust-transform",
        position=f"{number(placement.right * unit)} {number(-placement.down * unit)}",
        scale=f"{number(placement.scale)} {number(placement.scale)}",
        rotation=number(-placement.clockwise),
    )


def _counting(*, drop: bool) -> str:
    return "DF" if drop else "NDF"


def _short(rate: Fraction) -> str:
    return spoken(Fraction(round(rate * 100), 100))
