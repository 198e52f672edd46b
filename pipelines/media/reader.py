"""Reading pictures: exact source frames in the sandbox, and proxies through decord."""

from collections.abc import Iterator, Sequence
from pathlib import Path

# Before decord, which offers its old libx264 and libvpx to everything that is loaded after
# it: PyAV would encode with them and fail, or worse.
import av  # noqa: F401
import cv2
import numpy as np
from decord import VideoReader, cpu

from pipelines.media.errors import UnreadableMedia
from pipelines.media.geometry import display_shape
from pipelines.media.limits import Limits
from pipelines.media.packets import Frame, Image, Json, Message
from pipelines.media.probe import Probe
from pipelines.media.sandbox import Child
from pipelines.media.sources import OpenSource
from pipelines.media.times import FrameTimes


def open_proxy(path: Path) -> VideoReader:
    """A decord reader of one of our own proxies, at its own size, with one thread.

    Never give it a file that somebody else wrote.
    """
    return VideoReader(str(path), ctx=cpu(0), num_threads=1)


def read_stills(
    proxy: Path | VideoReader, indices: Sequence[int], width: int | None = None
) -> list[Image]:
    """Frames of a proxy as (height, width, 3) RGB uint8, in the order of ``indices``.

    An open reader saves looking through the file again, seconds for a long film. Scaled to ``width`` after decoding: decord itself returns wrong shapes for narrow ones.
    Raises IndexError for a frame that is not there.
    """
    wanted = sorted(set(indices))
    if not wanted:
        return []
    reader = open_proxy(proxy) if isinstance(proxy, Path) else proxy
    with_index = dict(zip(wanted, reader.get_batch(wanted).asnumpy(), strict=True))
    return [_scaled(with_index[index], width) for index in indices]


def _scaled(image: Image, width: int | None) -> Image:
    if width is None or width == image.shape[1]:
        return image
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    shrinks = width < image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), np.uint8)


def read_frames(
    source: Path,
    probe: Probe,
    times: FrameTimes,
    indices: Sequence[int],
    *,
    size: tuple[int, int] | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Iterator[Image]:
    """Displayed frames of the source, exactly those of ``indices``, which must rise.

    Yields (height, width, 3) RGB uint8: deinterlaced, upright, square pixels, the whole
    picture, at ``size`` (width, height) or the displayed size. ``times`` is the table
    that was written with the proxy. Raises UnreadableMedia, IndexError.
    """
    wanted = [[index, times.ticks[index]] for index in indices]
    if sorted(set(indices)) != list(indices) or (indices and indices[0] < 0):
        raise ValueError("Ask for frames in rising order, each once.")
    if not wanted:
        return
    request = {
        "rate": str(probe.rate),
        "exact": times.exact,
        "origin": times.ticks[0],
        "wanted": wanted,
        "shape": _full_shape(probe, size),
    }
    seconds = probe.seconds
    with (
        OpenSource(source) as opened,
        Child("stills", opened, request, limits=limits, media_seconds=seconds) as child,
    ):
        left = list(indices)
        for packet in child:
            if isinstance(packet, Message):
                continue
            if not isinstance(packet, Frame) or not left or packet.index != left.pop(0):
                raise UnreadableMedia(f"{source.name}: the decoder sent another frame.")
            yield packet.image
        opened.check_unchanged()


def _full_shape(probe: Probe, size: tuple[int, int] | None) -> Json:
    size = size or (probe.display_width, probe.display_height)
    return display_shape(probe, size, pixel_format="rgb24", flags="bicubic")
