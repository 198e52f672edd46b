"""The frames that a component is drawn on, and how they lie in time."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from mlcore.components.artwork import Artwork


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How long, how large and how fine a rendered clip is.

    Two slots of two seconds, as in the source (US 12,394,445 B2, col. 5): material A in
    the first, B in the second. A transition takes the middle two seconds; every other
    component lies over both slots.
    """

    frames: int = 16
    height: int = 64
    width: int = 64
    seconds: float = 4.0
    crossing: tuple[float, float] = (0.25, 0.75)
    """Where a transition begins and ends, shares of the clip"""
    slots: int = 2
    """How often an animation plays, one after the other"""

    def __post_init__(self) -> None:
        begin, end = self.crossing
        if not 0 <= begin < 0.5 < end <= 1 or self.slots < 1:
            raise ValueError(
                f"a transition lies about the middle, got {begin} to {end}, and an "
                f"animation plays at least once, got {self.slots}"
            )
        if self.frames < 4 or min(self.height, self.width) < 8 or self.seconds <= 0:
            raise ValueError(
                "a clip needs at least 4 frames of 8 x 8 and a length above 0, got "
                f"{self.frames} of {self.width} x {self.height} in {self.seconds} s"
            )

    def times(self, device: torch.device | str = "cpu") -> Tensor:
        """Return (frames,) seconds from the clip's start to each frame's middle."""
        steps = torch.arange(self.frames, device=device, dtype=torch.float32)
        return (steps + 0.5) * (self.seconds / self.frames)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """What a program draws on: RGB frames 0..1, on any device.

    A program returns frames of the same shape, need not clamp them, and changes none of
    what it was given. It draws the same in any size: lengths are shares of the picture's
    height or width, times are seconds or shares of the stretch.
    """

    frames: Tensor
    """(t, 3, h, w) of the material; of a transition, of the leaving material"""
    entering: Tensor
    """(t, 3, h, w) of the entering material; only transitions look at it"""
    seconds: Tensor
    """(t,) since the component began"""
    progress: Tensor
    """(t,) 0..1, of the transition, or of the slot for an animation, else of the clip"""
    chance: torch.Generator = field(default_factory=torch.Generator)
    """For what differs from clip to clip of one component, on the CPU"""
    artwork: Artwork | None = None
    """Of stickers and texts"""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.frames.shape[-2:]
        return int(height), int(width)

    @property
    def device(self) -> torch.device:
        """Where the frames are."""
        return self.frames.device

    def grid(self) -> tuple[Tensor, Tensor]:
        """Return x (1, w) and y (h, 1), 0..1 at pixel middles, right and down."""
        height, width = self.size
        x = (torch.arange(width, device=self.device) + 0.5) / width
        y = (torch.arange(height, device=self.device) + 0.5) / height
        return x[None, :], y[:, None]
