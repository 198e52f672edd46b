"""How fast what a clip shows moves: shares of local velocities, wherever and whatever it is.

Where brightness stays, its change in time is its slope times its velocity; of a small
neighbourhood that is solved by least squares (Lucas and Kanade 1981). An encoder of a few
million numbers does not find that out by itself in hours of training.

B: clips, T: frames, H, W: picture, C: neighbourhoods across and down, D: width
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool2d,
    gelu,
    pad,
)

CELLS = 8
REACH = 3 / 64
"""The fastest velocity that has a bin of its own, in heights of the picture a frame: three
pixels of 64, what neighbouring frames still tell"""
BINS = 9
"""Of velocity to the right and down each, from -REACH to REACH"""
PARTS = 3
"""Of the clip's time, so that speeding up is not slowing down"""
SHARES = PARTS * BINS**2
SMALL = 32
"""Pixels a side that speed is told at: over more, what is fast is passed over"""
FLAT = 1e-4
"""Of slopes squared, a pixel and 0..1: less is noise, and says nothing of velocity"""


@torch.no_grad()
def local_velocities(clips_BTCHW: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return (B, T - 1, C, C) to the right and down, in pixels a frame, and how sure, 0..1.

    Of uint8 clips, or float ones in 0..1. A little too slow where slopes are gentle.
    """
    scale = 255.0 if clips_BTCHW.dtype == torch.uint8 else 1.0
    grey_BTHW = clips_BTCHW.float().mean(dim=2) / scale
    # Grain is not to be followed; beyond the edge there is nothing, not darkness.
    grey_BTHW = avg_pool2d(grey_BTHW, 3, 1, 1, count_include_pad=False)
    one, two = grey_BTHW[:, :-1], grey_BTHW[:, 1:]
    middle, later = (one + two) / 2, two - one
    right = pad((middle[..., 2:] - middle[..., :-2]) / 2, (1, 1))
    down = pad((middle[..., 2:, :] - middle[..., :-2, :]) / 2, (0, 0, 1, 1))

    def around(product: Tensor) -> Tensor:
        return adaptive_avg_pool2d(product, CELLS)

    xx, yy = around(right * right) + FLAT, around(down * down) + FLAT
    xy, xt, yt = around(right * down), around(right * later), around(down * later)
    area = xx * yy - xy * xy
    u, v = (xy * yt - yy * xt) / area, (xy * xt - xx * yt) / area
    steep = xx + yy - 2 * FLAT
    return u, v, steep / (steep + 4 * FLAT)


@torch.no_grad()
def mean_speed(clips_BTCHW: Tensor) -> Tensor:
    """Return (B,) how fast each clip moves as a whole, in heights of the picture a frame.

    The mean over time and neighbourhoods, each as sure as its velocity is; 0 where nothing
    is to be seen, or of a single frame. Pictures are looked at at SMALL pixels at most.
    """
    B, T, _, H, W = clips_BTCHW.shape
    if T < 2:
        return torch.zeros(B, device=clips_BTCHW.device)
    scale = 255.0 if clips_BTCHW.dtype == torch.uint8 else 1.0
    size = min(H, SMALL), min(W, SMALL)
    flat = adaptive_avg_pool2d(clips_BTCHW.flatten(0, 1).float() / scale, size)
    small = flat.reshape(B, T, -1, *size)
    u, v, sure = local_velocities(small)
    speed = (u**2 + v**2).sqrt() / small.shape[-2]
    whole = sure.sum(dim=(1, 2, 3)).clamp_min(1e-6)
    mean: Tensor = (speed * sure).sum(dim=(1, 2, 3)) / whole
    return mean


@torch.no_grad()
def velocity_shares(clips_BTCHW: Tensor) -> Tensor:
    """Return (B, SHARES) roots of the shares of each velocity in each part of the time.

    0 of a clip of one frame. A velocity falls softly into the bins around it, and weighs
    as much as it is sure; all together have length 1, or 0 where nothing is to be seen.
    """
    B, T, _, H = clips_BTCHW.shape[:4]
    if T < 2:
        return torch.zeros(B, SHARES, device=clips_BTCHW.device)
    u, v, sure = local_velocities(clips_BTCHW)
    bins = torch.linspace(-REACH * H, REACH * H, BINS, device=u.device)
    wide = bins[1] - bins[0]
    across, down = (
        torch.exp(-(((each.flatten(2)[..., None] - bins) / wide) ** 2) / 2)
        for each in (u, v)
    )
    weighed = across * sure.flatten(2)[..., None]
    # (B, T - 1, BINS, BINS): of each frame, over all its neighbourhoods.
    shares = weighed.transpose(2, 3) @ down
    parts = adaptive_avg_pool1d(shares.flatten(2).transpose(1, 2), PARTS)
    roots = parts.transpose(1, 2).flatten(1).clamp_min(0).sqrt()
    return nn.functional.normalize(roots, dim=1)


class Velocities(nn.Module):
    """Clips (B, T, 3, H, W) to (B, D)."""

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(SHARES)
        self.widen = nn.Linear(SHARES, 2 * dims)
        self.narrow = nn.Linear(2 * dims, dims)

    def forward(self, clips_BTCHW: Tensor) -> Tensor:
        """Return (B, D)."""
        shares = self.norm(velocity_shares(clips_BTCHW))
        told: Tensor = self.narrow(gelu(self.widen(shares)))
        return told
