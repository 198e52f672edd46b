"""From finished segments to one playable proxy with sound and its table of times."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from pipelines.media.files import whole_file
from pipelines.media.limits import Limits
from pipelines.media.packets import Chunk
from pipelines.media.probe import Probe
from pipelines.media.reader import open_proxy
from pipelines.media.sandbox import Child
from pipelines.media.segments import finished_markers, load_track, segment_path
from pipelines.media.sources import OpenSource
from pipelines.media.times import FrameTimes, proxy_clock, times_path

if TYPE_CHECKING:
    from av.packet import Packet

AAC_FRAME = 1024
SAMPLE_RATE = 48_000
SOUND = ".sound.mp4"


@dataclass(frozen=True, kw_only=True)
class ProxyFile:
    """A finished proxy: ``size`` is (width, height); ``audio`` says whether it has sound."""

    path: Path
    frames: int
    times: FrameTimes
    size: tuple[int, int]
    audio: bool


def finish_proxy(
    source: Path,
    probe: Probe,
    folder: Path,
    out: Path,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> ProxyFile:
    """Join the segments that ``write_proxy`` left in ``folder`` into ``out``.

    The sound is decoded once in the sandbox, as AAC stereo that starts with the picture;
    ``out`` is an MP4 that a browser can play while it loads, its table of times lies
    beside it (``times_path(out)``). Both appear whole or not at all.

    Raises UnreadableMedia, RuntimeError when ``folder`` is not complete.
    """
    track = load_track(folder)
    if track is None:
        raise RuntimeError(f"{folder} holds no complete proxy; write it first.")
    times = _table(folder, track.time_base, probe)
    sound = folder / SOUND
    has_audio = bool(probe.audio) and _write_sound(source, probe, times, sound, limits)
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as temporary:
        _join(
            folder, len(track.segments), times, sound if has_audio else None, temporary
        )
        shown = len(open_proxy(temporary))
        if shown != track.frames:
            raise RuntimeError(
                f"The proxy shows {shown} frames where the source shows {track.frames}."
            )
        times.save(times_path(out))
    sound.unlink(missing_ok=True)
    return ProxyFile(
        path=out, frames=track.frames, times=times, size=track.size, audio=has_audio
    )


def _table(folder: Path, time_base: Fraction, probe: Probe) -> FrameTimes:
    markers = finished_markers(folder)
    return FrameTimes(
        time_base=time_base,
        ticks=tuple(tick for marker in markers for tick in marker.ticks),
        usual=max(1, round(1 / probe.rate / time_base)),
        exact=all(marker.exact for marker in markers),
    )


def _write_sound(
    source: Path, probe: Probe, times: FrameTimes, sound: Path, limits: Limits
) -> bool:
    """Write the sound to ``sound``; false when none lies beside the picture."""
    request = {
        "start": str(times.ticks[0] * times.time_base),
        "seconds": float(times.seconds(len(times))),
    }
    written = 0
    with OpenSource(source) as opened, sound.open("wb") as file:
        with Child(
            "audio", opened, request, limits=limits, media_seconds=probe.seconds
        ) as child:
            for packet in child:
                if isinstance(packet, Chunk):
                    written += file.write(packet.content)
        opened.check_unchanged()
    return written > 0


def _join(
    folder: Path, segments: int, times: FrameTimes, sound: Path | None, out: Path
) -> None:
    """Copy all packets into one file, picture and sound in order of time."""
    scale = proxy_clock(times.time_base)
    options = {"movflags": "faststart", "video_track_timescale": str(scale)}
    with av.open(str(out), "w", format="mp4", options=options) as target:
        with _open_made(segment_path(folder, 0)) as first:
            picture = target.add_stream_from_template(first.streams.video[0])
        picture.time_base = Fraction(1, scale)
        packets = _pictures(folder, segments, times, picture)
        if sound is None:
            for packet in packets:
                target.mux_one(packet)
            return
        with _open_made(sound) as opened:
            heard = target.add_stream_from_template(opened.streams.audio[0])
            for packet in heapq.merge(packets, _sounds(opened, heard), key=_begins):
                target.mux_one(packet)


def _open_made(path: Path) -> InputContainer:
    """Open what the sandbox wrote as the MP4 that it should be, and nothing else."""
    return av.open(str(path), format="mp4", options={"protocol_whitelist": "file"})


def _begins(packet: "Packet[Any]") -> Fraction:
    return (packet.pts or 0) * (packet.time_base or Fraction(1))


def _pictures(
    folder: Path, segments: int, times: FrameTimes, stream: VideoStream
) -> "Iterator[Packet[Any]]":
    """Every frame's packet, with the time and length that the table gives it."""
    clock = Fraction(1, proxy_clock(times.time_base))
    index = 0
    for number in range(segments):
        with _open_made(segment_path(folder, number)) as segment:
            for packet in segment.demux(video=0):
                if packet.size == 0:
                    continue
                start = round(times.seconds(index) / clock)
                end = round(times.seconds(index + 1) / clock)
                _stamp(packet, stream, clock, start)
                packet.duration = end - start
                index += 1
                yield packet


def _sounds(opened: InputContainer, stream: AudioStream) -> "Iterator[Packet[Any]]":
    """Every packet of the sound; the encoder's first frame only primes the decoder."""
    for number, packet in enumerate(opened.demux(audio=0)):
        if packet.size:
            _stamp(packet, stream, Fraction(1, SAMPLE_RATE), (number - 1) * AAC_FRAME)
            packet.duration = AAC_FRAME
            yield packet


def _stamp(packet: "Packet[Any]", stream: Stream, clock: Fraction, time: int) -> None:
    packet.stream = stream
    packet.time_base = clock
    packet.pts = packet.dts = time
