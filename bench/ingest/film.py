"""A film to measure with, drawn on the fly: moving, grainy, at a given bit rate."""

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
        graph.add("noise", "alls=14:allf=t:all_seed=1"),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ).configure()
    options = {"preset": "fast", "maxrate": str(bits), "bufsize": str(2 * bits)}
    options["x264-params"] = "open-gop=0:keyint=120"
    with av.open(str(path), "w") as target:
        picture: Any = target.add_stream("libx264", rate=RATE, options=options)
        picture.width, picture.height = size
        sound: Any = target.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        picture.codec_context.bit_rate = bits
        for _ in range(UNIT_SECONDS * RATE):
            frame = graph.vpull()
            frame.pict_type = 0
            target.mux(picture.encode(frame))
        target.mux(picture.encode(None))
        hum = np.sin(np.arange(UNIT_SECONDS * SAMPLE_RATE) * 0.02).astype(np.float32)
        frame = AudioFrame.from_ndarray(np.stack([hum, hum]), "fltp", "stereo")
        frame.sample_rate = SAMPLE_RATE
        target.mux(sound.encode(frame))
        target.mux(sound.encode(None))


def _repeat(unit: Path, path: Path, times: int) -> None:
    with av.open(str(path), "w") as target:
        copies: list[Any] = []
        for number in range(times):
            with av.open(str(unit)) as opened:
                streams: Any = opened.streams.get()
                copies = copies or [target.add_stream_from_template(s) for s in streams]
                packet: Any
                for packet in opened.demux():
                    if packet.dts is not None:
                        shift = round(number * UNIT_SECONDS / packet.time_base)
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = copies[packet.stream.index]
                        target.mux(packet)
