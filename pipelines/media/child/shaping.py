"""From a decoded frame to the two pictures that are made of it, in one filter graph."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av.error
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from pipelines.media.packets import Image, Json

TURNS = {90: ["clock"], 180: ["clock", "clock"], 270: ["cclock"]}
# Of an image that holds a table of colours, 64 steps of each.
HALD_SIDE = 512
# Frames go through the graph numbered; their true times are kept beside it.
NUMBERS = Fraction(1, 1000)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What to make of each frame.

    ``size``: (width, height) of the whole displayed picture; ``rotation``: clockwise
    degrees; ``deinterlace``: "" or the parity "tff" or "bff"; ``matrix``: the YUV matrix;
    ``crop``: (x, y, width, height) in ``size`` and ``small``: (width, height) of the small
    BGR picture, both None to make none; ``look``: "" or a Hald image of 512 x 512 RGB
    pixels in base64, whose colours the picture is given.
    """

    size: tuple[int, int]
    rotation: int = 0
    deinterlace: str = ""
    matrix: str = "bt709"
    crop: tuple[int, int, int, int] | None = None
    small: tuple[int, int] | None = None
    pixel_format: str = "yuv420p"
    flags: str = "bilinear"
    look: str = ""

    @classmethod
    def from_request(cls, request: Json) -> "Shape":
        """The shape that the parent wrote with ``vars``."""
        lists = {k: tuple(v) for k, v in request.items() if isinstance(v, list)}
        return cls(**(request | lists))


class Shaper:
    """Push frames, get as many back in the same order (deinterlacing holds some back)."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._layout: tuple[int, int, str] | None = None
        self._count = 0
        # Its contexts do not keep a graph alive.
        self._graph: Graph | None = None
        self._input: FilterContext | None = None
        self._outputs: list[FilterContext] = []
        self._look: FilterContext | None = None

    def push(self, frame: VideoFrame) -> Iterator[tuple[VideoFrame, Image | None]]:
        """Give one frame, get those that are ready: (picture, small BGR or None)."""
        layout = (frame.width, frame.height, frame.format.name)
        if layout != self._layout:
            yield from self.flush()
            self._build(frame)
            self._layout = layout
        frame.pts, frame.time_base = self._count, NUMBERS
        self._count += 1
        if self._input is not None:
            self._input.push(frame)
        yield from self._pull()

    def flush(self) -> Iterator[tuple[VideoFrame, Image | None]]:
        """The frames that were held back; the next push starts afresh."""
        if self._input is not None:
            self._input.push(None)
            yield from self._pull()
        self._input, self._layout = None, None

    def _pull(self) -> Iterator[tuple[VideoFrame, Image | None]]:
        while True:
            try:
                frames = [output.pull() for output in self._outputs]
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            pictures = [frame for frame in frames if isinstance(frame, VideoFrame)]
            small = pixels(pictures[1]) if len(pictures) > 1 else None
            yield pictures[0], small

    def _build(self, frame: VideoFrame) -> None:
        shape = self._shape
        graph = self._graph = Graph()
        graph.threads = 1
        self._input = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=NUMBERS,
        )
        before, after = _to_displayed(shape)
        last = _chain(graph, self._input, before)
        if shape.look:
            last = self._coloured(graph, last)
        last = _chain(graph, last, after)
        if shape.crop is None or shape.small is None:
            self._outputs = [_chain(graph, last, [("buffersink", "")])]
        else:
            split = graph.add("split")
            last.link_to(split)
            x, y, width, height = shape.crop
            small = [
                ("crop", f"{width}:{height}:{x}:{y}:exact=1"),
                ("scale", f"{shape.small[0]}:{shape.small[1]}:flags=area"),
                ("format", "bgr24"),
                ("buffersink", ""),
            ]
            self._outputs = [
                _chain(graph, split, [("buffersink", "")], 0),
                _chain(graph, split, small, 1),
            ]
        graph.configure()
        if self._look is not None:
            self._look.push(_hald_frame(shape.look))
            self._look.push(None)

    def _coloured(self, graph: Graph, last: FilterContext) -> FilterContext:
        self._look = graph.add_buffer(
            width=HALD_SIDE,
            height=HALD_SIDE,
            format=VideoFormat("rgb24"),
            time_base=NUMBERS,
        )
        coloured = graph.add("haldclut", "interp=trilinear")
        last.link_to(coloured, 0, 0)
        self._look.link_to(coloured, 0, 1)
        return coloured


def _hald_frame(look: str) -> VideoFrame:
    square = np.frombuffer(base64.b64decode(look), np.uint8)
    frame = VideoFrame.from_ndarray(square.reshape(HALD_SIDE, HALD_SIDE, 3))
    frame.pts, frame.time_base = 0, NUMBERS
    return frame


def pixels(picture: VideoFrame) -> Image:
    """The uint8 array of an 8-bit picture: (height, width, 3), or (height, width) gray."""
    return picture.to_ndarray().astype(np.uint8, copy=False)


Steps = list[tuple[str, str]]


def _to_displayed(shape: Shape) -> tuple[Steps, Steps]:
    """Deinterlace at full height, scale to square pixels; then turn upright.

    A look is applied between the two, on RGB.
    """
    width, height = shape.size
    if shape.rotation in (90, 270):
        width, height = height, width
    steps = []
    if shape.deinterlace:
        steps.append(("bwdif", f"mode=send_frame:parity={shape.deinterlace}:deint=all"))
    scale = f"{width}:{height}:flags={shape.flags}:in_color_matrix={shape.matrix}"
    out = f"out_color_matrix={shape.matrix}:out_range=tv"
    yuv = shape.pixel_format.startswith("yuv")
    after: Steps = []
    if shape.look:
        steps += [("scale", scale), ("format", "rgb24")]
        after.append(("scale", out if yuv else ""))
    else:
        steps.append(("scale", f"{scale}:{out}" if yuv else scale))
    after.append(("format", shape.pixel_format))
    after += [("transpose", turn) for turn in TURNS.get(shape.rotation, [])]
    return steps, [*after, ("setsar", "1")]


def _chain(
    graph: Graph, last: FilterContext, steps: list[tuple[str, str]], pad: int = 0
) -> FilterContext:
    for name, arguments in steps:
        step: Any = graph.add(name, arguments or None)
        last.link_to(step, pad)
        last, pad = step, 0
    return last
