"""One sound of the file as it is, sample for sample, over a stretch of it."""

from contextlib import suppress
from fractions import Fraction

import av.error
from av.audio.stream import AudioStream
from av.stream import Discard

from pipelines.media.child.audio import Aligned, decoded
from pipelines.media.child.opening import Opened, open_media
from pipelines.media.errors import UnreadableMedia
from pipelines.media.packets import Json, PacketWriter

EARLY = 2.0
"""Seconds before the stretch at which decoding begins: codecs need frames to settle."""
FINE = frozenset(("s32", "s32p", "flt", "fltp", "dbl", "dblp"))
"""Sample formats that hold more than 16 bits."""


def read(request: Json, wire: PacketWriter) -> None:
    """Send ``request["seconds"]`` from ``["start"]`` s of the sound with index ``["stream"]``.

    First a message with its rate, channels, layout and bits; then interleaved
    little-endian 32-bit samples.
    """
    opened = open_media(request)
    found = [each for each in opened.audio if each.index == request["stream"]]
    if not found:
        raise UnreadableMedia("one of its sounds is no longer there; add it again.")
    stream = found[0]
    context = stream.codec_context
    rate, layout = context.sample_rate, context.layout.name
    opened.video.discard = Discard.all
    _enter(opened, stream, Fraction(request["start"]))
    wire.message(
        {
            "rate": rate,
            "layout": layout,
            "channels": context.layout.nb_channels,
            "bits": 24 if context.format.name in FINE else 16,
        }
    )
    frames = Aligned(
        stream,
        request["start"],
        request["seconds"],
        rate=rate,
        form=f"sample_fmts=s32:channel_layouts={layout}",
    )
    for frame in frames.of(decoded(opened, stream)):
        wire.chunk(frame.to_ndarray().astype("<i4").tobytes())
        if frame.time is not None and frame.time > request["seconds"]:
            return


def _enter(opened: Opened, stream: AudioStream, start: Fraction) -> None:
    """Go some way before ``start``; a file that cannot be entered there is read from its own."""
    if start <= EARLY:
        return
    ticks = int((start - Fraction(EARLY)) / (stream.time_base or 1))
    with suppress(av.error.FFmpegError):
        opened.container.seek(ticks, stream=stream)
