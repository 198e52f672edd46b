"""One still picture, made small: PNG, JPEG or WebP, nothing else."""

import os

import av
import av.error
import numpy as np
from av.video.frame import VideoFrame

from pipelines.media.child.allowed import PICTURES, PICTURES_IN_WORDS
from pipelines.media.child.shaping import TURNS, Shape, Shaper, pixels
from pipelines.media.errors import UnreadableMedia
from pipelines.media.packets import Image, Json, PacketWriter

NOT_A_PICTURE = f"this is not a picture; accepted are {PICTURES_IN_WORDS}."


def read(request: Json, wire: PacketWriter) -> None:
    """Send the picture of the descriptor, upright, at most ``request["side"]`` long.

    With ``request["cover"]`` a second one says in grey where a picture that is partly
    transparent is there.
    """
    frame = _first_frame(request)
    side = max(frame.width, frame.height)
    share = min(1.0, request["side"] / side)
    size = (max(1, round(frame.width * share)), max(1, round(frame.height * share)))
    turn = round(-frame.rotation / 90) * 90 % 360
    if turn in TURNS and turn != 180:
        size = size[::-1]
    # JPEG and WebP pictures have the matrix of standard definition, whatever their size.
    shape = Shape(
        size=size, rotation=turn, matrix="bt601", pixel_format="rgb24", flags="area"
    )
    cover = _cover(frame, size, turn) if request.get("cover") else None
    shaper = Shaper(shape)
    shown = [*shaper.push(frame), *shaper.flush()]
    wire.frame(0, pixels(shown[0][0]))
    if cover is not None:
        wire.frame(1, np.repeat(cover[..., None], 3, axis=2))


def _cover(frame: VideoFrame, size: tuple[int, int], turn: int) -> Image | None:
    """(height, width), 0 where it is transparent; None where no such thing is said."""
    form = frame.format
    if not form.has_palette and not any(each.is_alpha for each in form.components):
        return None
    width, height = size[::-1] if turn in (90, 270) else size
    whole = frame.reformat(width, height, format="rgba", interpolation="AREA")
    upright = np.rot90(whole.to_ndarray()[..., 3], -turn // 90)
    return np.ascontiguousarray(upright, np.uint8)


def _first_frame(request: Json) -> VideoFrame:
    descriptor, limits = request["descriptor"], request["limits"]
    os.lseek(descriptor, 0, os.SEEK_SET)
    options = {
        "fd": str(descriptor),
        "protocol_whitelist": "fd",
        "format_whitelist": ",".join(PICTURES),
        "codec_whitelist": ",".join(PICTURES.values()),
        "max_pixels": str(limits["max_pixels"]),
    }
    try:
        container = av.open("fd:", options=options)
    except (av.error.ArgumentError, av.error.InvalidDataError) as error:
        raise UnreadableMedia(NOT_A_PICTURE) from error
    if container.format.name not in PICTURES or len(container.streams.video) != 1:
        raise UnreadableMedia(NOT_A_PICTURE)
    context = container.streams.video[0].codec_context
    if context.name not in PICTURES.values():
        raise UnreadableMedia(NOT_A_PICTURE)
    context.options = {"max_pixels": str(limits["max_pixels"])}
    context.thread_count = 1
    try:
        return next(container.decode(video=0))
    except av.error.ArgumentError as error:
        # What the decoder says of too many pixels, before it has made room for them.
        raise UnreadableMedia(
            f"it has more than the {limits['max_pixels']:,} pixels that are accepted."
        ) from error
    except (StopIteration, av.error.FFmpegError) as error:
        raise UnreadableMedia("it is damaged; export it again.") from error
