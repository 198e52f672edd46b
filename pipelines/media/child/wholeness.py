"""Whether all of the file is there, as far as its outermost structure tells."""

import os
import struct
from fractions import Fraction

from pipelines.media.child.clock import clock
from pipelines.media.child.opening import Opened
from pipelines.media.errors import UnreadableMedia

MOST_BOXES = 10_000
# Kinds of outermost boxes (ISO 14496-12, QuickTime): anything else is junk at the end.
BOXES = frozenset(
    b"ftyp moov mdat moof mfra free skip wide uuid sidx styp udta meta pnot prft".split()
)
EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
UNFINISHED = (0, 0xFFFFFFFF)  # what recorders leave as the length of a RIFF


def check_outline(descriptor: int) -> None:
    """Raise UnreadableMedia when the outermost boxes promise more than there is."""
    size = os.fstat(descriptor).st_size
    head = os.pread(descriptor, 64, 0)
    promised = size
    if head[4:8] in BOXES:
        promised = _boxes_end(descriptor, size)
    elif head[:4] == b"RIFF":
        (length,) = struct.unpack("<I", head[4:8])
        promised = size if length in UNFINISHED else length + 8
    elif head[:4] == EBML:
        promised = _segment_end(head) or size
    if promised > size:
        raise UnreadableMedia(
            f"the file is cut short: {size:,} of its {promised:,} bytes are there; "
            "copy it again from its source."
        )


def check_samples(opened: Opened, rate: Fraction, seconds: float) -> None:
    """Where the file lists its samples, see that the last of them is really there."""
    if not opened.is_mov:
        return
    size = os.fstat(opened.request["descriptor"]).st_size
    start = opened.video.start_time or 0
    missing = [
        entry.timestamp
        for entry in opened.video.index_entries
        if entry.pos + entry.size > size
    ]
    if missing:
        at = clock((min(missing) - start) * opened.time_base, rate)
        raise UnreadableMedia(
            f"the file ends at {at} of {clock(seconds, rate)}; copy it again from its "
            "source."
        )


def _boxes_end(descriptor: int, size: int) -> int:
    """Where the last outermost box ends; raises when the index is not among them."""
    at, kinds = 0, [b""]
    for _ in range(MOST_BOXES):
        head = os.pread(descriptor, 16, at)
        kind = head[4:8]
        if len(head) < 8 or kind not in BOXES:
            break
        kinds.append(kind)
        (length,) = struct.unpack(">I", head[:4])
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
        if length < 8:
            break  # 0: to the end of the file
        at += length
    if b"moov" not in kinds and (b"mdat" in kinds or b"moof" in kinds):
        raise UnreadableMedia(
            "the file is cut short: its index (the moov box) is missing; copy it again "
            "from its source."
        )
    # The index of a file whose samples end early says exactly where: leave that to it.
    by_index = kinds[-1] == b"mdat" and b"moof" not in kinds
    return size if by_index else max(at, size)


def _segment_end(head: bytes) -> int | None:
    """Where the segment of a Matroska file ends, if it says so."""
    length, at = _vint(head, 4)
    at += length or 0
    if head[at : at + 4] != SEGMENT:
        return None
    length, at = _vint(head, at + 4)
    return None if length is None else at + length


def _vint(head: bytes, at: int) -> tuple[int | None, int]:
    """An EBML length and where it ends; None for "unknown" (RFC 8794, section 4)."""
    if at >= len(head) or head[at] == 0:
        return None, at
    width = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + width], "big") & (1 << 7 * width) - 1
    return (None if value == (1 << 7 * width) - 1 else value), at + width
