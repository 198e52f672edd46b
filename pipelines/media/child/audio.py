"""The sound of a title as AAC stereo that starts with the picture's first frame."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.filter import Graph
from av.filter.context import FilterContext
from av.stream import Discard

from pipelines.media.child.encoding import SOUND_FRAGMENTS, PipeFile
from pipelines.media.child.opening import Opened, open_media
from pipelines.media.packets import Json, PacketWriter

SAMPLE_RATE = 48_000
BIT_RATE = 128_000
MOST_FAILURES = 1000


def write(request: Json, wire: PacketWriter) -> None:
    """Send the first sound of the file, from ``request["start"]`` s for ``["seconds"]``.

    Sends nothing when none of it lies beside the picture.
    """
    opened = open_media(request)
    if not opened.audio:
        return
    frames = Aligned(opened.audio[0], request["start"], request["seconds"])
    opened.video.discard = Discard.all
    encoded = None
    for frame in frames.of(decoded(opened, opened.audio[0])):
        encoded = encoded or SoundEncoder(wire)
        encoded.add(frame)
    if encoded is not None:
        encoded.close()


class SoundEncoder:
    """AAC in fragmented MP4, down the pipe."""

    def __init__(self, wire: PacketWriter) -> None:
        target: Any = PipeFile(wire)
        self._container = av.open(target, "w", format="mp4", options=SOUND_FRAGMENTS)
        self._stream = self._container.add_stream(
            "aac", rate=SAMPLE_RATE, layout="stereo"
        )
        self._stream.codec_context.bit_rate = BIT_RATE

    def add(self, frame: AudioFrame) -> None:
        """Encode one frame of 48 kHz stereo."""
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what is left."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


class Aligned:
    """Sound without a gap, its time 0 at ``start`` seconds of the file's clock.

    48 kHz stereo, unless a ``form`` (of the filter aformat) at another ``rate`` is wanted.
    """

    def __init__(
        self,
        stream: AudioStream,
        start: str,
        seconds: float,
        *,
        rate: int = SAMPLE_RATE,
        form: str = "sample_fmts=fltp:channel_layouts=stereo",
    ) -> None:
        self._stream = stream
        self._start, self._seconds = Fraction(start), seconds
        self._rate, self._form = rate, form
        self._layout: tuple[str, str, int] | None = None
        # Its contexts do not keep a graph alive.
        self._graph: Graph | None = None
        self._ends: tuple[FilterContext, FilterContext] | None = None
        self._made = 0

    def of(self, frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
        """Resampled ``frames``; a change of their format midway is followed."""
        for frame in frames:
            if frame.pts is None or frame.time_base is None:
                continue
            layout = (frame.format.name, frame.layout.name, frame.sample_rate)
            if layout != self._layout:
                yield from self._flush()
                self._ends, self._layout = self._build(frame), layout
            frame.pts -= round(self._start / frame.time_base)
            if self._ends is not None:
                self._ends[0].push(frame)
            yield from self._pull()
        yield from self._flush()

    def _flush(self) -> Iterator[AudioFrame]:
        if self._ends is not None:
            self._ends[0].push(None)
            yield from self._pull()

    def _pull(self) -> Iterator[AudioFrame]:
        while self._ends is not None:
            try:
                frame = self._ends[1].pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if isinstance(frame, AudioFrame):
                self._made += frame.samples
                yield frame

    def _build(self, frame: AudioFrame) -> tuple[FilterContext, FilterContext]:
        graph = self._graph = Graph()
        graph.threads = 1
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=self._stream.time_base,
        )
        steps = [
            # Pads or cuts so that the sound starts here, and fills gaps with silence.
            ("aresample", f"{self._rate}:async=1:first_pts={self._made}"),
            ("aformat", self._form),
            ("atrim", f"start=0:end={self._seconds}"),
        ]
        last = source
        for name, arguments in steps:
            step = graph.add(name, arguments)
            last.link_to(step)
            last = step
        sink = graph.add("abuffersink")
        last.link_to(sink)
        graph.configure()
        return source, sink


def decoded(opened: Opened, stream: AudioStream) -> Iterator[AudioFrame]:
    """Decode one sound of a file; a few broken packets are passed over."""
    failures = 0
    for packet in opened.container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            # A click in the sound is no reason to refuse the picture.
            failures += 1
            if failures > MOST_FAILURES:
                return
            continue
        for frame in frames:
            if isinstance(frame, AudioFrame):
                yield frame
