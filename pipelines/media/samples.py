"""The sounds of a source as they are, over a stretch of it, decoded in the sandbox."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipelines.media.errors import UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.packets import Chunk, Message
from pipelines.media.probe import Probe
from pipelines.media.sandbox import Child
from pipelines.media.sources import OpenSource

FASTEST = 768_000  # samples a second
MOST_CHANNELS = 64


@dataclass(frozen=True)
class Samples:
    """One sound: (samples, channels) int32 full scale; ``bits`` of them mean something."""

    samples: npt.NDArray[np.int32]
    rate: int
    layout: str
    bits: int
    language: str


def read_samples(
    source: Path,
    probe: Probe,
    start: Fraction,
    seconds: Fraction,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> list[Samples]:
    """Every usable sound of the source from ``start`` s of its own clock on.

    Each is as long as was asked for, with silence where the source has none. Raises
    UnreadableMedia.
    """
    found = []
    for stream in probe.audio:
        request = {
            "stream": stream.index,
            "start": str(start),
            "seconds": float(seconds),
        }
        with (
            OpenSource(source) as opened,
            Child(
                "samples", opened, request, limits=limits, media_seconds=probe.seconds
            ) as child,
        ):
            found.append(_gathered(child, seconds, stream.language, source.name))
            opened.check_unchanged()
    return found


def _gathered(child: Child, seconds: Fraction, language: str, name: str) -> Samples:
    head, pieces = None, bytearray()
    limit = None
    for packet in child:
        if isinstance(packet, Message) and head is None and "rate" in packet.body:
            head = packet.body
            rate, channels = int(head["rate"]), int(head["channels"])
            if not (0 < rate <= FASTEST and 0 < channels <= MOST_CHANNELS):
                raise UnreadableMedia(f"{name}: the decoder answered nonsense.")
            limit = round(seconds * rate) * channels * 4
        elif isinstance(packet, Chunk) and limit is not None:
            pieces += packet.content[: max(0, limit - len(pieces))]
    if head is None or limit is None:
        raise UnreadableMedia(f"{name}: the decoder sent no sound.")
    pieces += bytes(limit - len(pieces))
    channels = int(head["channels"])
    samples = np.frombuffer(bytes(pieces), "<i4").reshape(-1, channels)
    bits = 24 if head.get("bits") == 24 else 16
    return Samples(samples, int(head["rate"]), str(head["layout"]), bits, language)
