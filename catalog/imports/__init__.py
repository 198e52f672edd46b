"""Timelines in: an EDL or OTIO of a cut, read into events without trusting a byte."""

from __future__ import annotations

from catalog.imports.cutlist import ReadCut, ReadEvent, Unreadable
from catalog.imports.edl import read_edl
from catalog.imports.otio import read_otio

__all__ = ["LARGEST_BYTES", "ReadCut", "ReadEvent", "Unreadable", "read_timeline"]

# A feature of 3,000 cuts is 1 MB as an EDL and 8 MB as OTIO with all its metadata.
LARGEST_BYTES = 9 * 2**20


def read_timeline(content: bytes) -> ReadCut:
    """Read an EDL or OTIO, whichever it is. Raises Unreadable with one sentence."""
    if len(content) > LARGEST_BYTES:
        raise Unreadable(
            f"The file has {len(content) >> 20} MiB; a timeline has at most "
            f"{LARGEST_BYTES >> 20}."
        )
    text = _decoded(content)
    start = text.lstrip()[:1]
    if start == "<":
        raise Unreadable("This is XML; export the cut as an EDL or OTIO.")
    return read_otio(text) if start in {"{", "["} else read_edl(text)


def _decoded(content: bytes) -> str:
    # UTF-16 has a NUL in every other byte and starts with its mark.
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise Unreadable("This is not a text file.") from None
    if b"\0" in content or not content.strip():
        raise Unreadable("This is not a timeline: it is empty or no text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
