"""A film to measure with, drawn on the fly: moving, grainy, at a given bit rate."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

RATE = 24
SAMPLE_RATE = 48_000
UNIT_SECONDS = 10


def draw_film(path: Path, seconds: int, size: tuple[int, int], bits: int) -> Path:
    """H.264 with ``bits`` per second: ten seconds are drawn, and repeated as packets."""
    unit = path.with_name(f"{path.stem}-unit.mp4")
    _draw_unit(unit, size, bits)
    _repeat(unit, path, seconds // UNIT_SECONDS)
    unit.unlink()
    return path


def _draw_unit(path: Path, size: tuple[int, int], bits: int) -> None:
    graph = Graph()
    graph.link_nodes(
        graph.add("testsrc2", f"size={size[0]}x{size[1]}:rate={RATE}"),
        graph.add("noise", "all_strength=14:all_flags=t:all_seed=1"),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ).configure()
    options = {"preset": "fast", "maxrate": str(bits), "bufsize": str(2 * bits)}
    options["x264-params"] = "open-gop=0:keyint=120"
    with av.open(str(path), "w") as target:
        picture: Any = target.add_stream("libx264", rate=RATE, options=options)
        picture.width, picture.height = size
        picture.codec_context.bit_rate = bits
        for _ in range(UNIT_SECONDS * RATE):
            frame = graph.vpull()
            frame.pict_type = 0
            target.mux(picture.encode(frame))
        target.mux(picture.encode(None))


def _repeat(unit: Path, path: Path, times: int) -> None:
    with av.open(str(path), "w") as target:
        copy: Any = None
        sound: Any = None
        for number in range(times):
            with av.open(str(unit)) as opened:
                stream: Any = opened.streams.video[0]
                copy = copy or target.add_stream_from_template(stream)
                sound = sound or target.add_stream(
                    "aac", rate=SAMPLE_RATE, layout="stereo"
                )
                shift = round(number * UNIT_SECONDS / stream.time_base)
                packet: Any
                for packet in opened.demux(stream):
                    if packet.dts is not None:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = copy
                        target.mux(packet)
            target.mux(sound.encode(_hum(number)))
        target.mux(sound.encode(None))


def _hum(number: int) -> AudioFrame:
    """The sound of one unit."""
    samples = UNIT_SECONDS * SAMPLE_RATE
    wave = np.sin(np.arange(samples) * 0.02).astype(np.float32)
    frame = AudioFrame.from_ndarray(np.stack([wave, wave]), "fltp", "stereo")
    frame.sample_rate, frame.pts = SAMPLE_RATE, number * samples
    frame.time_base = Fraction(1, SAMPLE_RATE)
    return frame
