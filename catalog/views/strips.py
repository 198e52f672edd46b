"""The shot strip: one picture a shot, as wide as the shot is long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.models import Shot

# Pixels: the average shot is about as wide as its picture, none is too thin to hit.
MEAN_WIDTH, LEAST_WIDTH, MOST_WIDTH = 84, 6, 1600


@dataclass(frozen=True, slots=True)
class Piece:
    """A shot on the strip."""

    shot: Shot
    width: int

    @property
    def frame(self) -> int:
        """The frame that stands for the shot: its middle one has a still."""
        return self.shot.first_frame + self.shot.frames // 2


def strip_of(shots: Sequence[Shot]) -> list[Piece]:
    """Lay shots out, widths in proportion to their frames."""
    frames = sum(shot.frames for shot in shots)
    scale = MEAN_WIDTH * len(shots) / frames if frames else 0
    return [
        Piece(shot, min(MOST_WIDTH, max(LEAST_WIDTH, round(scale * shot.frames))))
        for shot in shots
    ]
