"""Stretches of films, read through decord once and kept small for a while.

t: frames, h, w: picture
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mlcore.painting import painted_over, stretched

OPEN = 8
"""Readers kept open: one that has read 32 frames of 960x540 holds some 110 megabytes"""
KEPT = 512 * 2**20
"""Bytes of pictures kept: 64 pixels high, stretches for some hundred clips"""

Key = tuple[Path, int, int]
Box = tuple[float, float, float, float]
"""x, y, width, height in parts of a frame"""


class NoFootage(ValueError):
    """There is nothing to learn from, or nothing to read it with."""


class Stretches:
    """Frames first..end - 1 of films, `low` pixels on their short side."""

    def __init__(self, low: int) -> None:
        self.low = low
        self.readers: OrderedDict[Path, tuple[Any, Lock]] = OrderedDict()
        self.kept: OrderedDict[Key, Tensor] = OrderedDict()
        self.bytes = 0
        self.lock = Lock()

    def take(
        self,
        path: Path,
        first: int,
        end: int,
        overlays: Sequence[Box] = (),
        levels: tuple[float, float] | None = None,
    ) -> Tensor:
        """Return (t, 3, h, w) uint8, what is burned in painted over, flat ones stretched.

        Raises NoFootage for a file that cannot be read.
        """
        key = (path, first, end)
        reader, own = self._reader(path)
        # Each film is read by one thread at a time; another may have read it meanwhile.
        with own:
            found = self._found(key)
            if found is None:
                read = reader.get_batch(range(first, end)).asnumpy()
                for box in overlays:
                    read = np.stack([painted_over(frame, box) for frame in read])
                if levels:
                    read = np.stack([stretched(frame, levels) for frame in read])
                found = self._keep(key, _lowered(torch.from_numpy(read), self.low))
        return found

    def _reader(self, path: Path) -> tuple[Any, Lock]:
        with self.lock:
            if path not in self.readers:
                self.readers[path] = (opened(path), Lock())
                while len(self.readers) > OPEN:
                    self.readers.popitem(last=False)
            self.readers.move_to_end(path)
            return self.readers[path]

    def _found(self, key: Key) -> Tensor | None:
        with self.lock:
            if key not in self.kept:
                return None
            self.kept.move_to_end(key)
            return self.kept[key]

    def _keep(self, key: Key, frames: Tensor) -> Tensor:
        with self.lock:
            self.kept[key] = frames
            self.bytes += frames.nbytes
            while self.bytes > KEPT and len(self.kept) > 1:
                _, dropped = self.kept.popitem(last=False)
                self.bytes -= dropped.nbytes
        return frames


def opened(path: Path) -> Any:
    """Return a decord reader with one thread. Raises NoFootage."""
    try:
        from decord import DECORDError, VideoReader, cpu  # noqa: PLC0415  only for footage
    except ImportError as error:
        raise NoFootage(
            "footage is read with decord, which is not installed: pip install decord, "
            "or decord2 where the machine is not x86-64"
        ) from error
    try:
        return VideoReader(str(path), ctx=cpu(0), num_threads=1)
    except (DECORDError, RuntimeError) as error:
        raise NoFootage(f"{path} cannot be read as a film") from error


def _lowered(frames_thwC: Tensor, low: int) -> Tensor:
    """(t, 3, h, w) uint8, averaged down to `low` pixels on the short side, never up."""
    frames = frames_thwC.permute(0, 3, 1, 2)
    height, width = frames.shape[-2:]
    factor = low / min(height, width)
    if factor >= 1:
        return frames
    size = (max(low, round(height * factor)), max(low, round(width * factor)))
    # Colours of a pixel lie together, which is ten times as fast to average.
    return interpolate(frames, size, mode="bilinear", antialias=True)
