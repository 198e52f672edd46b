"""Writing small things to look at: a still, and a cut as it would play."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.frame import VideoFrame

from pipelines.media.files import whole_file, write_whole
from pipelines.media.packets import Image
from pipelines.media.reader import open_proxy
from pipelines.media.sound import SAMPLE_RATE, ProxySound, Sound
from pipelines.media.times import FrameTimes, times_path

# Divides evenly by a frame of every customary rate, NTSC ones included.
LOOP_CLOCK = 120_000
SOUND_PART = 1024
AT_ONCE = 24  # frames decoded at a time
# Every sixth frame is a keyframe: a browser jumps back to the start at once.
X264 = {
    "preset": "veryfast",
    "crf": "21",
    "x264-params": "keyint=6:min-keyint=6:scenecut=0:bframes=0",
}

Span = tuple[int, int]


def write_jpeg(path: Path, rgb: Image, quality: int = 85) -> None:
    """Write a (height, width, 3) RGB uint8 picture, whole or not at all."""
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    fine, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not fine:
        raise ValueError(f"A picture of shape {rgb.shape} cannot be written as JPEG.")
    write_whole(path, encoded.tobytes())


def write_loop(
    leaving_proxy: Path,
    leaving: Span,
    entering_proxy: Path,
    entering: Span,
    out: Path,
) -> None:
    """Write an MP4 that plays frames ``leaving`` of one proxy, then ``entering`` of another.

    Spans are half-open. Every frame keeps its own length, so the rates may differ; the
    second picture is fitted into the canvas of the first. Has sound if either side has.
    ``out`` appears whole or not at all. Raises IndexError for frames that are not there.
    """
    sides = [_Side(leaving_proxy, leaving), _Side(entering_proxy, entering)]
    with whole_file(out) as temporary:
        options = {"movflags": "faststart", "video_track_timescale": str(LOOP_CLOCK)}
        with av.open(str(temporary), "w", format="mp4", options=options) as target:
            _write_sides(target, sides)


class _Side:
    """One side of the cut: frames of a proxy, their lengths, and the sound with them."""

    def __init__(self, proxy: Path, span: Span) -> None:
        self._proxy = proxy
        self._first, self._end = span
        self._times = FrameTimes.load(times_path(proxy))
        self._reader = open_proxy(proxy)
        if not 0 <= self._first < self._end <= len(self._reader):
            raise IndexError(
                f"{proxy.name} has no frames {self._first} to {self._end}."
            )

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the proxy."""
        height, width = self._reader[0].shape[:2]
        return width, height

    @property
    def rate(self) -> Fraction:
        """Frames per second, on average."""
        return (self._end - self._first) / self.seconds

    @property
    def seconds(self) -> Fraction:
        """How long the side plays."""
        return self._times.seconds(self._end) - self._times.seconds(self._first)

    def pictures(self) -> Iterator[tuple[Image, Fraction]]:
        """RGB pictures, each with its time from the start of the side."""
        start = self._times.seconds(self._first)
        for begin in range(self._first, self._end, AT_ONCE):
            indices = range(begin, min(begin + AT_ONCE, self._end))
            batch = self._reader.get_batch(list(indices)).asnumpy()
            for index, picture in zip(indices, batch, strict=True):
                yield picture, self._times.seconds(index) - start

    def sound(self) -> Sound | None:
        """(2, samples) at 48 kHz, as long as the side; None without a sound track."""
        with ProxySound(self._proxy, "stereo") as opened:
            return opened.read(self._times.seconds(self._first), self.seconds)


def _write_sides(target: OutputContainer, sides: list[_Side]) -> None:
    canvas = sides[0].size
    picture = target.add_stream("libx264", rate=sides[0].rate, options=X264)
    picture.width, picture.height = canvas
    picture.pix_fmt = "yuv420p"
    clock = Fraction(1, LOOP_CLOCK)
    picture.time_base = picture.codec_context.time_base = clock
    sound = _joined_sound(sides)
    if sound is not None:
        heard = target.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        for part in _sound_frames(sound):
            target.mux(heard.encode(part))
        target.mux(heard.encode(None))
    start = Fraction(0)
    for side in sides:
        for image, time in side.pictures():
            frame = VideoFrame.from_ndarray(_fitted(image, canvas), format="rgb24")
            frame.pts, frame.time_base = round((start + time) / clock), clock
            target.mux(picture.encode(frame))
        start += side.seconds
    target.mux(picture.encode(None))


def _joined_sound(sides: list[_Side]) -> Sound | None:
    sounds = [side.sound() for side in sides]
    if all(sound is None for sound in sounds):
        return None
    whole = [
        np.zeros((2, round(side.seconds * SAMPLE_RATE)), np.float32)
        if sound is None
        else sound
        for side, sound in zip(sides, sounds, strict=True)
    ]
    return np.concatenate(whole, axis=1)


def _sound_frames(sound: Sound) -> Iterator[AudioFrame]:
    for begin in range(0, sound.shape[1], SOUND_PART):
        part = np.ascontiguousarray(sound[:, begin : begin + SOUND_PART])
        frame = AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = begin, Fraction(1, SAMPLE_RATE)
        yield frame


def _fitted(image: Image, canvas: tuple[int, int]) -> Image:
    """``image`` as large as it fits in the middle of a black canvas (width, height)."""
    height, width = image.shape[:2]
    if (width, height) == canvas:
        return image
    scale = min(canvas[0] / width, canvas[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    fitted = np.zeros((canvas[1], canvas[0], 3), np.uint8)
    x, y = (canvas[0] - size[0]) // 2, (canvas[1] - size[1]) // 2
    fitted[y : y + size[1], x : x + size[0]] = cv2.resize(
        image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    return fitted
