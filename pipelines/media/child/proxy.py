"""The one decode of the source: segments of the proxy and a small picture of every frame.

Answers, in order: ``{"time_base"}``; for each frame its small picture; for each segment its
bytes (between the pictures) and then ``{"number", "first", "end", "ticks", "exact"}``.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.video.frame import VideoFrame

from pipelines.media.child.encoding import SegmentEncoder
from pipelines.media.child.frames import FrameSource, Shown
from pipelines.media.child.opening import open_media
from pipelines.media.child.shaping import Shape, Shaper
from pipelines.media.errors import UnreadableMedia
from pipelines.media.packets import Image, Json, PacketWriter
from pipelines.media.times import proxy_clock


@dataclass(frozen=True)
class Made:
    """One displayed frame: its index, its time, and the pictures made of it."""

    index: int
    shown: Shown
    picture: VideoFrame
    small: Image


def write(request: Json, wire: PacketWriter) -> None:
    """Decode from ``request["first"]`` on; with it above zero, show the one before first."""
    opened = open_media(request)
    rate = Fraction(request["rate"])
    wire.message({"time_base": str(opened.time_base)})
    source = FrameSource(opened, rate, request["seconds"], steady=request["steady"])
    segments = SegmentWriter(wire, request, rate, opened.time_base)
    for made in _frames(source, request, wire):
        if made.index >= request["limits"]["max_frames"]:
            raise UnreadableMedia(f"it has more than {made.index} frames.")
        # Before its segment can be finished: who keeps something for each segment has
        # to have seen all its frames.
        wire.frame(made.index, made.small)
        if made.index >= request["first"]:
            segments.add(made)
            if segments.damaged > rate and not source.forgives:
                raise source.broken()
    segments.close()


def _frames(source: FrameSource, request: Json, wire: PacketWriter) -> Iterator[Made]:
    """Frames from the last finished one on, or from the first."""
    shaper = Shaper(Shape.from_request(request["shape"]))
    waiting: deque[tuple[int, Shown]] = deque()
    for index, shown in _numbered(source, request):
        waiting.append((index, shown))
        if index < 0:
            wire.sign_of_life()
        for picture, small in shaper.push(shown.frame):
            yield from _made(waiting.popleft(), picture, small)
    for picture, small in shaper.flush():
        yield from _made(waiting.popleft(), picture, small)


def _made(
    numbered: tuple[int, Shown], picture: VideoFrame, small: Image | None
) -> Iterator[Made]:
    if numbered[0] >= 0 and small is not None:
        yield Made(*numbered, picture, small)


def _numbered(source: FrameSource, request: Json) -> Iterator[tuple[int, Shown]]:
    """Frames with their index; -1 for those only decoded to warm up."""
    prime = request["first"] - 1
    if prime < 0:
        yield from enumerate(source.from_start())
    elif request["exact"]:
        run = source.from_ticks(request["prime_ticks"], request["origin"])
        yield from _numbered_by_time(run, prime, request["prime_ticks"])
    else:
        for index, shown in enumerate(source.from_start()):
            yield (index if index >= prime else -1), shown


def _numbered_by_time(
    run: Iterator[Shown], prime: int, prime_ticks: int
) -> Iterator[tuple[int, Shown]]:
    index = -1
    for shown in run:
        if index >= 0:
            index += 1
        elif shown.ticks == prime_ticks:
            index = prime
        elif shown.ticks > prime_ticks:
            raise UnreadableMedia(
                "its frames are not where they were; the file was changed. Add it again."
            )
        yield index, shown


class SegmentWriter:
    """Cuts the run of frames into segments of ``request["segment_frames"]``."""

    def __init__(
        self, wire: PacketWriter, request: Json, rate: Fraction, time_base: Fraction
    ) -> None:
        self._wire, self._rate = wire, rate
        self._size: tuple[int, int] = tuple(request["shape"]["size"])
        self._length: int = request["segment_frames"]
        self._number: int = request["number"]
        self._first: int = request["first"]
        self._origin: int | None = request["origin"]
        self._scale: int = proxy_clock(time_base)
        self._clock = time_base * self._scale
        self._ticks: list[int] = []
        self._exact = True
        self.damaged: int = request["damaged"]
        self._encoder: SegmentEncoder | None = None

    def add(self, made: Made) -> None:
        """Encode one frame; finish the segment when it is full."""
        ticks = made.shown.ticks
        if self._origin is None:
            self._origin = ticks
        if self._encoder is None:
            self._encoder = SegmentEncoder(
                self._wire, self._size, self._rate, self._scale
            )
        self._encoder.add(made.picture, round((ticks - self._origin) * self._clock))
        self._ticks.append(ticks)
        self._exact &= made.shown.exact
        self.damaged += made.shown.damaged
        if len(self._ticks) == self._length:
            self.close()

    def close(self) -> None:
        """Finish the segment that is open, if any."""
        if self._encoder is None:
            return
        self._encoder.close()
        end = self._first + len(self._ticks)
        self._wire.message(
            {
                "number": self._number,
                "first": self._first,
                "end": end,
                "ticks": self._ticks,
                "exact": self._exact,
                "damaged": self.damaged,
            }
        )
        self._number, self._first = self._number + 1, end
        self._ticks, self._exact, self._encoder = [], True, None
