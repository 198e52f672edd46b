"""Clips cut into cubes: what tokens are made of, where they stand, which are masked.

B: clips, T: frames, S: slices, P: cubes a slice, N = S * P: cubes, C: numbers of a cube,
V: cubes that are seen, M: cubes that are restored, D: width
"""

from functools import lru_cache

import torch
from torch import Tensor

from mlcore.videomae.config import AutoencoderConfig

SLOWEST = 10000.0
"""The longest wave of a place (Vaswani et al., arXiv 1706.03762, section 3.5)"""
STEADY = 1e-6
"""Keeps cubes of one colour from a division by 0 (VideoMAE's code)"""


def cut(clips_BTCHW: Tensor, config: AutoencoderConfig) -> Tensor:
    """Return (B, N, C) float32 0..1 of clips (B, T, 3, H, W) uint8, or float 0..1.

    Slice by slice, in each row by row; within a cube the colours of a pixel lie together.
    Raises ValueError for clips of another size, or a number of frames it does not have.
    """
    c = config
    B, T = clips_BTCHW.shape[:2]
    if tuple(clips_BTCHW.shape[2:]) != (3, c.size, c.size):
        raise ValueError(
            f"clips must be (B, T, 3, {c.size}, {c.size}), got {tuple(clips_BTCHW.shape)}"
        )
    S, side = c.slices(T), c.size // c.patch
    if T == 1:
        clips_BTCHW = clips_BTCHW.expand(-1, c.tubelet, -1, -1, -1)
    if clips_BTCHW.dtype == torch.uint8:
        clips_BTCHW = clips_BTCHW.float() / 255
    tiled = clips_BTCHW.reshape(B, S, c.tubelet, 3, side, c.patch, side, c.patch)
    return tiled.permute(0, 1, 4, 6, 2, 5, 7, 3).reshape(B, S * c.in_slice, c.cube)


def put_together(cubes_BNC: Tensor, config: AutoencoderConfig) -> Tensor:
    """Return clips (B, S * tubelet, 3, H, W) of cubes: what `cut` took apart."""
    c = config
    B, N = cubes_BNC.shape[:2]
    S, side = N // c.in_slice, c.size // c.patch
    tiled = cubes_BNC.reshape(B, S, side, side, c.tubelet, c.patch, c.patch, 3)
    frames = tiled.permute(0, 1, 4, 7, 2, 5, 3, 6)
    return frames.reshape(B, S * c.tubelet, 3, c.size, c.size)


def normalised(cubes_BNC: Tensor) -> Tensor:
    """Return cubes of mean 0 and deviation 1 in each colour: what the decoder restores.

    As in He et al. (arXiv 2111.06377, section 4.1), over all frames of a cube.
    """
    pixels = cubes_BNC.reshape(*cubes_BNC.shape[:2], -1, 3)
    mean = pixels.mean(dim=-2, keepdim=True)
    deviation = pixels.var(dim=-2, keepdim=True).sqrt()
    return ((pixels - mean) / (deviation + STEADY)).flatten(-2)


@lru_cache(maxsize=32)
def places(config: AutoencoderConfig, slices: int, dims: int) -> Tensor:
    """Return (N, D) float32 of where each cube stands, as waves; nothing to learn.

    A quarter of the width says its row, a quarter its column, half its time, which counts
    in slices of the longest clip and may lie between them: so that clips of any length
    share all weights. Prefix places of a short clip are the first of a long one's.
    """
    side = config.size // config.patch
    step = config.slices(config.frames) / slices if config.places == "strided" else 1.0
    quarter = dims // 4
    rows_PD = _waves(torch.arange(side), quarter).repeat_interleave(side, 0)
    columns_PD = _waves(torch.arange(side), quarter).repeat(side, 1)
    times_SD = _waves(torch.arange(slices) * step, dims - 2 * quarter)
    spot_PD = torch.cat([rows_PD, columns_PD], dim=1)
    return torch.cat(
        [
            times_SD.repeat_interleave(config.in_slice, 0),
            spot_PD.repeat(slices, 1),
        ],
        dim=1,
    )


def _waves(at_N: Tensor, dims: int) -> Tensor:
    """(N, dims): sine and cosine of each number, in geometrically growing lengths."""
    lengths = SLOWEST ** (torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    angles = at_N.to(torch.float64)[:, None] / lengths
    both = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
    return both[:, :dims].float()


def tube_masks(
    config: AutoencoderConfig, clips: int, slices: int, chance: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return seen (B, V) and restored (B, M), int64 numbers of cubes.

    What is masked is so in all slices, or the decoder would copy it from a neighbour. Of
    the masked cubes the decoder restores all, or a window of them that moves on from
    slice to slice (a running mask, as in VideoMAE V2), so that every place has its turn.
    """
    P, seen, kept = config.in_slice, config.visible, config.restored
    order_BP = torch.rand(clips, P, generator=chance).argsort(dim=1)
    seen_BV, masked_BM = order_BP[:, :seen].sort(1).values, order_BP[:, seen:]
    starts_S = torch.arange(slices) * P
    many = P - seen
    turns = (torch.arange(slices)[:, None] * kept + torch.arange(kept)) % many
    restored = masked_BM[:, turns.flatten()].view(clips, slices, kept)
    return (
        (seen_BV[:, None] + starts_S[:, None]).flatten(1),
        (restored.sort(2).values + starts_S[:, None]).flatten(1),
    )


def taken(x_BND: Tensor, at_BV: Tensor) -> Tensor:
    """Return (B, V, D): of each clip the tokens `at`."""
    return x_BND.gather(1, at_BV[..., None].expand(-1, -1, x_BND.shape[-1]))
