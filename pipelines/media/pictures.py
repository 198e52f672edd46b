"""A still picture that somebody gives, decoded in the sandbox."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pipelines.media.errors import UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.packets import Frame, Image, Json
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
    return _sent(path, limits, {"side": LONGEST_SIDE})[0]


def read_cutout(path: Path, limits: Limits) -> Image:
    """Return a picture as `read_picture`, with a fourth channel if it is partly transparent.

    That says where it is there: 0 to 255. Raises UnreadableMedia.
    """
    sent = _sent(path, limits, {"side": LONGEST_SIDE, "cover": True})
    if len(sent) == 1:
        return sent[0]
    if sent[0].shape != sent[1].shape:
        raise UnreadableMedia("the decoder sent another picture.")
    return np.dstack([sent[0], sent[1][..., 0]])


def _sent(path: Path, limits: Limits, request: Json) -> list[Image]:
    """The pictures that the child sends, at least one."""
    bounds = replace(limits, max_pixels=min(limits.max_pixels, MOST_PIXELS))
    try:
        with (
            OpenSource(path) as opened,
            Child("picture", opened, request, limits=bounds) as child,
        ):
            sent = [packet.image for packet in child if isinstance(packet, Frame)]
    except UnreadableMedia as error:
        sentence = error.message.removeprefix(f"{path.name}: ")
        raise UnreadableMedia(sentence, permanent=error.permanent) from error
    if not sent:
        raise UnreadableMedia("the decoder sent no picture.")
    return sent[:2]
