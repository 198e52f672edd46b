"""What an edit begins with: the inverted noise, or inside the region new one in its place.

The noise that a clip is inverted to still holds what the clip shows, and so does what is
made of it. New noise that every frame has of its own makes frames differ; new noise that
goes where the region goes looks alike to the network wherever the thing is, as in Chang et
al., "How I Warped Your Noise" (ICLR 2024), here with whole places instead of flow.

T: frames, C, h, w: latents
"""

import math
from typing import Literal

import torch
from torch import Tensor

Noise = Literal["carried", "own"]
"""New noise goes along with the region, or every frame has its own"""


def renewed(
    z_TChw: Tensor,
    x0_TChw: Tensor,
    alpha: Tensor,
    share: float,
    drawn_TChw: Tensor,
) -> Tensor:
    """Return latents of which a share of the noise, 0..1, is another's.

    `alpha` is how much of them is signal, `x0` what that is; its variance stays.
    """
    noise = (z_TChw - alpha.sqrt() * x0_TChw) / (1 - alpha).sqrt()
    mixed = math.sqrt(1 - share**2) * noise + share * drawn_TChw
    return alpha.sqrt() * x0_TChw + (1 - alpha).sqrt() * mixed


def drawn_noise(
    region_Thw: Tensor, channels: int, kind: Noise, chance: torch.Generator
) -> Tensor:
    """Return (T, C, h, w) normal noise, on the region's device.

    Where it is carried, each frame has the same, moved by whole places with the region's
    middle; what leaves on one side comes in on the other, so that it stays as it was drawn.
    The same chance gives the same to any part of a clip.
    """
    frames, height, width = region_Thw.shape
    if kind == "own":
        drawn = torch.randn(frames, channels, height, width, generator=chance)
        return drawn.to(region_Thw.device)
    canvas = torch.randn(channels, height, width, generator=chance)
    return torch.stack(
        [
            canvas.roll((down, right), dims=(1, 2))
            for down, right in _middles(region_Thw)
        ]
    ).to(region_Thw.device)


def _middles(region_Thw: Tensor) -> list[tuple[int, int]]:
    """Whole places of each frame's middle; of a frame without a region, the frame's before."""
    found, last = [], (0, 0)
    for region in region_Thw:
        if region.any():
            y, x = region.nonzero().float().mean(dim=0).tolist()
            # Not round(), which takes halves up here and down there.
            last = (math.floor(y + 0.5), math.floor(x + 0.5))
        found.append(last)
    return found
