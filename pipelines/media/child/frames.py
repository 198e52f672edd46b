"""The frames that the file shows, in order, each with its exact time."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av.error
from av.packet import Packet
from av.video.frame import VideoFrame

from pipelines.media.child.clock import clock
from pipelines.media.child.opening import Opened
from pipelines.media.errors import UnreadableMedia

# A recording may begin between keyframes; so many packets may fail before a frame comes.
UNDECODABLE_START = 600
# Seconds to step back when looking for a keyframe that lies safely before a frame: after
# a seek the first frames of an open group of pictures are wrong or missing.
STEPS_BACK = (1, 4, 16)
# A file that ends this much earlier than it says (seconds, frames) was cut short.
SLACK_SECONDS, SLACK_FRAMES = Fraction(1, 2), 3


@dataclass(frozen=True)
class Shown:
    """A decoded frame; ``ticks`` is its repaired time, ``exact`` whether the file's own."""

    frame: VideoFrame
    ticks: int
    exact: bool


class FrameSource:
    """Displayed frames of one file.

    ``rate`` (frames per second) and ``seconds`` (what the container promises, or 0) serve
    to fill in missing times and to say where a file breaks.
    """

    def __init__(self, opened: Opened, rate: Fraction, seconds: float) -> None:
        self._opened = opened
        self._rate = rate
        self._seconds = Fraction(seconds)
        self._step = max(1, round(1 / rate / opened.time_base))
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
                if self._last is not None or failures > UNDECODABLE_START:
                    raise self._broken("breaks") from error
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame):
                    yield self._timed(frame)
        if self._last is None:
            raise UnreadableMedia("its video stream has no frame that can be shown.")
        self._check_reached_end()

    def _packets(self) -> Iterator[Packet]:
        try:
            # Where every sample is listed, the picture alone tells whether the file is whole.
            opened = self._opened
            watched = [opened.video, *([] if opened.is_mov else opened.audio)]
            for packet in opened.container.demux(*watched):
                self._note_reach(packet)
                if packet.stream is opened.video:
                    yield packet
        except (av.error.InvalidDataError, av.error.EOFError) as error:
            raise self._broken("breaks") from error

    def _note_reach(self, packet: Packet) -> None:
        if packet.pts is not None and packet.time_base is not None:
            start = packet.stream.start_time or 0
            end = (packet.pts + (packet.duration or 0) - start) * packet.time_base
            self._reach = max(self._reach, end)

    def _timed(self, frame: VideoFrame) -> Shown:
        pts, last = frame.pts, self._last
        if pts is not None and (last is None or pts > last):
            self._last = pts
            return Shown(frame, pts, exact=True)
        self._last = 0 if last is None else last + self._step
        return Shown(frame, self._last, exact=False)

    def _check_reached_end(self) -> None:
        slack = SLACK_SECONDS + SLACK_FRAMES / self._rate
        if self._seconds - self._reach > slack:
            raise self._broken("ends")

    def _broken(self, verb: str) -> UnreadableMedia:
        start = self._opened.video.start_time or 0
        last = start if self._last is None else self._last
        at = clock((last - start) * self._opened.time_base, self._rate)
        whole = f" of {clock(self._seconds, self._rate)}" if self._seconds else ""
        return UnreadableMedia(
            f"the file {verb} at {at}{whole}; copy it again from its source."
        )
