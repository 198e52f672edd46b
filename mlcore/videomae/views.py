"""Several views of a clip, over which an answer is averaged (multi-view testing).

N: clips, T: frames, H, W: picture
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

CROP = 7 / 8
"""Of the side: 224 of 256 pixels, as usual in testing"""


@dataclass(frozen=True, kw_only=True)
class Views:
    """How many moments of a clip, and how many squares of each picture.

    As VideoMAE is tested on clips of which way things go (arXiv 2203.12602, Something-Something:
    2 x 3): each moment has every so many-th frame, later by one than the one before it.
    """

    moments: int = 1
    crops: int = 1
    """1: the whole picture; more: squares of 7/8 of its side, from left to right"""

    def __post_init__(self) -> None:
        if min(self.moments, self.crops) < 1:
            raise ValueError(f"views are at least 1x1, got {self.moments}x{self.crops}")

    def of(self, clips_NTCHW: Tensor) -> Iterator[Tensor]:
        """Yield (N, T / moments, 3, H, W) uint8 of uint8 clips, moment by moment."""
        for moment in range(self.moments):
            clips = clips_NTCHW[:, moment :: self.moments]
            if self.crops == 1:
                yield clips
                continue
            for number in range(self.crops):
                yield _cropped(clips, number / (self.crops - 1))


def read_views(text: str) -> Views:
    """Return the views of words like 2x3: moments, crops. Raises ValueError."""
    try:
        moments, crops = (int(each) for each in text.split("x"))
    except ValueError as error:
        raise ValueError(f"views are named as in 2x3, not {text!r}") from error
    return Views(moments=moments, crops=crops)


def _cropped(clips_NTCHW: Tensor, place: float) -> Tensor:
    """The square at a place 0..1 from left to right, in half its height, made as large."""
    side = clips_NTCHW.shape[-1]
    small = round(CROP * side)
    left, top = round(place * (side - small)), (side - small) // 2
    squares = clips_NTCHW[..., top : top + small, left : left + small]
    flat = squares.flatten(0, 1).float()
    large = interpolate(flat, (side, side), mode="bilinear", align_corners=False)
    return large.round().to(torch.uint8).view_as(clips_NTCHW)
