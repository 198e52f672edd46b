"""Positions written the way an editor reads them."""

from fractions import Fraction


def clock(seconds: float | Fraction, rate: Fraction) -> str:
    """``seconds`` from the start as HH:MM:SS:FF at ``rate`` frames per second."""
    per_second = max(1, round(rate))
    frames = round(max(0, seconds) * rate)
    whole, frame = divmod(frames, per_second)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}:{frame:02}"
