"""A file with sound and no picture."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

SAMPLE_RATE = 48_000


def write_sound(path: Path, seconds: int = 2) -> Path:
    """Write a tone as AAC; the ending names the container."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for start in range(0, seconds * SAMPLE_RATE, 1024):
            wave = np.sin(
                np.arange(start, start + 1024) * 2 * np.pi * 440 / SAMPLE_RATE
            )
            part = (wave[None] * 8000).astype(np.int16)
            frame = AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, start
            frame.time_base = Fraction(1, SAMPLE_RATE)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path
