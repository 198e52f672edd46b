"""Which frames of a shot make a clip.

B: clips, T: frames
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

A_SECOND = 12
"""Frames of a clip a second of footage: every second one at 24, 25 and 30."""


def stride_at(rate: float) -> int:
    """Return how many source frames apart a clip's are at `rate` frames a second.

    So that the same movement is as far from frame to frame in titles of 25 and of 50.
    """
    return max(1, round(rate / A_SECOND))


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """At a fixed stride, or one frame at random in each of T equal segments of the span."""

    how: Literal["stride", "segments"] = "stride"
    longest: int = 16
    """Frames of the longest clip: `longest * stride` source frames are the span"""
    stride: int = 2
    """Source frames from one to the next: 4 for slow footage (Kinetics), 2 for fast
    (Something-Something), both in VideoMAE"""

    def __post_init__(self) -> None:
        if self.longest < 1 or self.stride < 1:
            raise ValueError("a clip needs a length and a stride of at least 1")

    @property
    def span(self) -> int:
        """Source frames that a longest clip lies in."""
        return self.longest * self.stride

    def times(self, clips: int, frames: int, chance: torch.Generator) -> Tensor:
        """Return (B, T) int64, source frames counted from the begin of the span.

        Strided clips shorter than the longest begin anywhere in it.
        """
        if frames > self.longest:
            raise ValueError(f"{frames} frames are more than {self.longest}")
        if self.how == "segments":
            length = self.span / frames
            within = torch.rand(clips, frames, generator=chance)
            return ((torch.arange(frames) + within) * length).long()
        most = self.span - (frames - 1) * self.stride
        begins = torch.randint(0, most, (clips, 1), generator=chance)
        return begins + torch.arange(frames) * self.stride
