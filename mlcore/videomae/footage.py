"""Clips of footage on disk: of our own proxies, never of foreign files.

B: clips, b: this program's, T: frames, H, W: picture
"""

import json
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mlcore.fit import seed_of
from mlcore.videomae.reading import Box, NoFootage, Stretches, opened

ENDINGS = {".mp4", ".m4v", ".mov", ".mkv"}
SHOTS = "shots.json"
LEAST_CROP = 0.6
"""Height of the smallest piece of a picture that is shown, of its height"""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A shot: frames first..end - 1 of a file."""

    path: Path
    first: int
    end: int
    picture: Box = (0.0, 0.0, 1.0, 1.0)
    """x, y, width, height of what is no letterbox, in parts of the frame"""
    overlays: tuple[Box, ...] = ()
    """The same of what is burned in, which is painted over: a timecode that counts on is
    what moves in every shot"""
    pace: float = 1.0
    """Frames for one frame at the usual rate: 2 of 50 a second"""
    levels: tuple[float, float] | None = None
    """Black and white of a flat picture, 0..1, to which it is stretched; None: of none"""


@dataclass(frozen=True, kw_only=True)
class Footage:
    """Shots to draw clips from, each as often as it is long.

    Clips differ in crop and light, the same in all their frames; how things move in them
    is left as it is (no mirroring), since that is what is to be learned. Rows that share
    a seed are other clips of the same stretch, which is decoded once
    (repeated sampling, as in Feichtenhofer et al., arXiv 2205.09113, section 4).
    """

    spans: Sequence[Span]
    size: int
    span: int
    """Source frames that the longest clip lies in; a shorter shot holds its last frame"""

    def __post_init__(self) -> None:
        if not self.spans or min(each.end - each.first for each in self.spans) < 1:
            raise NoFootage("there is no shot to learn from")

    @cached_property
    def stretches(self) -> Stretches:
        """What is read, high enough for the smallest crop."""
        return Stretches(math.ceil(self.size / LEAST_CROP))

    @cached_property
    def ends(self) -> list[int]:
        """Frames of all shots up to each, to choose one as often as it is long."""
        return list(accumulate(each.end - each.first for each in self.spans))

    def draw(
        self, times_BT: Tensor, seed: int, rows: slice, shared: Sequence[int]
    ) -> Tensor:
        """Return (b, T, 3, H, W) uint8: rows of a batch whose frames are at `times`."""
        many = len(times_BT)
        chance = torch.Generator().manual_seed(seed_of("footage", seed))
        crops = torch.rand(many, 3, generator=chance)
        light = 0.85 + 0.3 * torch.rand(many, 3, generator=chance)
        clips = []
        for row in range(*rows.indices(many)):
            frames = self._frames(shared[row], times_BT[row])
            lit = _cropped(frames, crops[row], self.size) * light[row, :, None, None]
            clips.append(lit.clamp(0, 255).round().to(torch.uint8))
        return torch.stack(clips)

    def _frames(self, place: int, times_T: Tensor) -> Tensor:
        """(T, 3, h, w) uint8 of a stretch somewhere, as long as the longest clip's span."""
        chance = torch.Generator().manual_seed(seed_of("place", place))
        which, begin = torch.rand(2, generator=chance, dtype=torch.float64).tolist()
        shot = self.spans[bisect_right(self.ends, int(which * self.ends[-1]))]
        span = round(self.span * shot.pace)
        free = max(0, shot.end - shot.first - span)
        first = shot.first + int(begin * (free + 1))
        end = min(first + span, shot.end)
        read = self.stretches.take(shot.path, first, end, shot.overlays, shot.levels)
        stretch = _inside(read, shot.picture)
        at_T = (times_T * shot.pace).long()
        return stretch[at_T.clamp(max=len(stretch) - 1)]


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


def _inside(frames_TCHW: Tensor, picture: Box) -> Tensor:
    """(T, 3, h, w) uint8: the active picture of frames."""
    height, width = frames_TCHW.shape[-2:]
    x, y, w, h = picture
    rows = slice(round(y * height), max(1, round((y + h) * height)))
    columns = slice(round(x * width), max(1, round((x + w) * width)))
    return frames_TCHW[..., rows, columns]


def _cropped(frames_TCHW: Tensor, crop: Tensor, size: int) -> Tensor:
    """(T, 3, size, size) uint8: a square piece, the same of all frames."""
    height, width = frames_TCHW.shape[-2:]
    tall, down, across = crop.tolist()
    side = int(min(height, width) * (LEAST_CROP + (1 - LEAST_CROP) * tall))
    top, left = int(down * (height - side)), int(across * (width - side))
    piece = frames_TCHW[..., top : top + side, left : left + side]
    return interpolate(piece, (size, size), mode="bilinear", antialias=True)
