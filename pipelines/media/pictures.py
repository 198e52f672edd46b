"""A still picture that somebody gives, decoded in the sandbox."""

from dataclasses import replace
from pathlib import Path

from pipelines.media.errors import UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.packets import Frame, Image
from pipelines.media.sandbox import Child
from pipelines.media.sources import OpenSource

MOST_PIXELS = 64_000_000
"""A still of a camera: 64 megapixels."""

LONGEST_SIDE = 1280
"""To which a larger one is made smaller: encoders look at less."""


def read_picture(path: Path, limits: Limits) -> Image:
    """Return a PNG, JPEG or WebP as (height, width, 3) RGB uint8, upright.

    Raises UnreadableMedia with one sentence, without the name of the file.
    """
    bounds = replace(limits, max_pixels=min(limits.max_pixels, MOST_PIXELS))
    request = {"side": LONGEST_SIDE}
    try:
        with (
            OpenSource(path) as opened,
            Child("picture", opened, request, limits=bounds) as child,
        ):
            for packet in child:
                if isinstance(packet, Frame):
                    return packet.image
    except UnreadableMedia as error:
        sentence = error.message.removeprefix(f"{path.name}: ")
        raise UnreadableMedia(sentence, permanent=error.permanent) from error
    raise UnreadableMedia("the decoder sent no picture.")
