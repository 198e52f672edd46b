"""Frame numbers to source timecode, drop-frame included (SMPTE ST 12-1)."""

import re
from fractions import Fraction


def nominal(rate: Fraction) -> int:
    """Timecode counts per second: 24 for 24000/1001, 30 for 29.97."""
    return max(1, round(rate))


def _dropped(base: int) -> int:
    # ST 12-1: 2 counts of 30, 4 of 60 are left out each minute but the tenth.
    return base // 15


def frame_of(text: str, rate: Fraction, *, drop: bool) -> int:
    """Frames since 00:00:00:00 of a timecode such as 01:00:00:00 or 01:00:00;00.

    Raises ValueError when the text is not a timecode.
    """
    try:
        h, m, s, f = (int(part) for part in re.split("[:;.]", text))
    except ValueError:
        raise ValueError(f"{text!r} is not a timecode such as 01:00:00:00.") from None
    base = nominal(rate)
    count = ((h * 60 + m) * 60 + s) * base + f
    if drop:
        minutes = h * 60 + m
        count -= _dropped(base) * (minutes - minutes // 10)
    return count


def timecode(frame: int, rate: Fraction, start: str = "", *, drop: bool = False) -> str:
    """Timecode of the frame-th frame of a file that starts at `start`."""
    if rate <= 0:
        return "00:00:00:00"
    base = nominal(rate)
    count = frame + (frame_of(start, rate, drop=drop) if start else 0)
    if drop:
        count = _with_drops(count, base)
    count %= 24 * 3600 * base
    seconds, frames = divmod(count, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    mark = ";" if drop else ":"
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}"


def _with_drops(count: int, base: int) -> int:
    left_out = _dropped(base)
    per_minute = 60 * base - left_out
    per_ten = 10 * per_minute + left_out
    tens, rest = divmod(count, per_ten)
    count += 9 * left_out * tens
    if rest >= left_out:
        count += left_out * ((rest - left_out) // per_minute)
    return count
