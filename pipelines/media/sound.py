"""Reading the sound of our own proxies, exactly where a picture begins and ends."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

SAMPLE_RATE = 48_000

Sound = npt.NDArray[np.float32]
Layout = Literal["mono", "stereo"]

_CHANNELS = {"mono": 1, "stereo": 2}
_SETTLE_SECONDS = 0.1  # The decoder needs a frame or two to settle.


class ProxySound:
    """An open proxy, to be closed, and the sound that lies beside its picture.

    Never give it a file that somebody else wrote: it decodes in this process.
    """

    def __init__(self, proxy: Path, layout: Layout) -> None:
        self._layout: Layout = layout
        self._opened = av.open(str(proxy))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._opened.close()

    def read(self, start: Fraction, seconds: Fraction) -> Sound | None:
        """Return (channels, samples) at 48 kHz from `start` on; None without a track.

        Silence where the track has none, so that it is as long as was asked for.
        """
        if not self._opened.streams.audio:
            return None
        stream = self._opened.streams.audio[0]
        first = round(start * SAMPLE_RATE)
        shape = (_CHANNELS[self._layout], round(seconds * SAMPLE_RATE))
        sound = np.zeros(shape, np.float32)
        early = max(0, int((float(start) - _SETTLE_SECONDS) * av.time_base))
        self._opened.seek(early)
        resampler = AudioResampler("fltp", self._layout, SAMPLE_RATE)
        for frame in self._opened.decode(stream):
            for part in resampler.resample(frame):
                _lay(sound, part, round((part.time or 0) * SAMPLE_RATE) - first)
            if (frame.time or 0) > start + seconds:
                break
        return sound


def _lay(sound: Sound, part: AudioFrame, at: int) -> None:
    """Copy `part` into `sound` at sample `at`, as far as it lies inside."""
    samples = part.to_ndarray()
    begin, end = max(0, at), min(sound.shape[1], at + samples.shape[1])
    if begin < end:
        sound[:, begin:end] = samples[:, begin - at : end - at]
