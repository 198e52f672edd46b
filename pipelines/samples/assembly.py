"""Writing a title: pieces in order, picture as H.264, sound in step, start timecode.

One encoder thread and no dates, names or versions in the file: the same pieces give the
same bytes on the same machine and libraries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipelines.samples.clips import SOUND_RATE, sound_between
from pipelines.samples.drawn import Picture
from pipelines.samples.frames import (
    Stretch,
    drawn_pictures,
    stretch_of,
    taken_pictures,
)
from pipelines.samples.pieces import Form, Piece, Taken

# x264 veryfast at crf 20: a reel of a minute is about 8 MB and grain survives.
# cpu-independent: without it this encoder now and then chose otherwise on a second run
# (seen in 40 of 100 runs of one small picture, and in none of 600 with it).
_X264 = {
    "preset": "veryfast",
    "crf": "20",
    "g": "48",
    "x264-params": "cpu-independent=1",
}
_FADE = SOUND_RATE // 200  # 5 ms at each edge, or every cut would click
_BT709 = 1
_SILENCE = np.zeros((0, 2), np.float32)


@dataclass(frozen=True)
class Span:
    """Where a piece stands in the title: frames `first` to `end`, half-open."""

    piece: Piece
    first: int
    end: int


@dataclass(frozen=True)
class _Writer:
    container: OutputContainer
    video: VideoStream
    audio: AudioStream
    rate: Fraction

    def show(self, picture: Picture, number: int) -> None:
        """Encode one picture as frame `number`."""
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = number, 1 / self.rate
        self.container.mux(self.video.encode(frame))

    def play(self, sound: NDArray[np.float32], sample: int) -> None:
        """Encode (samples, 2) of sound that begins at `sample`."""
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.T), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = SOUND_RATE, sample
        frame.time_base = Fraction(1, SOUND_RATE)
        self.container.mux(self.audio.encode(frame))

    def close(self) -> None:
        """Write what the encoders still hold."""
        self.container.mux(self.video.encode(None))
        self.container.mux(self.audio.encode(None))


def assemble(pieces: Sequence[Piece], clips: Path, out: Path, form: Form) -> list[Span]:
    """Write the title `out` (.mp4 or .mov) from pieces of the clips in a folder.

    Returns where each piece stands. Raises ValueError for a piece that names frames or
    a part of the picture that its clip does not have.
    """
    spans: list[Span] = []
    with av.open(out, "w", options={"fflags": "+bitexact"}) as container:
        writer = _open_streams(container, form, out.suffix)
        for piece in pieces:
            first = spans[-1].end if spans else 0
            spans.append(_write(piece, first, clips, writer, form))
        writer.close()
    return spans


def _write(piece: Piece, first: int, clips: Path, writer: _Writer, form: Form) -> Span:
    """Write one piece so that it begins at frame `first`: its picture, then its sound."""
    if isinstance(piece, Taken):
        stretch = stretch_of(piece, clips)
        shown = taken_pictures(piece, stretch, form)
        sound = _own_sound(piece, stretch, clips)
    else:
        shown, sound = drawn_pictures(piece, form), _SILENCE
    end = first
    for picture in shown:
        writer.show(picture, end)
        end += 1
    begins, ends = (round(number / form.rate * SOUND_RATE) for number in (first, end))
    writer.play(_fitted(sound, ends - begins), begins)
    return Span(piece, first, end)


def _open_streams(container: OutputContainer, form: Form, suffix: str) -> _Writer:
    video = container.add_stream("libx264", rate=form.rate, options=_X264)
    video.width, video.height = form.size
    video.pix_fmt = "yuv420p"
    video.time_base = 1 / form.rate
    video.metadata["timecode"] = form.timecode
    video.metadata["reel_name"] = form.reel
    context = video.codec_context
    context.thread_count = 1
    context.color_range = ColorRange.MPEG
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    # QuickTime files from an edit suite carry PCM; .mp4 is read widely only with AAC.
    codec = "pcm_s16le" if suffix == ".mov" else "aac"
    audio = container.add_stream(codec, rate=SOUND_RATE, layout="stereo")
    if not isinstance(audio, AudioStream):
        raise TypeError(f"{codec} is no sound codec.")
    return _Writer(container, video, audio, form.rate)


def _own_sound(piece: Taken, stretch: Stretch, clips: Path) -> NDArray[np.float32]:
    """The sound that a clip has under the piece; none when it does not run at speed."""
    if piece.speed != 1:
        return _SILENCE
    return sound_between(clips / piece.clip, stretch.times[0], stretch.times[-1])


def _fitted(sound: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
    """Exactly (samples, 2) of the sound, silence added, faded at both edges."""
    fitted = np.zeros((samples, 2), np.float32)
    fitted[: len(sound)] = sound[:samples]
    ramp = np.minimum(1, np.arange(samples, dtype=np.float32) / _FADE)[:, None]
    faded: NDArray[np.float32] = fitted * ramp * ramp[::-1]
    return faded
