"""A few frames from all over the file, cheaply."""

from collections.abc import Iterator
from fractions import Fraction

import av.error
from av.video.frame import VideoFrame

from pipelines.media.child.opening import Opened

SAMPLES = 24
FEW = 10  # fewer different frames than this say little about a film
# A file, or the beginning of one that has hardly a keyframe, that is decoded in passing.
SHORT = 500
PACKETS = 300  # to look for a frame after a seek


def sample_frames(
    opened: Opened, seconds: float, rate: Fraction
) -> Iterator[VideoFrame]:
    """The first frame, then up to 24 from evenly spread places, in no special order.

    A long file is entered at keyframes; ``opened`` must not have been read from.
    """
    expected = round(seconds * rate)
    if expected > SHORT:
        count = 0
        for frame in _at_keyframes(opened, seconds):
            count += 1
            yield frame
        if count >= FEW:
            return
        opened = opened.anew()
    yield from _in_passing(opened, max(1, min(expected or SHORT, SHORT) // SAMPLES))


def _in_passing(opened: Opened, every: int) -> Iterator[VideoFrame]:
    for number, frame in enumerate(_decoded(opened)):
        if number % every == 0:
            yield frame
        if number >= SHORT:
            return


def _at_keyframes(opened: Opened, seconds: float) -> Iterator[VideoFrame]:
    seen: set[int | None] = set()
    start = opened.video.start_time or 0
    for number in range(SAMPLES):
        place = seconds * (number + 0.5) / SAMPLES / opened.time_base
        try:
            if number:
                opened.container.seek(start + int(place), stream=opened.video)
            frame = next(_decoded(opened, PACKETS), None)
        except av.error.FFmpegError:
            continue
        if frame is not None and frame.pts not in seen:
            seen.add(frame.pts)
            yield frame


def _decoded(opened: Opened, packets: int | None = None) -> Iterator[VideoFrame]:
    """Frames, damaged ones left out, within so many packets."""
    for number, packet in enumerate(opened.container.demux(opened.video)):
        if number == packets:
            return
        try:
            frames: list[VideoFrame] = packet.decode()
        except av.error.InvalidDataError:
            continue
        yield from frames
