"""One film in the forms that post-production sends it in, frame by frame."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tests.footage.clips import flagged

Picture = NDArray[np.uint8]
Deep = NDArray[np.uint16]
Draw = Callable[[float], Picture]
"""The film at a time in its own frames, fractions included: (h, w, 3) RGB."""


@dataclass(frozen=True, kw_only=True)
class Coding:
    """With which encoder, in which pixels."""

    encoder: str = "libx264"
    pixels: str = "yuv420p"
    options: Mapping[str, str] = field(default_factory=dict)


def _h264(crf: int) -> Coding:
    return Coding(options={"preset": "veryfast", "crf": str(crf)})


def _prores(profile: str) -> Coding:
    """As cameras record log: 10 bits, in which its few shades are not lost."""
    return Coding(
        encoder="prores_ks", pixels="yuv422p10le", options={"profile": profile}
    )


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the film's frames are changed and coded; frames stay one to one but for telecine."""

    change: Callable[[Picture, int], Picture | Deep] = lambda picture, _frame: picture
    rate: Fraction = Fraction(25)
    pixel_aspect: Fraction = Fraction(1)
    fields: bool = False
    """Interlaced, top field first: the second field is half a frame later."""
    pulldown: bool = False
    """2:3 pulldown: four frames in five, of which two are combed."""
    coding: Coding = field(default_factory=lambda: _h264(14))
    cube: str = ""
    """The look that it is added with."""


def letterboxed(picture: Picture, _frame: int) -> Picture:
    """A 16:9 picture in the middle of a 4:3 one."""
    bar = round(picture.shape[1] * 3 / 4 - picture.shape[0]) // 2
    return np.pad(picture, ((bar, bar), (0, 0), (0, 0)))


def with_timecode(picture: Picture, frame: int) -> Picture:
    """A window of running timecode burned in at the foot, as dailies have it."""
    marked = picture.copy()
    height, width = marked.shape[:2]
    box = (width // 2 - 110, height - 44), (width // 2 + 110, height - 14)
    cv2.rectangle(marked, *box, (0, 0, 0), -1)
    text = f"01:{frame // 1500:02d}:{frame // 25 % 60:02d}:{frame % 25:02d}"
    at = (box[0][0] + 16, box[1][1] - 8)
    font, white = cv2.FONT_HERSHEY_SIMPLEX, (235.0, 235.0, 235.0)
    cv2.putText(marked, text, at, font, 0.75, white, 2, cv2.LINE_AA)
    return marked


def in_log(picture: Picture, _frame: int) -> Picture:
    """As a camera records it in ARRI LogC3, EI 800 (ARRI, "ALEXA Log C Curve", 2017)."""
    return np.round(LOG_CURVE * 255).astype(np.uint8)[picture]


def in_deep_log(picture: Picture, _frame: int) -> Deep:
    """As `in_log`, in 16 bits."""
    return np.round(LOG_CURVE * 65535).astype(np.uint16)[picture]


_LINEAR = (np.arange(256) / 255.0) ** 2.4
LOG_CURVE = np.where(
    _LINEAR > 0.010591,
    0.247190 * np.log10(5.555556 * _LINEAR + 0.052272) + 0.385537,
    5.367655 * _LINEAR + 0.092809,
)


def log_look(side: int = 33) -> str:
    """A .cube that takes LogC3 back to what a screen shows."""
    code = np.arange(side) / (side - 1)
    cut = 5.367655 * 0.010591 + 0.092809
    linear = np.where(
        code > cut,
        (10 ** ((code - 0.385537) / 0.247190) - 0.052272) / 5.555556,
        (code - 0.092809) / 5.367655,
    )
    shown = linear.clip(0, 1) ** (1 / 2.4)
    rows = [f"{r:.6f} {g:.6f} {b:.6f}" for b in shown for g in shown for r in shown]
    return "\n".join([f"LUT_3D_SIZE {side}", *rows])


FORMS: dict[str, Form] = {
    # Nothing but coded again: what any other form loses beyond this is its own.
    "coded again": Form(coding=_h264(20)),
    "letterboxed": Form(change=letterboxed),
    "burned-in timecode": Form(change=with_timecode),
    "log": Form(change=in_deep_log, coding=_prores("hq")),
    # Coded otherwise, or it is the same file as the one above: a twin of a title is none.
    "log with its look": Form(
        change=in_deep_log, cube=log_look(), coding=_prores("standard")
    ),
    "interlaced": Form(fields=True),
    "telecined": Form(pulldown=True, rate=Fraction(30000, 1001)),
    "anamorphic": Form(
        change=lambda picture, _: _sized(picture, picture.shape[1] // 2),
        pixel_aspect=Fraction(2),
    ),
}


def write_form(path: Path, draw: Draw, frames: int, form: Form) -> Path:
    """Code a film of so many frames in a form."""
    pictures = _frames(draw, frames, form)
    first = next(pictures)
    order = form.fields or form.pulldown
    with av.open(str(path), "w") as target:
        stream = _stream(target, form, ":tff=1" if order else "")
        stream.height, stream.width = first.shape[:2]
        for number, picture in enumerate(chain([first], pictures)):
            deep = picture.dtype == np.uint16
            shown = av.VideoFrame.from_ndarray(picture, "rgb48le" if deep else "rgb24")
            shown = shown.reformat(format=stream.pix_fmt, dst_colorspace="ITU601")
            shown = flagged(shown, "top") if order else shown
            shown.pts, shown.time_base = number, 1 / form.rate  # flagging sets others
            target.mux(stream.encode(shown))
        target.mux(stream.encode(None))
    return path


def _stream(target: Any, form: Form, order: str) -> Any:
    coding = form.coding
    options = dict(coding.options)
    if coding.encoder == "libx264":
        options["x264-params"] = f"threads=1{order}"
    stream = target.add_stream(coding.encoder, rate=form.rate, options=options)
    stream.pix_fmt = coding.pixels
    stream.codec_context.sample_aspect_ratio = form.pixel_aspect
    if order:
        stream.codec_context.flags |= 1 << 18 | 1 << 29  # interlaced DCT and motion
    return stream


def _frames(draw: Draw, frames: int, form: Form) -> Iterator[Picture | Deep]:
    def changed(time: float) -> Any:
        return form.change(draw(time), int(time))

    if form.pulldown:
        yield from _pulled_down(changed, frames)
        return
    for frame in range(frames):
        picture = changed(frame)
        if form.fields:
            picture = _woven(picture, changed(frame + 0.5))
        yield picture


def _pulled_down(changed: Callable[[float], Any], frames: int) -> Iterator[Picture]:
    for group in range(0, frames - 3, 4):
        a, b, c, d = (changed(group + step) for step in range(4))
        yield from (a, b, _woven(b, c), _woven(c, d), d)


def _woven(top: Picture, bottom: Picture) -> Picture:
    both = top.copy()
    both[1::2] = bottom[1::2]
    return both


def _sized(picture: Picture, width: int) -> Picture:
    size = (width, picture.shape[0])
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
