"""Mask-guided sampling: noise to a clip that shows the target inside a region of interest.

After US 2025/0265752 A1, FIG. 6. Outside the region the latents are, at every step, those
that the inversion passed through, so that what the network makes inside meets the source
at its edge.

T: frames, C, h, w: latents
"""

import math
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mlcore.editing.correction import CorrectionConfig, Form, blended, listening
from mlcore.editing.inversion import Inverted, below
from mlcore.editing.network.denoiser import Condition, Denoiser, Told
from mlcore.editing.noise import Noise, drawn_noise, renewed


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How the target is made."""

    guidance: float = 3.0
    """How far away from seeing nothing, or the aim's `away`; 1: no guidance"""
    guided: float = 1.0
    """Share of the steps, from the noisiest, that are guided; late ones need no guidance
    (Kynkaanniemi et al., arXiv 2404.07724), and cost half without"""
    leaving: float = 1.0
    """Share of the steps, from the noisiest, whose guidance leads away from the aim's
    `away`; that of the others from seeing nothing. Forms are settled before colours"""
    strength: float = 1.0
    """Share of the steps that are gone anew, 0..1: at 1 all of them"""
    fresh: float = 0.0
    """Share of the noise inside the region that is drawn anew instead of inverted, 0..1"""
    noise: Noise = "carried"
    """What is drawn"""
    correction: CorrectionConfig = field(default_factory=CorrectionConfig)

    def __post_init__(self) -> None:
        if not 0 < self.strength <= 1:
            raise ValueError(
                f"strength must be above 0 and at most 1, not {self.strength}"
            )
        if not 0 <= self.fresh <= 1:
            raise ValueError(f"the share of fresh noise must be 0..1, not {self.fresh}")
        if not 0 <= self.guided <= 1:
            raise ValueError(f"the share of guided steps is 0..1, not {self.guided}")
        if not 0 <= self.leaving <= 1:
            raise ValueError(f"the share of leaving steps is 0..1, not {self.leaving}")
        if self.guidance < 1:
            raise ValueError(f"guidance must be at least 1, not {self.guidance}")

    def going(self, steps: int) -> int:
        """Return how many of so many steps are gone anew."""
        return math.ceil(self.strength * steps)


@dataclass(frozen=True)
class Aim:
    """What is to be seen, and where."""

    seen: Condition
    region: Tensor | None = None
    """(T, h, w) bool; None: everything is made anew"""
    away: Condition | None = None
    """What guidance leads away from; None: from seeing nothing"""


@torch.no_grad()
def sample(
    denoiser: Denoiser,
    inverted: Inverted,
    aim: Aim,
    config: SamplingConfig,
    chance: torch.Generator,
    told: Told | None = None,
) -> Tensor:
    """Return clean latents (T, C, h, w)."""
    schedule, steps = denoiser.schedule, inverted.steps
    begin = len(steps) - config.going(len(steps))
    everywhere = torch.ones_like(inverted.noisiest[:, 0], dtype=torch.bool)
    region = everywhere if aim.region is None else aim.region
    correction, nothing = config.correction, denoiser.nothing
    guided, leaving = (
        math.ceil(share * len(steps)) for share in (config.guided, config.leaving)
    )
    alpha = schedule.alpha(steps[begin])
    z = _begun(inverted, begin, alpha, region, config, chance)
    for place in range(begin, len(steps)):
        step, lower = steps[place], below(steps, place)
        early = place - begin < correction.until * (len(steps) - begin)
        form = correction.form if early else "off"
        with _features(denoiser, form, correction.block) as heard:
            guidance = config.guidance if place < guided else 1.0
            away = aim.away or nothing if place < leaving else nothing
            eps = denoiser.guided(z, step, aim.seen, away, guidance)
        x0 = schedule.clean(z, eps, step)
        if form == "clean":
            x0 = blended(x0, heard[0], region, correction.weights)
        z = schedule.moved(x0, eps, lower)
        if form == "printed":
            z = blended(z, heard[0], region, correction.weights)
        z = torch.where(region[:, None], z, inverted.latents[place + 1])
        if told:
            told(place - begin + 1, len(steps) - begin)
    return z


def _features(
    denoiser: Denoiser, form: Form, block: int
) -> AbstractContextManager[list[Tensor]]:
    return nullcontext([]) if form == "off" else listening(denoiser.unet, block)


def _begun(
    inverted: Inverted,
    begin: int,
    alpha: Tensor,
    region: Tensor,
    config: SamplingConfig,
    chance: torch.Generator,
) -> Tensor:
    """Latents to begin with at a place of the way, of which `alpha` is signal."""
    z = inverted.latents[begin]
    if not config.fresh:
        return z
    drawn = drawn_noise(region, z.shape[1], config.noise, chance)
    mixed = renewed(z, inverted.latents[-1], alpha.to(z), config.fresh, drawn.to(z))
    return torch.where(region[:, None], mixed, z)
