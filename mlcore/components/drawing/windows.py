"""Clips as those of a title are seen: wide, squeezed to a square, of any length.

A detector lays windows of some lengths about a cut, and a transition fills about half of
one of them; pictures are wide, and an animation plays once in a shot.
"""

import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, pad

from mlcore.components.drawing.scenes import Dice
from mlcore.components.stretch import Layout

WIDE = 16 / 9
"""The form that materials are drawn in"""
ASPECTS = (1.2, 2.4)
"""Of pictures, from old television to the widest film"""
SECONDS = (1.0, 4.0)
"""Of a window; materials go as fast as they would in one of those"""
SHARES = (0.33, 0.78)
"""Of a window at a cut that a transition fills: windows are each twice as long as another"""
ASIDE = 0.06
"""Of the window, how far its middle lies from the cut at most"""
SHARPNESS = (-0.5, 1.5)
"""How often a picture's finest detail is added to it: materials are small clips and softer
than a wide picture of a title, squeezed; some titles are softer still"""
AS_LEARNED = 3
"""Of so many clips one is as the source has it: square, two slots of two seconds"""


def wide(layout: Layout) -> Layout:
    """Return the layout of materials that windows of this one are cut from."""
    return replace(layout, width=round(layout.height * WIDE))


def paced(dice: Dice, layout: Layout) -> Layout:
    """Return a layout in which materials move as fast as in a window of some length."""
    return replace(layout, seconds=_even(dice, SECONDS))


def window(dice: Dice, layout: Layout, *, within: bool) -> Layout:
    """Return what a clip of a title is drawn in, of the layout's height or less.

    `within` one shot an animation plays once; else a transition lies about the cut.
    """
    if not dice.below(AS_LEARNED):
        return layout
    aspect = _even(dice, ASPECTS)
    full = round(layout.height * WIDE)
    if aspect <= WIDE:
        height, width = layout.height, round(layout.height * aspect)
    else:
        height, width = round(full / aspect), full
    share, aside = _even(dice, SHARES), dice.between(-ASIDE, ASIDE)
    return replace(
        layout,
        height=height,
        width=width,
        seconds=_even(dice, SECONDS),
        crossing=(0.5 + aside - share / 2, 0.5 + aside + share / 2),
        slots=1 if within else layout.slots,
    )


def through(dice: Dice, frames: Tensor, layout: Layout) -> Tensor:
    """Return (t, 3, h, w) of the layout's size, somewhere in frames at least as large."""
    height, width = frames.shape[-2:]
    top = dice.below(height - layout.height + 1)
    left = dice.below(width - layout.width + 1)
    return frames[..., top : top + layout.height, left : left + layout.width]


def squeezed(frames: Tensor, layout: Layout) -> Tensor:
    """Return frames (t, 3, h, w) 0..1 in the layout's size, whatever their form."""
    size = (layout.height, layout.width)
    if frames.shape[-2:] == size:
        return frames
    small = interpolate(
        frames, size, mode="bilinear", align_corners=False, antialias=True
    )
    return small.clamp(0, 1)


def sharpened(dice: Dice, frames: Tensor) -> Tensor:
    """Return frames (t, 3, h, w) 0..1, all softer or sharper: that must not say anything."""
    row = torch.tensor([0.25, 0.5, 0.25], device=frames.device)
    kernel = (row[:, None] * row).expand(3, 1, 3, 3)
    around = pad(frames, (1, 1, 1, 1), mode="replicate")
    detail = frames - conv2d(around, kernel, groups=3)
    return (frames + dice.between(*SHARPNESS) * detail).clamp(0, 1)


def _even(dice: Dice, ends: tuple[float, float]) -> float:
    """A number between two, as likely in each octave."""
    low, high = ends
    return low * math.exp(dice.between(0, math.log(high / low)))
