"""Latent correction: what is edited is made alike in consecutive frames.

After US 2025/0265752 A1, FIG. 7: each place of a frame finds its nearest neighbour, by
features of the denoiser's decoder, in the frame before and in the frame after; inside the
region of interest the three are blended.

Departures. The source blends the noisy latents, which takes variance from them (weights
.2, .6, .2 leave .44 of that of independent noise) and so takes them off the schedule:
here the foretold clean latents are blended, and the printed form is a switch. Neighbours
are sought inside the other frame's region only, or the ground would leak in. The blended
values on the right-hand side of the printed equation are taken as those before blending.

T: frames, C, h, w: latents, D: features, g, k: their height and width, P, Q: places
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d, normalize

Form = Literal["off", "printed", "clean"]
"""Not at all, on the noisy latents as printed, on the foretold clean ones"""
AT_ONCE = 4096
"""Places compared with all others at once: 96 x 96 of them need 150 MB, not 340"""


@dataclass(frozen=True, kw_only=True)
class CorrectionConfig:
    """How frames are made alike; the source says neither which block nor which weights."""

    form: Form = "clean"
    weights: tuple[float, float, float] = (0.2, 0.6, 0.2)
    """Of the frame before, the frame itself, and the frame after"""
    block: int = 1
    """Which up-sampling block's features are compared, from the coarsest"""
    until: float = 0.8
    """Share of the steps, from the noisiest, in which it happens"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple(self.weights))
        if min(self.weights) < 0:
            raise ValueError("no weight of a correction may be below 0")
        if abs(sum(self.weights) - 1) > 1e-6:
            raise ValueError(f"weights must add up to 1, not {sum(self.weights)}")
        if not 0 <= self.until <= 1:
            raise ValueError("a correction ends at a share 0..1 of the steps")


@contextmanager
def listening(unet: UNet2DConditionModel, block: int) -> Iterator[list[Tensor]]:
    """Give the block a list to which each pass of the network adds (T, D, g, k) features.

    Raises ValueError where there is no such up-sampling block.
    """
    check_block(unet, block)
    heard: list[Tensor] = []

    def hear(_module: Any, _given: Any, out: Tensor) -> None:
        heard.append(out.detach())

    hook = unet.up_blocks[block].register_forward_hook(hear)
    try:
        yield heard
    finally:
        hook.remove()


def check_block(unet: UNet2DConditionModel, block: int) -> None:
    """Raise ValueError where a network has no such up-sampling block."""
    if not 0 <= block < len(unet.up_blocks):
        raise ValueError(
            f"the network has up-sampling blocks 0..{len(unet.up_blocks) - 1}"
        )


def blended(
    x_TChw: Tensor,
    features_TDgk: Tensor,
    region_Thw: Tensor,
    weights: tuple[float, float, float],
) -> Tensor:
    """Return latents whose region holds a mean of three frames, found by features.

    The first and the last frame, and a frame beside one without a region, take themselves
    for the frame that is missing. Raises ValueError where features are finer than latents
    or do not divide them.
    """
    frames = len(x_TChw)
    before, own, after = weights
    mixed = x_TChw.clone()
    for frame in range(frames):
        inside = region_Thw[frame]
        there = [x_TChw[frame][:, inside]] * 2
        for side, other in enumerate((frame - 1, frame + 1)):
            if 0 <= other < frames and region_Thw[other].any():
                there[side] = _found(x_TChw, features_TDgk, region_Thw, frame, other)
        mixed[frame][:, inside] = (
            before * there[0] + own * x_TChw[frame][:, inside] + after * there[1]
        )
    return mixed


def _found(
    x_TChw: Tensor, features_TDgk: Tensor, region_Thw: Tensor, frame: int, other: int
) -> Tensor:
    """(C, P): another frame's latents at the neighbours of all places of a frame's region."""
    g, k = features_TDgk.shape[-2:]
    coarse = adaptive_max_pool2d(region_Thw.float(), (g, k)) > 0.5
    field = nearest(
        features_TDgk[frame].flatten(1).T,
        features_TDgk[other].flatten(1).T,
        coarse[other].flatten(),
        coarse[frame].flatten(),
    )
    fine = finer(field.view(g, k), (region_Thw.shape[1], region_Thw.shape[2]))
    at = fine[region_Thw[frame]]
    neighbours = x_TChw[other].flatten(1)[:, at]
    # A coarse place at the region's edge holds places beyond it: those take themselves.
    inside = region_Thw[other].flatten()[at]
    return torch.where(inside, neighbours, x_TChw[frame][:, region_Thw[frame]])


def nearest(
    asking_PD: Tensor, seen_QD: Tensor, allowed_Q: Tensor, asked_P: Tensor | None = None
) -> Tensor:
    """Return (P,) for each place the allowed one whose features are most alike, by cosine.

    Where `asked` is false nothing is looked for, and the place is 0. Raises ValueError
    when none is allowed.
    """
    if not allowed_Q.any():
        raise ValueError("no place is allowed as a neighbour")
    allowed = allowed_Q.nonzero()[:, 0]
    seen = normalize(seen_QD[allowed].float(), dim=1)
    asked = torch.ones_like(asking_PD[:, 0], dtype=torch.bool)
    asked = asked if asked_P is None else asked_P
    field = torch.zeros(len(asking_PD), dtype=torch.long, device=asking_PD.device)
    asking = normalize(asking_PD[asked].float(), dim=1)
    found = [
        allowed[(asking[at : at + AT_ONCE] @ seen.T).argmax(dim=1)]
        for at in range(0, len(asking), AT_ONCE)
    ]
    field[asked] = torch.cat(found) if found else field[:0]
    return field


def finer(field_gk: Tensor, size: tuple[int, int]) -> Tensor:
    """Return (h, w) a field of flat places at the latents' size.

    Where a place lies inside its coarse one is kept, or the result would be in blocks.
    Raises ValueError where sizes do not divide.
    """
    (g, k), (h, w) = field_gk.shape, size
    if h % g or w % k or h // g != w // k:
        raise ValueError(f"features of {g} x {k} do not divide latents of {h} x {w}")
    many = h // g
    row = torch.arange(h, device=field_gk.device)[:, None]
    column = torch.arange(w, device=field_gk.device)
    to = field_gk[row // many, column // many]
    return (to // k * many + row % many) * w + to % k * many + column % many
