"""From a piece to the pictures of a title: choosing frames by time, and reframing."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from pipelines.samples.drawn import Picture, black, draw
from pipelines.samples.pieces import Drawn, Form, Taken, Window


@dataclass(frozen=True)
class Stretch:
    """The part of a clip that a piece uses: its source frames and their times.

    `times` has one entry more than `frames`: when the last frame ends, in seconds.
    `aspect` is how many times wider than tall one pixel is meant to be seen.
    """

    frames: list[av.VideoFrame]
    times: list[Fraction]
    aspect: float

    def index_at(self, passed: Fraction) -> int:
        """Which source frame is on screen `passed` seconds into the stretch."""
        last = len(self.frames)
        return bisect_right(self.times, self.times[0] + passed, hi=last) - 1


def stretch_of(piece: Taken, clips: Path) -> Stretch:
    """Decode the frames of a piece from the folder of clips.

    Raises ValueError when the clip has fewer frames than the piece names.
    """
    frames: list[av.VideoFrame] = []
    times: list[Fraction] = []
    with av.open(clips / piece.clip) as container:
        aspect = container.streams.video[0].sample_aspect_ratio or Fraction(1)
        for number, frame in enumerate(container.decode(video=0)):
            if number >= piece.first:
                times.append(_time_of(frame))
                frames.append(frame)
            if number == piece.end:
                break
    if len(frames) < piece.end - piece.first:
        raise ValueError(f"{piece.clip} ends before frame {piece.end}.")
    if len(frames) == piece.end - piece.first:  # the clip ends with the piece
        times.append(times[-1] + (times[-1] - times[0]) / max(1, len(times) - 1))
    return Stretch(frames[: piece.end - piece.first], times, float(aspect))


def taken_pictures(piece: Taken, stretch: Stretch, form: Form) -> Iterator[Picture]:
    """The frames of a real piece as they stand in the title, uint8 BGR."""
    seconds = (stretch.times[-1] - stretch.times[0]) / piece.speed
    count = int(seconds * form.rate)
    shown = -1
    source = black((1, 1))
    for number in range(count):
        index = stretch.index_at(number / form.rate * piece.speed)
        if index != shown:
            shown, source = index, _bgr(stretch.frames[index])
        window = _window_at(piece, number / max(1, count - 1))
        picture = reframe(source, window, form.active, stretch.aspect)
        yield matted(picture[:, ::-1] if piece.mirrored else picture, form)


def drawn_pictures(piece: Drawn, form: Form) -> Iterator[Picture]:
    """The frames of a drawn piece as they stand in the title, uint8 BGR."""
    for number in range(piece.frames):
        yield matted(draw(piece, number, form.active), form)


def reframe(
    source: Picture, window: Window, size: tuple[int, int], aspect: float = 1.0
) -> Picture:
    """Show `window` of a picture at `size` (width, height); `aspect` is of its pixels.

    Raises ValueError where the window reaches outside the picture.
    """
    height, width = source.shape[:2]
    scale = size[0] / (window.width * width)
    tall = size[1] / (scale / aspect * height)
    _demand_inside(window, tall)
    # A cubic kernel would skip pixels where the picture gets smaller.
    shrink = min(1.0, scale), min(1.0, scale / aspect)
    if min(shrink) < 1:
        source = _shrunk(source, *shrink)
    across = size[0] / (window.width * source.shape[1])
    down = size[1] / (tall * source.shape[0])
    left = across * window.x * source.shape[1]
    top = down * window.y * source.shape[0]
    matrix = np.array(
        [
            [across, 0, size[0] / 2 - left + (across - 1) / 2],
            [0, down, size[1] / 2 - top + (down - 1) / 2],
        ]
    )
    border = cv2.BORDER_REPLICATE
    shown = cv2.warpAffine(
        source, matrix, size, flags=cv2.INTER_CUBIC, borderMode=border
    )
    return shown.astype(np.uint8, copy=False)


def _demand_inside(window: Window, height: float) -> None:
    slack = 0.005
    across = window.width / 2 - slack <= window.x <= 1 - window.width / 2 + slack
    if not across or not height / 2 - slack <= window.y <= 1 - height / 2 + slack:
        raise ValueError(f"{window} reaches outside the picture (height {height:.3f}).")


def _window_at(piece: Taken, way: float) -> Window:
    """The piece's window when `way` of it has passed, 0 to 1."""
    start, end = piece.window, piece.until or piece.window
    return Window(
        start.x + (end.x - start.x) * way,
        start.y + (end.y - start.y) * way,
        start.width + (end.width - start.width) * way,
    )


def matted(picture: Picture, form: Form) -> Picture:
    """Centre the active picture between bars of black."""
    if form.active == form.size:
        return np.ascontiguousarray(picture)
    whole = black(form.size)
    top = (form.size[1] - form.active[1]) // 2
    whole[top : top + form.active[1]] = picture
    return whole


def _shrunk(source: Picture, across: float, down: float) -> Picture:
    shown = cv2.resize(source, None, fx=across, fy=down, interpolation=cv2.INTER_AREA)
    return shown.astype(np.uint8, copy=False)


def _bgr(frame: av.VideoFrame) -> Picture:
    return frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)


def _time_of(frame: av.VideoFrame) -> Fraction:
    if frame.pts is None or frame.time_base is None:
        raise ValueError("A frame of the clip has no time.")
    return frame.pts * frame.time_base
