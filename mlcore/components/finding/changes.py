"""How the frames of a clip change among themselves: what an embedding is taught not to see.

The encoder is trained to tell components apart whatever the material; that something
lies there at all shows in how frames differ.

n: clips, T: frames, H, W: picture
"""

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d

_SMALL = 12
"""Pixels a side that differences are taken at: grain and coding are gone there."""

_LEAST, _FINEST, _APART = 0.01, 0.003, 0.05
"""Added before logarithms and divisions: under these a difference is noise."""


def changes_of(clips: Tensor) -> Tensor:
    """Return (n, F) numbers of about unit size, of uint8 (n, T, 3, H, W) clips.

    Logarithms of the differences of every two frames; how far each frame between is from
    both ends, which is little in a plain cut; how much lighter and how much finer each is
    than the end on its side of the middle.
    """
    frames = clips.float() / 255
    n, T = frames.shape[:2]
    flat = frames.flatten(0, 1)
    small = adaptive_avg_pool2d(flat, _SMALL).reshape(n, T, -1)
    apart = (small[:, :, None] - small[:, None]).abs().mean(dim=3)
    rows, columns = torch.triu_indices(T, T, 1)
    pairs = (apart[:, rows, columns] + _LEAST).log() + 3
    ends = torch.minimum(apart[:, 1:-1, 0], apart[:, 1:-1, -1])
    mixed = ends / (apart[:, :1, -1] + _APART)
    light = small.mean(dim=2)
    fine = (flat - avg_pool2d(flat, 3, 1, 1)).abs().mean(dim=(1, 2, 3)).view(n, T)
    fine = (fine + _FINEST).log()
    return torch.cat([pairs, mixed, 10 * _beside(light), _beside(fine)], dim=1)


def _beside(values: Tensor) -> Tensor:
    """Each frame's value (n, T) beside that of the first, or in the second half the last."""
    half = values.shape[1] // 2
    first = values[:, :half] - values[:, :1]
    second = values[:, half:] - values[:, -1:]
    return torch.cat([first, second], dim=1)
