"""Clips of numbered frames, in the forms that cameras, editors and phones make."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.video.frame import VideoFrame

from tests.footage.copies import ENDINGS, write_copy
from tests.footage.drawing import Picture, draw_picture

SAMPLE_RATE = 48_000


@dataclass(frozen=True, kw_only=True)
class Clip:
    """What to draw and how to code it; frame i carries the code ``first_code + i``.

    ``size`` is that of the active picture in square pixels, upright; ``bars`` (x, y) are
    black bars on each side; ``pixel_aspect`` squeezes the coded picture; ``rotation`` is
    clockwise degrees in the metadata; ``times`` are ticks of ``time_base`` for each frame
    (else one every 1/``rate`` s); ``fields`` is "", "top" or "bottom", the field shown first,
    and then frame i has ``2 * i`` in the first and ``2 * i + 1`` in the second; ``cuts`` are first
    frames of new scenes; ``dark`` frames are black; ``click`` is the time, in seconds of
    the picture, of a click in the sound; ``sound_starts`` (seconds) and ``picture_starts``
    (frames) are when each begins on the file's clock.
    """

    frames: int = 48
    rate: Fraction = Fraction(25)
    size: tuple[int, int] = (320, 180)
    bars: tuple[int, int] = (0, 0)
    pixel_aspect: Fraction = Fraction(1)
    rotation: int = 0
    first_code: int = 0
    times: tuple[int, ...] = ()
    time_base: Fraction | None = None
    fields: str = ""
    cuts: tuple[int, ...] = ()
    dark: frozenset[int] = frozenset()
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    container: str | None = None
    container_options: dict[str, str] = field(default_factory=dict)
    timecode: str | None = None
    reel: str | None = None
    click: float | None = None
    sound_starts: float = 0.0
    picture_starts: int = 0
    sound_codec: str = "aac"


def write_clip(path: Path, clip: Clip) -> Path:
    """Draw ``clip`` into ``path``; the ending names the container unless the clip does."""
    if path.suffix in ENDINGS and clip.container is None:
        return write_copy(path, repr(clip), lambda place: _draw(place, clip))
    _draw(path, clip)
    return path


def _draw(path: Path, clip: Clip) -> None:
    options = clip.container_options
    with av.open(str(path), "w", format=clip.container, options=options) as target:
        if clip.timecode:
            target.metadata["timecode"] = clip.timecode
        picture = _add_picture(target, clip)
        sound = None if clip.click is None else _add_sound(target, clip)
        packets: list[Any] = [
            packet
            for index in range(clip.frames)
            for packet in picture.encode(_coded_frame(clip, index))
        ]
        packets += picture.encode(None)
        if sound is not None:
            for frame in (*_sound_frames(clip), None):
                packets += sound.encode(frame)
        for packet in sorted(packets, key=_when):
            target.mux(packet)


def edit_listed(source: Path, path: Path, start: Fraction) -> Path:
    """Cut ``source`` at ``start`` by copying packets, as trimming tools do.

    The packets from the keyframe before stay in the file and an edit list hides them.
    """
    with av.open(str(source)) as opened, av.open(str(path), "w") as target:
        stream: Any = opened.streams.video[0]
        copy = target.add_stream_from_template(stream)
        shift = round(start / stream.time_base)
        opened.seek(shift, stream=stream)
        packet: Any
        for packet in opened.demux(stream):
            if packet.dts is not None:
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = copy
                target.mux(packet)
    return path


def _when(packet: Any) -> Fraction:
    return Fraction((packet.dts or 0) * packet.time_base)


def _add_sound(target: Any, clip: Clip) -> Any:
    sound = target.add_stream(clip.sound_codec, rate=SAMPLE_RATE)
    sound.codec_context.layout = "mono"
    return sound


def _add_picture(target: Any, clip: Clip) -> Any:
    stream = target.add_stream(clip.codec, rate=clip.rate, options=_codec_options(clip))
    stream.width, stream.height = coded_size(clip)
    stream.pix_fmt = clip.pixel_format
    if clip.pixel_aspect != 1:
        stream.codec_context.sample_aspect_ratio = clip.pixel_aspect
    if clip.time_base is not None:
        stream.time_base = stream.codec_context.time_base = clip.time_base
    if clip.rotation:
        # libavutil counts the other way round.
        stream.set_display_rotation(-clip.rotation)
    if clip.reel:
        stream.metadata["reel_name"] = clip.reel
    if clip.fields:
        stream.codec_context.flags |= 1 << 18 | 1 << 29  # interlaced DCT and motion
    return stream


def _codec_options(clip: Clip) -> dict[str, str]:
    if clip.codec != "libx264":
        return clip.options
    order = {"top": ":tff=1", "bottom": ":bff=1"}.get(clip.fields, "")
    return {"preset": "veryfast", "crf": "14", "x264-params": f"threads=1{order}"} | (
        clip.options
    )


def coded_size(clip: Clip) -> tuple[int, int]:
    """(width, height) of the coded picture: with bars, squeezed, lying on its side."""
    width, height = clip.size[0] + 2 * clip.bars[0], clip.size[1] + 2 * clip.bars[1]
    if clip.rotation in (90, 270):
        width, height = height, width
    return round(width / clip.pixel_aspect), height


def _coded_frame(clip: Clip, index: int) -> VideoFrame:
    if clip.fields:
        picture = _coded_picture(clip, clip.first_code + 2 * index, index)
        later = _coded_picture(clip, clip.first_code + 2 * index + 1, index)
        line = 1 if clip.fields == "top" else 0
        picture[line::2] = later[line::2]
    else:
        picture = _coded_picture(clip, clip.first_code + index, index)
    frame = VideoFrame.from_ndarray(picture, format="rgb24")
    frame = frame.reformat(format=clip.pixel_format, dst_colorspace="ITU601")
    if clip.fields:
        frame = flagged(frame, clip.fields)
    frame.time_base, frame.pts = 1 / clip.rate, index + clip.picture_starts
    if clip.time_base is not None:
        step = 1 / clip.rate / clip.time_base
        frame.time_base = clip.time_base
        frame.pts = clip.times[index] if clip.times else round(index * step)
    return frame


def flagged(frame: VideoFrame, fields: str) -> VideoFrame:
    """The frame marked as interlaced, which only a filter can do."""
    graph = Graph()
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    source = graph.add_buffer(template=None, **_layout(frame))
    graph.link_nodes(
        source,
        graph.add("setfield", {"top": "tff", "bottom": "bff"}[fields]),
        graph.add("buffersink"),
    ).configure()
    graph.push(frame)
    return graph.vpull()


def _layout(frame: VideoFrame) -> dict[str, Any]:
    size = {"width": frame.width, "height": frame.height}
    return size | {"format": frame.format.name, "time_base": frame.time_base}


def _coded_picture(clip: Clip, code: int, index: int) -> Picture:
    scene = sum(cut <= index for cut in clip.cuts)
    picture = draw_picture(code, clip.size, scene=scene)
    if index in clip.dark:
        picture //= 12
    x, y = clip.bars
    picture = np.pad(picture, ((y, y), (x, x), (0, 0)))
    picture = np.rot90(picture, clip.rotation // 90)
    return np.ascontiguousarray(cv2.resize(picture, coded_size(clip)), np.uint8)


def _sound_frames(clip: Clip) -> Iterator[AudioFrame]:
    """Silence from ``sound_starts`` on to the end of the picture, with one click in it."""
    picture_starts = float(clip.picture_starts / clip.rate)
    length = picture_starts + float(clip.frames / clip.rate) - clip.sound_starts
    samples = np.zeros(round(length * SAMPLE_RATE), np.int16)
    at = picture_starts + (clip.click or 0.0) - clip.sound_starts
    at = round(at * SAMPLE_RATE)
    tone = np.sin(np.arange(960) * 2 * np.pi * 1000 / SAMPLE_RATE)
    samples[at : at + 960] = (tone * 20_000).astype(np.int16)
    first = round(clip.sound_starts * SAMPLE_RATE)
    for start in range(0, samples.size, 1024):
        part = samples[None, start : start + 1024]
        frame = AudioFrame.from_ndarray(part, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = first + start, Fraction(1, SAMPLE_RATE)
        yield frame


def plain_film(path: Path, frames: int, size: tuple[int, int]) -> Path:
    """A long or large film of one moving gradient, quick to make and without numbers."""
    graph = Graph()
    source = graph.add("gradients", f"size={size[0]}x{size[1]}:rate=25:seed=1")
    graph.link_nodes(source, graph.add("format", "yuv420p"), graph.add("buffersink"))
    graph.configure()
    with av.open(str(path), "w") as target:
        options = {"preset": "ultrafast", "crf": "30"}
        picture: Any = target.add_stream("libx264", rate=25, options=options)
        picture.width, picture.height = size
        for _ in range(frames):
            target.mux(picture.encode(graph.vpull()))
        target.mux(picture.encode(None))
    return path
