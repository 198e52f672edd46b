"""Denoisers for tests: a tiny network of the toy's class, and one that is known by formula."""

import torch
from diffusers import DDIMScheduler
from torch import Tensor, nn

from mlcore.editing.network.denoiser import Condition, Denoiser
from mlcore.editing.network.inflation import inflate
from mlcore.editing.network.toy import ToyConfig, ToyDenoiser
from mlcore.editing.schedule import Schedule
from mlcore.editing.world import EditingWorld, Scenes

TINY = ToyConfig(size=16, channels=(16, 16, 16), groups=8, heads=2, embedding=16)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tiny(seed: int = 0, *, inflated: bool = True) -> ToyDenoiser:
    """An untrained network that sees clips of 16 x 16 pixels."""
    denoiser = ToyDenoiser(TINY, chance(seed)).eval()
    if inflated:
        inflate(denoiser.unet, chance(seed))
    return denoiser


def scenes(many: int = 1, frames: int = 4, size: int = 16, seed: int = 0) -> Scenes:
    return EditingWorld(size=size).draw(many, frames, chance(seed))


class Asked(ToyDenoiser):
    """A tiny network that notes what it is conditioned on."""

    def __init__(self) -> None:
        super().__init__(TINY, chance())
        self.conditions: list[tuple[str, Tensor | None, Condition]] = []
        self.seen: list[Condition] = []
        """Of each pass"""
        inflate(self.eval().unet, chance())

    def condition(self, prompt: str, picture: Tensor | None) -> Condition:
        found = super().condition(prompt, picture)
        self.conditions.append((prompt, picture, found))
        return found

    def eps(self, z: Tensor, step: int, seen: Condition) -> Tensor:
        self.seen.append(seen)
        return super().eps(z, step, seen)


class Gaussian(Denoiser):
    """The best denoiser there is of pixels that are normal around the prompt's number.

    Its noise is E[eps | z] = sqrt(1 - a) (z - sqrt(a) m) / (a s^2 + 1 - a).
    """

    SPREAD = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.unet = nn.Identity()
        self.schedule = Schedule.of(DDIMScheduler().config)

    def encode(self, frames: Tensor) -> Tensor:
        return frames * 2 - 1

    def decode(self, latents: Tensor) -> Tensor:
        return ((latents + 1) / 2).clamp(0, 1)

    def condition(self, prompt: str, picture: Tensor | None) -> Condition:
        return Condition(torch.tensor([[[float(prompt or 0)]]]), torch.zeros(1, 1))

    @property
    def grain(self) -> int:
        return 1

    def eps(self, z: Tensor, step: int, seen: Condition) -> Tensor:
        alpha = self.schedule.alpha(step)
        away = z - alpha.sqrt() * seen.tokens.item()
        return (1 - alpha).sqrt() * away / (alpha * self.SPREAD**2 + 1 - alpha)
