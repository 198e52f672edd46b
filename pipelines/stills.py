"""Frames of the proxy: cut to the active picture for looking, as JPEG for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from catalog.files import local_path
from catalog.stills import still_key
from pipelines.media.levels import stretched
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


def painted_over(picture: Picture, box: Sequence[float]) -> Picture:
    """The picture with a box, (x, y, width, height) in parts of it, filled from around."""
    height, width = picture.shape[:2]
    x, y, w, h = box
    # Filled small and enlarged: it shall be calm, and inpainting costs by the pixel.
    small = cv2.resize(picture, (max(1, width // 4), max(1, height // 4)))
    rows = slice(int(y * len(small)), round((y + h) * len(small)) + 1)
    columns = slice(int(x * small.shape[1]), round((x + w) * small.shape[1]) + 1)
    hidden = np.zeros(small.shape[:2], np.uint8)
    hidden[rows, columns] = 255
    filled = cv2.resize(
        cv2.inpaint(small, hidden, 3, cv2.INPAINT_TELEA), (width, height)
    )
    painted = picture.copy()
    where = np.s_[int(y * height) : round((y + h) * height) + 1,
                  int(x * width) : round((x + w) * width) + 1]  # fmt: skip
    painted[where] = filled[where]
    return painted
