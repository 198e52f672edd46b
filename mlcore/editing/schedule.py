"""The noise schedule: how much of a latent is noise at a step, and DDIM's way up and down.

alpha: the share of the variance that is picture, from nearly 1 (step 0) to nearly 0
z, x0, eps: noisy latent, clean latent, noise; z = sqrt(alpha) x0 + sqrt(1 - alpha) eps
v: sqrt(alpha) eps - sqrt(1 - alpha) x0 (Salimans and Ho, arXiv 2202.00512)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from diffusers import DDIMScheduler
from torch import Tensor

Foresees = Literal["epsilon", "v_prediction"]
"""What a network says of a noisy latent, in diffusers' words"""


@dataclass(frozen=True)
class Schedule:
    """The alphas that a network was trained with, and what it foresees."""

    alphas: Tensor
    """(N,) float32, falling, of each step of training"""
    foresees: Foresees = "epsilon"

    @staticmethod
    def of(config: Mapping[str, Any]) -> "Schedule":
        """Return the schedule of a diffusers scheduler's config.

        Raises ValueError where the network foresees something else.
        """
        scheduler = DDIMScheduler.from_config(config)
        foresees = scheduler.config.prediction_type
        if foresees not in ("epsilon", "v_prediction"):
            raise ValueError(f"a network that foresees {foresees} is not known here")
        return Schedule(scheduler.alphas_cumprod, foresees)

    def steps(self, many: int) -> list[int]:
        """Return so many steps of training, evenly spaced, the noisiest first.

        As diffusers' "leading" spacing with an offset of 1 (Stable Diffusion's own).
        Raises ValueError when there are not as many.
        """
        if not 1 <= many < len(self.alphas):
            raise ValueError(f"between 1 and {len(self.alphas) - 1} steps, not {many}")
        apart = len(self.alphas) // many
        return [1 + apart * place for place in reversed(range(many))]

    def alpha(self, step: int) -> Tensor:
        """Return alpha after a step, (); before the first step there is no noise: 1."""
        return self.alphas[step] if step >= 0 else torch.ones(())

    def noisy(self, x0: Tensor, eps: Tensor, step_B: Tensor) -> Tensor:
        """Return z of clean latents (B, ...) with noise, each at its own step."""
        alpha = self.alphas.to(x0.device)[step_B].view(-1, *[1] * (x0.dim() - 1))
        return alpha.sqrt() * x0 + (1 - alpha).sqrt() * eps

    def aim(self, x0: Tensor, eps: Tensor, step_B: Tensor) -> Tensor:
        """Return what the network should say of `noisy`'s result."""
        if self.foresees == "epsilon":
            return eps
        alpha = self.alphas.to(x0.device)[step_B].view(-1, *[1] * (x0.dim() - 1))
        return alpha.sqrt() * eps - (1 - alpha).sqrt() * x0

    def eps(self, z: Tensor, said: Tensor, step: int) -> Tensor:
        """Return the noise in z that a network's answer stands for."""
        if self.foresees == "epsilon":
            return said
        alpha = self.alpha(step)
        return alpha.sqrt() * said + (1 - alpha).sqrt() * z

    def clean(self, z: Tensor, eps: Tensor, step: int) -> Tensor:
        """Return x0 that z and its noise foretell."""
        alpha = self.alpha(step)
        return (z - (1 - alpha).sqrt() * eps) / alpha.sqrt()

    def moved(self, x0: Tensor, eps: Tensor, step: int) -> Tensor:
        """Return z at another step, with the same x0 and noise.

        DDIM's step without chance, down or, as inversion, up (Song et al., arXiv
        2010.02502, eq. 12 and section 4.3).
        """
        alpha = self.alpha(step)
        return alpha.sqrt() * x0 + (1 - alpha).sqrt() * eps
