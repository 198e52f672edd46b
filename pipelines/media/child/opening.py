"""Opening the file: allow-lists before and after, one sentence for each refusal."""

import os
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from pipelines.media.child.allowed import (
    AUDIO,
    FORMATS,
    FORMATS_IN_WORDS,
    VIDEO,
    white_lists,
)
from pipelines.media.errors import UnreadableMedia
from pipelines.media.packets import Json


@dataclass(frozen=True)
class Opened:
    """An open file, the one video stream that is its picture, and its usable sound."""

    container: InputContainer
    video: VideoStream
    audio: list[AudioStream]
    request: Json

    def anew(self) -> "Opened":
        """The same file opened again: the only way back to the start that always works.

        The two share their place in the file, so this one must not be read any more.
        """
        return open_media(self.request)

    @property
    def time_base(self) -> Fraction:
        """Seconds of one tick of the picture's clock."""
        return self.video.time_base or Fraction(1, 90_000)

    @property
    def is_mov(self) -> bool:
        """Whether every sample's place is listed in the file's own index."""
        return "mov" in self.container.format.name.split(",")


def open_media(request: Json) -> Opened:
    """Open the descriptor of ``request`` under its limits."""
    descriptor, limits = request["descriptor"], request["limits"]
    os.lseek(descriptor, 0, os.SEEK_SET)
    options = white_lists(limits["max_pixels"], descriptor)
    try:
        container = av.open("fd:", options=options)
    except av.error.ArgumentError as error:
        raise UnreadableMedia(
            f"this is not an accepted kind of file; accepted are {FORMATS_IN_WORDS}."
        ) from error
    except av.error.InvalidDataError as error:
        raise UnreadableMedia(
            "no video was recognised in it: it is damaged, or not a video file at all; "
            f"accepted are {FORMATS_IN_WORDS}."
        ) from error
    names = set(container.format.name.split(","))
    if not names & FORMATS:
        raise UnreadableMedia(
            f"files of the kind {container.format.name} are not accepted; accepted are "
            f"{FORMATS_IN_WORDS}."
        )
    if len(container.streams) > limits["max_streams"]:
        raise UnreadableMedia(
            f"it has {len(container.streams)} streams, more than the "
            f"{limits['max_streams']} that are accepted."
        )
    video = _choose_picture(container)
    _check_picture(video, limits)
    video.codec_context.options = {"max_pixels": str(limits["max_pixels"])}
    video.codec_context.thread_count = limits["decode_threads"]
    audio = [s for s in container.streams.audio if codec_name(s) in AUDIO]
    for stream in container.streams:
        if stream is not video and stream not in audio:
            stream.discard = Discard.all
    return Opened(container, video, audio, request)


def codec_name(stream: VideoStream | AudioStream) -> str:
    """The codec's own name, whichever library decodes it; "unknown" without a decoder."""
    # Without a decoder there is no context, whatever PyAV's types say.
    context: object = stream.codec_context
    return (
        context.codec.canonical_name if isinstance(context, CodecContext) else "unknown"
    )


def _choose_picture(container: InputContainer) -> VideoStream:
    pictures = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if not pictures:
        what = "sound but no picture" if container.streams.audio else "no picture"
        raise UnreadableMedia(f"it has {what}; add a file with a video stream.")
    default = [s for s in pictures if s.disposition & Disposition.default]
    return (default or pictures)[0]


def _check_picture(video: VideoStream, limits: Json) -> None:
    name = codec_name(video)
    if name not in VIDEO:
        raise UnreadableMedia(
            f"its picture is coded as {name}, which is not accepted; export it as "
            "ProRes, DNxHD, H.264 or another codec that editors use."
        )
    context = video.codec_context
    pixels = context.width * context.height
    if pixels > limits["max_pixels"]:
        raise UnreadableMedia(
            f"its picture is {context.width}x{context.height}, more than the "
            f"{limits['max_pixels']} pixels that are accepted."
        )
    if video.frames > limits["max_frames"]:
        raise UnreadableMedia(
            f"it says it has {video.frames} frames, more than the "
            f"{limits['max_frames']} that are accepted."
        )
    if pixels == 0:
        raise UnreadableMedia("no picture could be found in its video stream.")
