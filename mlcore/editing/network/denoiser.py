"""What the method asks of a denoiser, whichever weights it has.

T: frames of one clip, C, h, w: latents, L: words, D: width of a word, P: of a picture's
embedding
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from mlcore.editing.schedule import Schedule

Told = Callable[[int, int], None]
"""Called with steps done and steps in all; what it raises ends the work"""


@dataclass(frozen=True)
class Condition:
    """What is to be seen: a prompt's words and a picture, as the network takes them."""

    tokens: Tensor
    """(1, L, D)"""
    picture: Tensor
    """(1, P)"""


class Denoiser(nn.Module, ABC):
    """A network of Stable unCLIP's class with its codec and its eyes.

    It denoises a batch of pictures or, once `inflated`, the frames of one clip.
    """

    unet: UNet2DConditionModel
    schedule: Schedule

    @abstractmethod
    def encode(self, frames_T3HW: Tensor) -> Tensor:
        """Return latents (T, C, h, w) of frames 0..1."""

    @abstractmethod
    def decode(self, latents_TChw: Tensor) -> Tensor:
        """Return frames (T, 3, H, W) 0..1."""

    @abstractmethod
    def condition(self, prompt: str, picture_3HW: Tensor | None) -> Condition:
        """Return what a prompt and a picture 0..1 mean; None: no picture.

        Raises ValueError for a prompt it cannot read.
        """

    @property
    @abstractmethod
    def grain(self) -> int:
        """A frame's height and width must be multiples of so many pixels."""

    @property
    def nothing(self) -> Condition:
        """Neither words nor picture: what guidance leads away from."""
        return self.condition("", None)

    def eps(self, z_TChw: Tensor, step: int, seen: Condition) -> Tensor:
        """Return the noise (T, C, h, w) that the network sees in latents at one step."""
        frames = len(z_TChw)
        said = self.said(
            z_TChw,
            torch.tensor(step, device=z_TChw.device),
            seen.tokens.expand(frames, -1, -1),
            seen.picture.expand(frames, -1),
        )
        return self.schedule.eps(z_TChw, said, step)

    def said(
        self, z_TChw: Tensor, step: Tensor, tokens_TLD: Tensor, picture_TP: Tensor
    ) -> Tensor:
        """Return (T, C, h, w): what the network itself answers, at a step () or (T,)."""
        answer: Tensor = self.unet(
            z_TChw, step, tokens_TLD, class_labels=picture_TP
        ).sample
        return answer

    def guided(
        self,
        z_TChw: Tensor,
        step: int,
        seen: Condition,
        away: Condition,
        guidance: float,
    ) -> Tensor:
        """Return the noise, led away from another condition (Ho and Salimans, arXiv 2207.12598).

        At a guidance of 1 this is `eps`, at half the cost.
        """
        eps = self.eps(z_TChw, step, seen)
        if guidance == 1:
            return eps
        without = self.eps(z_TChw, step, away)
        return without + guidance * (eps - without)


def one_by_one(
    make: Callable[[Tensor], Tensor],
    frames: Tensor,
    told: Callable[[], None] | None = None,
) -> Tensor:
    """Return (T, ...): what is made of each frame, (1, ...) to (1, ...), alone.

    For a codec, which takes long over a clip: `told` is called after every frame, and what
    it raises ends the work.
    """
    made = []
    for frame in frames:
        made.append(make(frame[None]))
        if told:
            told()
    return torch.cat(made)
