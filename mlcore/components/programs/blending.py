"""One picture on another: mixes, matte edges, light and colour."""

import colorsys

import torch
from torch import Tensor

_REC709 = (0.2126, 0.7152, 0.0722)
"""Weights of red, green and blue in luma (ITU-R BT.709)."""


def mixed(under: Tensor, top: Tensor, share: Tensor | float) -> Tensor:
    """Return `under` where the share is 0 and `top` where it is 1."""
    return under + (top - under) * share


def matte(arrival: Tensor, progress: Tensor, soft: float) -> Tensor:
    """Return (t, 1, h, w) 0..1 of what has arrived by each frame's progress (t,).

    `arrival`, (h, w) or (t, h, w) 0..1, is when each pixel begins to change; it takes
    `soft`, above 0, of the time that the whole takes, so that progress 0 leaves
    everything and progress 1 has everything.
    """
    if arrival.dim() == 2:
        arrival = arrival[None]
    now = progress[:, None, None] * (1 + soft)
    return ((now - arrival) / soft).clamp(0, 1)[:, None]


def luma(clip: Tensor) -> Tensor:
    """Return (t, 1, h, w) luma of RGB (t, 3, h, w)."""
    weights = torch.tensor(_REC709, device=clip.device, dtype=clip.dtype)
    return (clip * weights[:, None, None]).sum(1, keepdim=True)


def screened(clip: Tensor, light: Tensor) -> Tensor:
    """Return light added as by a second exposure, which never exceeds white."""
    return 1 - (1 - clip) * (1 - light.clamp(0, 1))


def paint(hue: float, saturation: float, value: float, like: Tensor) -> Tensor:
    """Return one colour, (1, 3, 1, 1), on the device of `like`; hue goes 0..1."""
    rgb = colorsys.hsv_to_rgb(hue, saturation, value)
    return torch.tensor(rgb, device=like.device, dtype=like.dtype)[None, :, None, None]
