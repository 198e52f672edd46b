"""Regions of interest: where what is seen in a clip differs under two conditions.

After US 2025/0265752 A1, FIG. 5: the noise that a denoiser sees under the source's prompt
and frame, and under the target's, differs where the one object is or the other would be.
Differences are averaged over steps and binarised, frame by frame.

T: frames, C, h, w: latents, H, W: picture
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

from mlcore.editing.inversion import Inverted, below
from mlcore.editing.network.denoiser import Condition, Denoiser, Told

Reading = Literal["shared", "separate"]
"""Both branches asked along the source's own way, or each going its own ("two separate
DDIM samplings", as the source has it)"""
DRAWS = 10
"""Of noise in DiffEdit's rule, as its authors have it"""


@dataclass(frozen=True, kw_only=True)
class RegionConfig:
    """How differences become regions."""

    reading: Reading = "shared"
    late: float = 0.5
    """Share of the steps, from the cleanest, whose differences count; 1: all. Earlier ones
    say that something differs, not yet where"""
    threshold: float = 1.5
    """Times a frame's mean difference, which is what DiffEdit's rule comes to"""
    clamp: float = 3.0
    """Times the mean: what is above counts as this much (DiffEdit as in diffusers)"""
    floor: float = 2.0
    """Times the difference that the source makes to itself: below that nothing is edited"""
    smooth: int = 3
    """Latent pixels over which differences are averaged, odd; 1: none"""
    majority: int = 1
    """Latent pixels, odd, of the side of a square whose majority decides on its middle, so
    that nothing thin or ragged stays (a median filter); 1: each decides for itself"""
    grow: int = 0
    """Latent pixels that a region grows by on each side"""

    def __post_init__(self) -> None:
        sides = (self.smooth, self.majority)
        if min(sides) < 1 or any(side % 2 == 0 for side in sides) or self.grow < 0:
            raise ValueError(
                "smooth and majority must be odd and at least 1, grow not negative"
            )
        if self.threshold <= 0 or self.clamp <= self.threshold or self.floor < 0:
            raise ValueError("0 < threshold < clamp, and no negative floor")
        if not 0 < self.late <= 1:
            raise ValueError(f"late is a share above 0 of the steps, not {self.late}")

    def counted(self, steps: int) -> int:
        """Return how many of so many steps count."""
        return math.ceil(self.late * steps)

    def asked(self, steps: int) -> int:
        """Return at how many of so many steps the network is asked."""
        return steps if self.reading == "separate" else self.counted(steps)


@torch.no_grad()
def heat(
    denoiser: Denoiser,
    inverted: Inverted,
    conditions: tuple[Condition, Condition],
    config: RegionConfig,
    told: Told | None = None,
) -> Tensor:
    """Return (T, h, w): the mean absolute difference of the noise over steps and channels.

    Of what is seen under the source's condition and under another one.
    """
    source, target = conditions
    schedule, steps = denoiser.schedule, inverted.steps
    many = config.counted(len(steps))
    early = len(steps) - many
    total = torch.zeros_like(inverted.noisiest[:, 0])
    here = there = inverted.noisiest
    for place, step in enumerate(steps):
        if config.reading == "shared":
            if place < early:
                continue
            here = there = inverted.latents[place]
        own, other = denoiser.eps(here, step, source), denoiser.eps(there, step, target)
        if place >= early:
            total += (own - other).abs().mean(dim=1)
        lower = below(steps, place)
        here = schedule.moved(schedule.clean(here, own, step), own, lower)
        there = schedule.moved(schedule.clean(there, other, step), other, lower)
        if told:
            asked = config.asked(len(steps))
            told(place + 1 - len(steps) + asked, asked)
    return total / many


@torch.no_grad()
def diffedit_heat(
    denoiser: Denoiser,
    clean_TChw: Tensor,
    source: Condition,
    target: Condition,
    chance: torch.Generator,
    *,
    strength: float = 0.5,
) -> Tensor:
    """Return (T, h, w) by the rule of DiffEdit (Couairon et al., arXiv 2210.11427, step 1).

    At one step, `strength` 0..1 of the schedule, over DRAWS draws of noise.
    """
    schedule = denoiser.schedule
    step = round(strength * (len(schedule.alphas) - 1))
    total = torch.zeros_like(clean_TChw[:, 0])
    for _ in range(DRAWS):
        eps = torch.randn(clean_TChw.shape, generator=chance).to(clean_TChw)
        z = schedule.moved(clean_TChw, eps, step)
        gap = denoiser.eps(z, step, source) - denoiser.eps(z, step, target)
        total += gap.abs().mean(dim=1)
    return total / DRAWS


def binarised(
    heat_Thw: Tensor, config: RegionConfig, own_Thw: Tensor | None = None
) -> Tensor:
    """Return (T, h, w) bool: where a frame's difference is large against its mean.

    A map that is not flat always has such places, so with `own`, the difference that the
    source makes to itself under two of its own frames, what is not `floor` times as large
    as that on average is no region either.
    """
    smooth = _smoothed(heat_Thw, config.smooth)
    mean_T11 = smooth.mean(dim=(1, 2), keepdim=True)
    clamped = smooth.clamp(max=config.clamp * mean_T11)
    region = clamped > config.threshold * mean_T11
    if own_Thw is not None:
        region &= smooth > config.floor * strongest(own_Thw, config)
    return _grown(_smoothed(region.float(), config.majority) > 0.5, config.grow)


def strongest(own_Thw: Tensor, config: RegionConfig) -> float:
    """Return the difference that all but a hundredth of the source's places stay below."""
    return float(_smoothed(own_Thw, config.smooth).flatten().float().quantile(0.99))


def fitted(region_Thw: Tensor, size: tuple[int, int]) -> Tensor:
    """Return a region at another size, (T, H, W) bool, by the nearest place."""
    resized = interpolate(region_Thw[:, None].float(), size, mode="nearest")
    return resized[:, 0] > 0.5


def feathered(region_THW: Tensor, pixels: int) -> Tensor:
    """Return (T, H, W) 0..1: 1 inside, falling to 0 over so many pixels around.

    Exactly 0 beyond them.
    """
    soft = region_THW.float()
    for away in range(1, pixels + 1):
        share = 1 - away / (pixels + 1)
        soft = torch.maximum(soft, share * _grown(region_THW, away).float())
    return soft


def _smoothed(heat_Thw: Tensor, side: int) -> Tensor:
    """The mean of the square around each place, as much of it as there is."""
    pooled = avg_pool2d(
        heat_Thw[:, None], side, stride=1, padding=side // 2, count_include_pad=False
    )
    return pooled[:, 0]


def _grown(region_Thw: Tensor, pixels: int) -> Tensor:
    if not pixels:
        return region_Thw
    grown = max_pool2d(
        region_Thw[:, None].float(), 2 * pixels + 1, stride=1, padding=pixels
    )
    return grown[:, 0] > 0.5
