"""The frames that the file shows, in order, each with its exact time."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.error
from av.video.frame import VideoFrame

from pipelines.media.child.clock import clock
from pipelines.media.child.opening import Opened
from pipelines.media.errors import UnreadableMedia

if TYPE_CHECKING:
    from av.packet import Packet

# A recording may begin between keyframes; so many packets may fail before a frame comes.
UNDECODABLE_START = 600
# Seconds to step back when looking for a keyframe that lies safely before a frame: after
# a seek the first frames of an open group of pictures are wrong or missing.
STEPS_BACK = (1, 4, 16)
# Demuxers of what was broadcast: their packets get lost without anybody's mistake.
STREAMED = ("mpegts", "mpeg")
HOLE = 48  # frames missing in one place of a steady file
# A file that ends this much earlier than it says (seconds, frames) was cut short.
SLACK_SECONDS, SLACK_FRAMES = Fraction(1, 2), 3


@dataclass(frozen=True)
class Shown:
    """A decoded frame.

    ``ticks`` is its repaired time, ``exact`` whether that is the file's own, ``damaged``
    whether the decoder had to invent parts of it.
    """

    frame: VideoFrame
    ticks: int
    exact: bool
    damaged: bool


class FrameSource:
    """Displayed frames of one file.

    ``rate`` (frames per second) and ``seconds`` (what the container promises, or 0) serve
    to fill in missing times and to say where a file breaks. ``steady`` says that the rate
    does not vary: then a hole in time is a damage.
    """

    def __init__(
        self, opened: Opened, rate: Fraction, seconds: float, *, steady: bool = False
    ) -> None:
        self._opened = opened
        self._rate = rate
        self._seconds = Fraction(seconds)
        self._step = max(1, round(1 / rate / opened.time_base))
        # Broadcasts have holes; a file that was recorded or exported has none.
        self.forgives = opened.container.format.name in STREAMED
        self._steady = steady and not self.forgives
        self._last: int | None = None
        self._reach = Fraction(0)

    def from_start(self) -> Iterator[Shown]:
        """All displayed frames from the first one; to be asked first, if at all."""
        return self._decode()

    def from_ticks(self, ticks: int, origin: int) -> Iterator[Shown]:
        """Frames from some way before the one at ``ticks`` on: callers skip what they pass.

        Begins at least a second early where there is that much, so that whatever needs
        earlier frames has settled. ``origin`` is the time of the very first frame, where
        this begins if seeking does not get near.
        """
        for back in STEPS_BACK:
            start = max(origin, ticks - int(back / self._opened.time_base))
            shown = self._decode(start)
            first = self._first_of(shown)
            if first is not None and first.exact and first.ticks <= start:
                yield first
                yield from shown
                return
        self._opened = self._opened.anew()
        yield from self._decode()

    def _first_of(self, shown: Iterator[Shown]) -> Shown | None:
        try:
            return next(shown, None)
        except (UnreadableMedia, av.error.FFmpegError):
            return None

    def _decode(self, start: int | None = None) -> Iterator[Shown]:
        self._last, self._reach = None, Fraction(0)
        if start is not None:
            self._opened.container.seek(start, stream=self._opened.video)
        failures = 0
        for packet in self._packets():
            try:
                frames = packet.decode()
            except av.error.InvalidDataError as error:
                failures += 1
                lost = self._begun and not self.forgives
                if lost or (failures > UNDECODABLE_START and not self._begun):
                    raise self.broken() from error
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame):
                    yield self._timed(frame)
        if not self._begun:
            raise UnreadableMedia("its video stream has no frame that can be shown.")
        self._check_reached_end()

    def _packets(self) -> "Iterator[Packet[Any]]":
        try:
            # Where every sample is listed, the picture alone tells whether the file is whole.
            opened = self._opened
            watched = [opened.video, *([] if opened.is_mov else opened.audio)]
            for packet in opened.container.demux(*watched):
                self._note_reach(packet)
                if packet.stream is opened.video:
                    yield packet
        except (av.error.InvalidDataError, av.error.EOFError) as error:
            raise self.broken() from error

    def _note_reach(self, packet: "Packet[Any]") -> None:
        if packet.pts is not None and packet.time_base is not None:
            start = Fraction(self._opened.container.start_time or 0, av.time_base)
            end = (packet.pts + (packet.duration or 0)) * packet.time_base - start
            self._reach = max(self._reach, end)

    def _timed(self, frame: VideoFrame) -> Shown:
        pts, last, damaged = frame.pts, self._last, frame.is_corrupt
        if pts is not None and (last is None or pts > last):
            if self._steady and last is not None and pts - last > HOLE * self._step:
                raise self.broken()
            self._last = pts
            return Shown(frame, pts, exact=True, damaged=damaged)
        self._last = 0 if last is None else last + self._step
        return Shown(frame, self._last, exact=False, damaged=damaged)

    @property
    def _begun(self) -> bool:
        return self._last is not None

    def _check_reached_end(self) -> None:
        slack = SLACK_SECONDS + SLACK_FRAMES / self._rate
        if self._seconds - self._reach > slack:
            raise self.broken("ends")

    def broken(self, verb: str = "breaks") -> UnreadableMedia:
        """The sentence for a file that cannot be read on from here."""
        start = self._opened.video.start_time or 0
        last = start if self._last is None else self._last
        at = clock((last - start) * self._opened.time_base, self._rate)
        whole = f" of {clock(self._seconds, self._rate)}" if self._seconds else ""
        return UnreadableMedia(
            f"the file {verb} at {at}{whole}; copy it again from its source."
        )
