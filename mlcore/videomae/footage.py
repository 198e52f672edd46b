"""Clips of footage on disk, read through decord: of our own proxies, never of foreign files.

B: clips, T: frames, H, W: picture
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mlcore.fit import seed_of

ENDINGS = {".mp4", ".m4v", ".mov", ".mkv"}
SHOTS = "shots.json"
OPEN = 16
"""Readers kept open: one of a film holds some tens of megabytes"""
LEAST_CROP = 0.6
"""Height of the smallest piece of a picture that is shown, of its height"""


class NoFootage(ValueError):
    """There is nothing to learn from, or nothing to read it with."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A shot: frames first..end - 1 of a file."""

    path: Path
    first: int
    end: int


class Readers:
    """Open decord readers, the last ones used; each file is read by one thread at a time."""

    def __init__(self) -> None:
        self.open: OrderedDict[Path, tuple[Any, Lock]] = OrderedDict()
        self.lock = Lock()

    def read(self, path: Path, at: list[int]) -> Tensor:
        """Return (T, h, w, 3) uint8. Raises NoFootage for a file that cannot be read."""
        with self.lock:
            if path not in self.open:
                self.open[path] = (opened(path), Lock())
                while len(self.open) > OPEN:
                    self.open.popitem(last=False)
            self.open.move_to_end(path)
            reader, own = self.open[path]
        wanted = sorted(set(at))
        with own:
            read = torch.from_numpy(reader.get_batch(wanted).asnumpy())
        return read[[wanted.index(each) for each in at]]


@dataclass(frozen=True, kw_only=True)
class Footage:
    """Shots to draw clips from, each as often as it is long.

    Clips differ in crop and light, the same in all their frames; how things move in them
    is left as it is (no mirroring), since that is what is to be learned.
    """

    spans: Sequence[Span]
    size: int
    span: int
    """Source frames that the longest clip lies in; a shorter shot holds its last frame"""
    readers: Readers = field(default_factory=Readers)

    def __post_init__(self) -> None:
        if not self.spans or min(each.end - each.first for each in self.spans) < 1:
            raise NoFootage("there is no shot to learn from")

    def draw(self, times_BT: Tensor, seed: int, rows: slice) -> Tensor:
        """Return (b, T, 3, H, W) uint8: rows of a batch whose frames are at `times`."""
        chance = torch.Generator().manual_seed(seed_of("footage", seed))
        lengths = torch.tensor([float(e.end - e.first) for e in self.spans])
        many = len(times_BT)
        chosen = torch.multinomial(lengths, many, replacement=True, generator=chance)
        begins, crops = (torch.rand(many, n, generator=chance) for n in (1, 3))
        light = 0.85 + 0.3 * torch.rand(many, 3, generator=chance)
        return torch.stack(
            [
                self._clip(
                    self.spans[int(chosen[row])],
                    times_BT[row],
                    float(begins[row]),
                    crops[row],
                    light[row],
                )
                for row in range(*rows.indices(many))
            ]
        )

    def _clip(
        self, shot: Span, times_T: Tensor, begin: float, crop: Tensor, light: Tensor
    ) -> Tensor:
        free = max(0, shot.end - shot.first - self.span)
        at_T = (shot.first + int(begin * (free + 1)) + times_T).clamp(max=shot.end - 1)
        frames = self.readers.read(shot.path, at_T.tolist())
        seen = _cropped(frames.permute(0, 3, 1, 2), crop, self.size)
        lit = seen * light[:, None, None]
        return lit.clamp(0, 255).round().to(torch.uint8)


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


def shots_in(folder: Path) -> list[Span]:
    """Return the shots of a folder: of its `shots.json`, else each film as one.

    `shots.json` is {"file name": [[first frame, the one after the last], ...]}.
    Raises NoFootage for a folder without films, or a file that says something else.
    """
    listed = folder / SHOTS
    if listed.is_file():
        return _listed(folder, listed)
    films = sorted(e for e in folder.glob("*") if e.suffix.lower() in ENDINGS)
    if not films:
        raise NoFootage(f"there is no film in {folder}")
    return [Span(path=each, first=0, end=len(opened(each))) for each in films]


def _listed(folder: Path, listed: Path) -> list[Span]:
    try:
        return [
            Span(path=folder / name, first=int(first), end=int(end))
            for name, shots in sorted(json.loads(listed.read_text()).items())
            for first, end in shots
        ]
    except (AttributeError, TypeError, ValueError) as error:
        raise NoFootage(f"{listed} does not list shots: {error}") from error


def _cropped(frames_TCHW: Tensor, crop: Tensor, size: int) -> Tensor:
    """(T, 3, size, size) float32: a square piece, the same of all frames."""
    height, width = frames_TCHW.shape[-2:]
    tall, down, across = crop.tolist()
    side = int(min(height, width) * (LEAST_CROP + (1 - LEAST_CROP) * tall))
    top, left = int(down * (height - side)), int(across * (width - side))
    piece = frames_TCHW[..., top : top + side, left : left + side].float()
    return interpolate(piece, (size, size), mode="bilinear", antialias=True)
