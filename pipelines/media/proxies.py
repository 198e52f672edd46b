"""The one decode of a source: its proxy in segments, and a small picture of every frame."""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, TypeVar

from pipelines.media.errors import UnreadableMedia
from pipelines.media.files import sync_folder
from pipelines.media.geometry import active_in, display_shape, proxy_size, small_size
from pipelines.media.limits import Limits
from pipelines.media.packets import Chunk, Frame, Image, Json, Message, Packet
from pipelines.media.probe import Probe
from pipelines.media.sandbox import Child
from pipelines.media.segments import (
    Marker,
    ProxyTrack,
    Segment,
    finished_markers,
    load_track,
    marker_from_json,
    remove_all,
    segment_path,
    write_marker,
)
from pipelines.media.sources import OpenSource

LARGEST_SEGMENT = 1 << 32  # bytes
GROUP = 12  # frames between the keyframes of a proxy; the child encodes with the same

T = TypeVar("T")
OnFrame = Callable[[int, Image], None]
OnSegment = Callable[[Segment], None]


def write_proxy(  # noqa: PLR0913 - one call starts it all
    source: Path,
    probe: Probe,
    folder: Path,
    *,
    on_frame: OnFrame,
    on_segment: OnSegment,
    segment_seconds: float = 60.0,
    look: str = "",
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> ProxyTrack:
    """Decode ``source`` once into segments of its proxy in ``folder``.

    ``on_frame`` gets every displayed frame in order, as (index, (height, width, 3) BGR
    uint8) of the active picture, longest side 256. A segment's file is on disk before
    ``on_segment`` is called for it, and its marker is written after ``on_segment``
    returned: what that stored exists wherever a marker does. Called again on a folder
    with finished segments it goes on with the first unfinished one, and ``on_frame``
    begins with the last finished frame. A complete folder returns at once. ``look`` is
    what `cubes.hald_text` makes of a .cube, whose colours proxy and small pictures have.

    Raises UnreadableMedia; when that is permanent, nothing is left in ``folder``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (track := load_track(folder)) is not None:
        return track
    job = _Decode(probe, folder, on_frame, on_segment, segment_seconds, look)
    try:
        return job.run(source, limits)
    except UnreadableMedia as error:
        if error.permanent:
            remove_all(folder)
        raise
    finally:
        job.close()


class _Decode:
    """The state of one decode: which segment is being written, what is finished."""

    def __init__(
        self,
        probe: Probe,
        folder: Path,
        on_frame: OnFrame,
        on_segment: OnSegment,
        segment_seconds: float,
        look: str,
    ) -> None:
        self._probe, self._folder, self._look = probe, folder, look
        self._on_frame, self._on_segment = on_frame, on_segment
        self._segment_frames = segment_length(probe.rate, segment_seconds)
        self._markers = finished_markers(folder)
        self._size, self._small = proxy_size(probe), small_size(probe)
        self._time_base: Fraction | None = None
        done = self._markers[-1].segment.end_frame if self._markers else 0
        # The last finished frame comes first, for the next one to be compared with.
        self._next = max(0, done - 1)
        self._written = 0
        self._writing: IO[bytes] | None = None

    def run(self, source: Path, limits: Limits) -> ProxyTrack:
        """Decode from where the finished segments end."""
        seconds = self._probe.seconds
        with OpenSource(source) as opened:
            with Child(
                "proxy", opened, self._request(), limits=limits, media_seconds=seconds
            ) as child:
                for packet in child:
                    if self._believe(packet, source.name):
                        opened.check_unchanged()
            opened.check_unchanged()
            return self._finish()

    def _request(self) -> Json:
        done = self._markers
        crop = active_in(self._probe, self._size)
        return {
            "rate": str(self._probe.rate),
            "seconds": self._probe.seconds,
            "steady": not self._probe.variable_rate,
            "damaged": done[-1].damaged if done else 0,
            "first": done[-1].segment.end_frame if done else 0,
            "number": len(done),
            "origin": done[0].ticks[0] if done else None,
            "prime_ticks": done[-1].ticks[-1] if done else None,
            "exact": all(marker.exact for marker in done),
            "segment_frames": self._segment_frames,
            "shape": display_shape(
                self._probe,
                self._size,
                crop=crop,
                small=self._small,
                look=self._look,
            ),
        }

    def _believe(self, packet: Packet, name: str) -> bool:
        """Act on one answer; true when it finished a segment.

        A file may have taken the decoder over: whatever does not fit ends the work.
        """
        try:
            return self._take(packet)
        except _Nonsense as error:
            raise UnreadableMedia(
                f"{name}: the decoder answered nonsense ({error}) and was stopped."
            ) from error

    def _take(self, packet: Packet) -> bool:
        match packet:
            case Frame(index, image):
                if index != self._next or image.shape[1::-1] != self._small:
                    raise _Nonsense(f"frame {index} where {self._next} is due")
                self._next += 1
                self._on_frame(index, image)
            case Chunk(content):
                self._written += self._open_segment().write(content)
                if self._written > LARGEST_SEGMENT:
                    raise _Nonsense("a segment without end")
            case Message(body) if self._time_base is None:
                self._time_base = _read(_positive, body["time_base"])
            case Message({"number": _} as body):
                self._finish_segment(_read(marker_from_json, body))
                return True
        return False

    def _finish(self) -> ProxyTrack:
        """Write down that the whole source has been decoded."""
        if not self._markers or self._time_base is None:
            raise UnreadableMedia("The decoder ended without having shown a frame.")
        track = ProxyTrack(
            frames=self._markers[-1].segment.end_frame,
            segments=tuple(marker.segment for marker in self._markers),
            time_base=self._time_base,
            size=self._size,
            small_size=self._small,
            damaged=self._markers[-1].damaged,
        )
        track.save(self._folder)
        return track

    def close(self) -> None:
        """Drop a segment that was not finished."""
        if self._writing is not None:
            self._writing.close()
            self._part_path().unlink(missing_ok=True)
            self._writing = None

    def _part_path(self) -> Path:
        return self._folder / ".segment.part"

    def _open_segment(self) -> IO[bytes]:
        if self._writing is None:
            self._writing = self._part_path().open("wb")
        return self._writing

    def _finish_segment(self, marker: Marker) -> None:
        done, segment = self._markers, marker.segment
        follows = done[-1].segment.end_frame if done else 0
        if segment.number != len(done) or segment.first_frame != follows:
            raise _Nonsense(f"segment {segment.number} where {len(done)} is due")
        file = self._open_segment()
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._writing, self._written = None, 0
        self._part_path().replace(segment_path(self._folder, segment.number))
        sync_folder(self._folder)
        self._on_segment(segment)
        write_marker(self._folder, marker)
        done.append(marker)


def segment_length(rate: Fraction, seconds: float) -> int:
    """Frames in a segment: whole groups, about ``seconds`` long."""
    return max(1, round(float(rate) * seconds / GROUP)) * GROUP


class _Nonsense(Exception):
    """An answer that a decoder in its right mind does not give."""


def _read(reader: Callable[[Any], T], content: object) -> T:
    try:
        return reader(content)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise _Nonsense(str(error)) from error


def _positive(written: str) -> Fraction:
    number = Fraction(written)
    if number <= 0:
        raise ValueError(f"a clock of {number} s")
    return number
