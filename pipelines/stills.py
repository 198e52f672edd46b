"""Frames of the proxy: cut to the active picture for looking, as JPEG for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from catalog.files import local_path
from catalog.stills import still_key
from mlcore.painting import painted_over, stretched
from pipelines.media.writer import write_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from decord import VideoReader
    from numpy.typing import NDArray

    from catalog.models import Title

    Picture = NDArray[np.uint8]

STILL_WIDTH = 640


def publish_stills(
    title: Title, frames: Sequence[int], stills: Sequence[Picture]
) -> None:
    """Keep whole proxy frames, (h, w, 3) RGB, as JPEG; one that is there stays."""
    for frame, still in zip(frames, stills, strict=True):
        path = local_path(still_key(title, frame))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_jpeg(path, fitted(still, STILL_WIDTH))


def fitted(picture: Picture, width: int) -> Picture:
    """The picture at most `width` wide, its proportions kept."""
    height, now = picture.shape[:2]
    if now <= width:
        return picture
    size = (width, max(1, round(height * width / now)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def read_small(
    title: Title,
    proxy: VideoReader,
    frames: Sequence[int],
    shrink: Callable[[Picture], Picture],
) -> Picture:
    """Return (n, h, w, 3) RGB: the active picture of proxy frames, shrunk alike.

    A frame that is named twice is read once.
    """
    wanted = sorted(set(frames))
    read = proxy.get_batch(wanted).asnumpy()
    small = {
        frame: shrink(crop_to_picture(one, title))
        for frame, one in zip(wanted, read, strict=True)
    }
    return np.stack([small[frame] for frame in frames])


def crop_to_picture(still: Picture, title: Title) -> Picture:
    """Cut letterbox and pillarbox bars off a (h, w, 3) frame of the proxy.

    What is burned in, timecode windows and logos, is painted over with what surrounds it;
    a flat picture without a look is stretched to its full range.
    """
    x, y, w, h = title.probe["active_picture"]
    height, width = still.shape[:2]
    for box in title.probe.get("overlays", ()):
        still = painted_over(still, box)
    left, top = round(x * width), round(y * height)
    right, bottom = round((x + w) * width), round((y + h) * height)
    inside = np.ascontiguousarray(still[top:bottom, left:right])
    return stretched(inside, title.levels) if title.levels else inside


def middle_square(picture: Picture, size: int) -> Picture:
    """The largest square in the middle of a picture (h, w, 3), as (size, size, 3)."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = picture[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(middle, (size, size), interpolation=how), np.uint8)
