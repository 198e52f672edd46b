"""What is to be seen of an edit: one JPEG while it is made, written over and over, and its heat."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from catalog.files import local_path
from catalog.services.edits import HEAT
from mlcore.editing.stages import FolderShelf
from pipelines.media.writer import write_jpeg
from pipelines.stills import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from catalog.models import EditJob
    from mlcore.checkpoint import Tensors

    Bytes = NDArray[np.uint8]

PREVIEW, WIDE = "preview.jpg", 480
MOST = 6
"""Frames beside one another"""
SHOWN_EVERY = 1.0
"""Seconds between two pictures of frames that are still being made"""
TINT = np.array((255, 150, 30), np.float32)


def show_region(edit: EditJob, frame: Bytes, mask: NDArray[np.bool_]) -> None:
    """Show a frame with its region tinted."""
    _show(edit, [tinted(np.asarray(frame), mask.astype(np.float32))])


def tinted(frame: Bytes, cover: NDArray[np.float32]) -> Bytes:
    """Return a frame in which what is covered (0..1) is half amber."""
    size = (frame.shape[1], frame.shape[0])
    cover = cv2.resize(cover, size)[..., None] * 0.5
    return np.asarray(frame * (1 - cover) + TINT * cover, np.uint8)


class ShowingShelf(FolderShelf):
    """Keeps what stages leave, and shows those that are pictures."""

    def __init__(self, folder: Path, edit: EditJob, frames: Bytes) -> None:
        super().__init__(folder)
        self._edit, self._frames = edit, frames
        self._shown = -SHOWN_EVERY

    def lay(self, stage: str, left: Tensors) -> None:
        """Keep it; show the regions or the frames that are in it."""
        super().lay(stage, left)
        if "made" in left:
            made = (left["made"].float().cpu().numpy() * 255).round()
            pictures = made.clip(0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
            _show(self._edit, [enlarged(each) for each in _some(pictures)])
        elif "region" in left:
            region = left["region"].float().cpu().numpy()
            # A chunk's frames begin with the clip's first; here the size of it all counts.
            shown = [tinted(np.asarray(self._frames[0]), each) for each in region[:1]]
            _show(self._edit, shown)

    def show(self, pictures: Sequence[Bytes]) -> None:
        """Show some of the frames that are made so far, now and then."""
        if time.monotonic() - self._shown < SHOWN_EVERY:
            return
        _show(self._edit, [enlarged(each) for each in _some(pictures)])
        self._shown = time.monotonic()


def write_heat(edit: EditJob, frames: Bytes, heat: NDArray[np.float32]) -> None:
    """Show frames (T, H, W, 3) as bright as the noise differs there, (T, h, w) at least 0."""
    most = max(float(heat.max()), 1e-9)
    codes = (heat / most * 255).astype(np.uint8)
    both = zip(_some(frames), _some(codes), strict=True)
    _write(edit, HEAT, [_heated(frame, code) for frame, code in both])


def _heated(frame: Bytes, heat: Bytes) -> Bytes:
    """A grey, dark frame under a map (h, w) in the colours of fire."""
    size = (frame.shape[1], frame.shape[0])
    fire = cv2.applyColorMap(heat, cv2.COLORMAP_INFERNO)
    fire = cv2.resize(fire, size, interpolation=cv2.INTER_LINEAR)[..., ::-1]
    grey = np.asarray(frame).mean(axis=2, keepdims=True)
    return enlarged((0.3 * grey + 0.7 * fire).astype(np.uint8))


def enlarged(picture: Bytes) -> Bytes:
    """Return a picture, small ones enlarged without smoothing: what they are is seen."""
    times = max(1, WIDE // MOST // picture.shape[1])
    return np.repeat(np.repeat(picture, times, axis=0), times, axis=1)


def _some(pictures: Sequence[Bytes] | Bytes) -> list[Bytes]:
    places = np.linspace(0, len(pictures) - 1, min(MOST, len(pictures))).round()
    return [pictures[int(place)] for place in places]


def _show(edit: EditJob, pictures: list[Bytes]) -> None:
    _write(edit, PREVIEW, pictures)


def _write(edit: EditJob, name: str, pictures: list[Bytes]) -> None:
    path = local_path(edit.file_key(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    row = np.concatenate([np.ascontiguousarray(each) for each in pictures], axis=1)
    write_jpeg(path, fitted(row, 2 * WIDE))
