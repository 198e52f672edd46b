"""DDIM inversion: the noise that a clip would be made from, and the clip made from it again.

T: frames, C, h, w: latents, S: steps
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from mlcore.editing.network.denoiser import Condition, Denoiser, Told

REFINED = 1
"""Times that a step upwards is mended by the noise seen where it led"""


@dataclass(frozen=True)
class Inverted:
    """A clip on its way to noise."""

    steps: list[int]
    """(S,) of the schedule, the noisiest first"""
    latents: Tensor
    """(S + 1, T, C, h, w): at each step, and last without noise"""

    @property
    def noisiest(self) -> Tensor:
        """(T, C, h, w) at the first step."""
        return self.latents[0]


@torch.no_grad()
def invert(
    denoiser: Denoiser,
    clean_TChw: Tensor,
    seen: Condition,
    many: int,
    told: Told | None = None,
    *,
    refined: int = REFINED,
) -> Inverted:
    """Return latents (T, C, h, w) at so many steps, each made from the one below it.

    Without guidance, which would lead off the way (Mokady et al., arXiv 2211.09794).
    Upwards the noise is asked for at the step that is gone to, of the latents that are
    there already; then, `refined` times, of those that it led to, which the way down will
    ask for (Pan et al., arXiv 2309.04907).
    """
    schedule = denoiser.schedule
    steps = schedule.steps(many)
    latents, z, below = [clean_TChw], clean_TChw, -1
    for done, step in enumerate(reversed(steps), start=1):
        up = z
        for _ in range(1 + refined):
            eps = denoiser.eps(up, step, seen)
            up = schedule.moved(schedule.clean(z, eps, below), eps, step)
        z = up
        latents.append(z)
        below = step
        if told:
            told(done, many)
    return Inverted(steps, torch.stack(latents[::-1]))


@torch.no_grad()
def reconstruct(denoiser: Denoiser, inverted: Inverted, seen: Condition) -> Tensor:
    """Return latents (T, C, h, w) made from the noise alone: how true the inversion is."""
    schedule, steps = denoiser.schedule, inverted.steps
    z = inverted.noisiest
    for place, step in enumerate(steps):
        eps = denoiser.eps(z, step, seen)
        z = schedule.moved(schedule.clean(z, eps, step), eps, below(steps, place))
    return z


def below(steps: list[int], place: int) -> int:
    """Return the step after the one at a place; -1: no noise is left."""
    return steps[place + 1] if place + 1 < len(steps) else -1
