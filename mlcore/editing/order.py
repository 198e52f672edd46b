"""What is asked of an edit, what comes back, and what a back-end is.

T: frames, H, W: picture
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, and how many of how many of its parts are done: again
with the same numbers for what is no part but takes time. What it raises ends the edit: so
it is cancelled within one step."""
Waiting = Callable[[], None]
"""Called now and then while weights are loaded; what it raises ends the loading"""
FORETELLING = "foretelling"
LEAST, MOST = 8, 8192
"""Pixels of a side"""


class Impossible(ValueError):
    """An edit cannot be carried out. One sentence that says whose mistake, and what to do."""


class TooMany(Impossible):
    """Frames that a network sees together do not fit into memory.

    `fewer` may, in more chunks; 0: it takes no fewer.
    """

    def __init__(self, frames: int, fewer: int) -> None:
        may = (
            f"{fewer} may"
            if fewer
            else "choose another back-end, or ask for a worker with more"
        )
        super().__init__(f"{frames} frames at once do not fit into memory: {may}")
        self.fewer = fewer


@dataclass(frozen=True, kw_only=True)
class EditOrder:
    """The inputs of an edit, checked at birth. Raises Impossible."""

    frames: Tensor
    """(T, 3, H, W) uint8: the source"""
    picture: Tensor
    """(3, h, w) uint8 with the target's object; a fourth channel says where it is"""
    source_prompt: str
    target_prompt: str
    region: Tensor | None = None
    """(T, H, W) bool given by hand or by a segmenter; frames without any are tracked"""
    seed: int = 0
    steps: int = 50
    """Of denoising"""
    strength: float = 1.0
    """0..1, how much of the region is made anew"""

    def __post_init__(self) -> None:
        _check_pictures(self.frames, self.picture)
        if len(self.frames) < 2:
            raise Impossible(
                "a clip of one frame has no motion to follow: choose two or more"
            )
        if not (self.source_prompt.strip() and self.target_prompt.strip()):
            raise Impossible(
                "both prompts are needed: what is seen now, and what is wanted"
            )
        if not 1 <= self.steps <= 500 or not 0 < self.strength <= 1:
            raise Impossible(
                "an edit takes 1 to 500 steps at a strength above 0, at most 1"
            )
        size = (len(self.frames), *self.frames.shape[2:])
        if self.region is not None and tuple(self.region.shape) != size:
            raise Impossible(
                f"the region is {tuple(self.region.shape)}, the clip's frames are {size}"
            )


@dataclass(frozen=True, kw_only=True)
class Edited:
    """The result of an edit."""

    frames: Tensor
    """(T, 3, H, W) uint8; exactly the source's where `cover` is 0"""
    cover: Tensor
    """(T, H, W) float 0..1: how much of each pixel was edited"""
    heat: Tensor | None = None
    """(T, h, w) of the noise difference, where the back-end has one"""
    seconds: dict[str, float] = field(default_factory=dict)
    """By stage"""

    @property
    def share(self) -> float:
        """Return which share 0..1 of all pixels was touched."""
        return float((self.cover > 0).float().mean())


@dataclass(frozen=True)
class Cost:
    """What an edit will take, foretold."""

    frames: int
    seconds_a_frame: float

    @property
    def seconds(self) -> float:
        """Return the whole."""
        return self.frames * self.seconds_a_frame


class Backend(Protocol):
    """Something that carries out edits."""

    @property
    def name(self) -> str:
        """What it is called."""

    def cost(self, order: EditOrder, told: Progress | None = None) -> Cost:
        """Return what an edit would take on this machine, after a short try.

        Told of as the stage FORETELLING.
        """

    def edit(self, order: EditOrder, told: Progress | None = None) -> Edited:
        """Carry it out. Raises Impossible; TooMany where smaller chunks may do."""

    @property
    def at_once(self) -> int:
        """Frames that a network sees together; 0: there is no network."""

    def take(self, at_once: int) -> None:
        """See so many frames together from now on; they overlap by less, too."""


def laid_over(source: Tensor, made: Tensor, cover_THW: Tensor) -> Tensor:
    """Return frames (T, 3, H, W) uint8: `made` (uint8) over the source, softly at the edge.

    Where the cover is 0 the source's own numbers stay, untouched by arithmetic.
    """
    cover = cover_THW[:, None]
    mixed = source.float() * (1 - cover) + made.float() * cover
    mixed = mixed.round().clamp(0, 255).to(torch.uint8)
    return torch.where(cover > 0, mixed, source)


def _check_pictures(frames: Tensor, picture: Tensor) -> None:
    if frames.dim() != 4 or frames.shape[1] != 3 or frames.dtype != torch.uint8:
        raise Impossible(
            f"frames must be (T, 3, H, W) bytes, not {tuple(frames.shape)}"
        )
    if (
        picture.dim() != 3
        or picture.shape[0] not in (3, 4)
        or picture.dtype != torch.uint8
    ):
        raise Impossible(
            f"the target must be (3, h, w) bytes, not {tuple(picture.shape)}"
        )
    for what, sides in (
        ("clip", frames.shape[2:]),
        ("target picture", picture.shape[1:]),
    ):
        if min(sides) < LEAST or max(sides) > MOST:
            height, width = sides
            raise Impossible(
                f"the {what} is {width} x {height}: sides of {LEAST} to {MOST} pixels are possible"
            )
