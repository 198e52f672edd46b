"""Readers of every format that is written, which share no code with the writers."""

import csv
import io
import json
from fractions import Fraction
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import pycmx
from defusedxml.ElementTree import fromstring

from tests.pipelines.relinking import RATES, Found, labels, places


def from_edl(text):
    """Events of a CMX3600 list, by pycmx; its reels are named at the end."""
    lines = text.split("\r\n")
    read = pycmx.parse_cmx3600(io.StringIO(text.replace("\r\n", "\n")))
    assert not [s for s in read.unrecognized_statements if str(s.content).strip()]
    said = [line[2:].split(": ", 1) for line in lines if line.startswith("* ")]
    names = dict(words.split(" = ")[:2] for tag, words in said if tag == "REEL MAP")
    (rate,) = (words for tag, words in said if tag == "RATE")
    drop = rate.endswith("df")
    assert ("FCM: DROP FRAME" in lines) == drop
    rate = RATES[rate.removesuffix("df")]
    handles = [words.split() for tag, words in said if tag == "HANDLES"]
    counted, place = labels(round(rate), drop), places(round(rate), drop)
    found = []
    for event, (before, _, after, _) in zip(read.events, handles, strict=True):
        (edit,) = event.edits
        assert len(edit.source.strip()) <= 8
        length = place[edit.record_out] - place[edit.record_in]
        ends = counted[place[edit.source_in] + length]
        assert ends == edit.source_out
        found.append(
            Found(
                names[edit.source.strip()], edit.source_in, length, rate, rate,
                edit.source_file, int(before), int(after),
            )
        )  # fmt: skip
    return found


def from_ale(text: str) -> list[Found]:
    """Rows of an Avid log: Start and End hold the handles, the marks what is shown."""
    lines = text.split("\n")
    rate = RATES[next(line for line in lines if line.startswith("FPS")).split("\t")[1]]
    names = lines[lines.index("Column") + 1].split("\t")
    found = []
    for line in filter(None, lines[lines.index("Data") + 1 :]):
        row = dict(zip(names, line.split("\t"), strict=True))
        place = places(round(rate), ";" in row["Start"])
        start, first, end, last = (
            place[row[name]] for name in ("Start", "Mark IN", "Mark OUT", "End")
        )
        found.append(
            Found(
                row["Tape"], row["Mark IN"], end - first, rate, rate,
                row["Source Path"], first - start, last - end,
            )
        )  # fmt: skip
    return found


def from_csv(text: str) -> list[Found]:
    """Rows of the table."""
    return [
        Found(
            row["reel"], row["source_in"], int(row["record_frames"]),
            Fraction(row["rate_exact"]), RATES[row["record_rate"]], row["file"],
            int(row["handle_before"]), int(row["handle_after"]), row["cut_tc"],
        )
        for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    ]  # fmt: skip


def from_otio(text: str) -> list[Found]:
    """Clips of the JSON, as any reader of the format takes them."""
    (track,) = json.loads(text)["tracks"]["children"]
    found = []
    for item in track["children"]:
        if item["OTIO_SCHEMA"] != "Clip.2":
            continue
        start, length = (
            item["source_range"][name] for name in ("start_time", "duration")
        )
        media = item["media_references"]["DEFAULT_MEDIA"]
        handles = item["metadata"]["kuleshov"]["handles"]
        (marker,) = item["markers"]
        first, inside = start["value"], media["available_range"]
        assert inside["start_time"]["value"] <= first - handles["before"]
        assert first.is_integer()
        assert length["value"].is_integer()
        found.append(
            Found(
                item["metadata"]["cmx_3600"]["reel"], int(first), int(length["value"]),
                _exact(start["rate"]), _exact(length["rate"]), _path(media["target_url"]),
                handles["before"], handles["after"],
                int(marker["marked_range"]["start_time"]["value"]),
            )
        )  # fmt: skip
    return found


def from_fcp7(text):
    """Clip items of the xmeml's video track."""
    sequence = fromstring(text).find("sequence")
    record_rate = _rate(sequence)
    files: dict[str, Element] = {}
    found = []
    at = 0
    for item in sequence.findall("media/video/track/clipitem"):
        file = item.find("file")
        file = files.setdefault(file.get("id"), file)
        start, end, first, out = (
            int(item.findtext(name)) for name in ("start", "end", "in", "out")
        )
        assert at <= start < end
        at, rate, begins = end, _rate(item), int(file.findtext("timecode/frame"))
        played = (out - first) / rate - (end - start) / record_rate
        assert abs(played) < 1 / min(rate, record_rate)
        assert 0 <= first < out <= int(file.findtext("duration"))
        before, after = _handles(item.findtext("marker/comment"))
        found.append(
            Found(
                file.findtext("timecode/reel/name"), begins + first, end - start, rate,
                record_rate, _path(file.findtext("pathurl")), before, after,
                begins + int(item.findtext("marker/in")),
            )
        )  # fmt: skip
    return found


def from_fcpxml(text):
    """Asset clips of the spine; every time is a whole number of frames."""
    root = fromstring(text)
    rates = {
        each.get("id"): 1 / _time(each.get("frameDuration"))
        for each in root.iter("format")
    }
    assets = {each.get("id"): each for each in root.iter("asset")}
    (sequence,) = root.iter("sequence")
    record_rate = rates[sequence.get("format")]
    at = _time(sequence.get("tcStart"))
    found = []
    for item in sequence.find("spine"):
        assert _time(item.get("offset")) == at
        at += _time(item.get("duration"))
        if item.tag == "gap":
            continue
        asset = assets[item.get("ref")]
        rate = rates[asset.get("format")]
        first, length = _time(item.get("start")) * rate, _time(item.get("duration"))
        begins = _time(asset.get("start"))
        assert (
            begins <= _time(item.get("start")) < begins + _time(asset.get("duration"))
        )
        assert (first.denominator, (length * record_rate).denominator) == (1, 1)
        marker = item.find("marker")
        before, after = _handles(marker.get("note"))
        found.append(
            Found(
                asset.find("metadata/md").get("value"), int(first),
                int(length * record_rate), rate, record_rate,
                _path(asset.find("media-rep").get("src")), before, after,
                int(_time(marker.get("start")) * rate),
            )
        )  # fmt: skip
    return found


READERS = {
    "edl": from_edl,
    "ale": from_ale,
    "csv": from_csv,
    "otio": from_otio,
    "fcp7xml": from_fcp7,
    "fcpxml": from_fcpxml,
}


def _exact(rate: float) -> Fraction:
    return next(each for each in RATES.values() if abs(each - rate) < 1e-6)


def _rate(element):
    base = int(element.findtext("rate/timebase"))
    return Fraction(
        base * 1000, 1001 if element.findtext("rate/ntsc") == "TRUE" else 1000
    )


def _time(text: str) -> Fraction:
    assert text.endswith("s")
    return Fraction(text[:-1])


def _handles(note: str) -> tuple[int, int]:
    words = note.split("handles ")[1].split()
    return int(words[0]), int(words[2])


def _path(url: str) -> str:
    parts = urlsplit(url)
    assert parts.scheme == "file"
    assert parts.netloc in {"", "localhost"}
    return unquote(parts.path)
