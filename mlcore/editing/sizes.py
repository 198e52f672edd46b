"""Pictures at the size that a network works at.

H, W: picture
"""

import torch
from torch import Tensor
from torch.nn.functional import interpolate


def working_size(
    sides: tuple[int, ...] | torch.Size, longest: int, grain: int
) -> tuple[int, int]:
    """Return height and width near a picture's, multiples of `grain`, at most `longest`."""
    scale = min(1.0, longest / max(sides))
    height, width = (max(grain, round(side * scale / grain) * grain) for side in sides)
    return height, width


def sized(frames_T3HW: Tensor, size: tuple[int, int]) -> Tensor:
    """Return frames 0..1 at another size; as they are where they have it."""
    if tuple(frames_T3HW.shape[2:]) == size:
        return frames_T3HW
    resized = interpolate(
        frames_T3HW, size, mode="bilinear", antialias=True, align_corners=False
    )
    return resized.clamp(0, 1)


def on_grey(picture: Tensor) -> Tensor:
    """Return (3, h, w) 0..1 of bytes; what a fourth channel lets through is grey."""
    picture = picture.float() / 255
    if len(picture) == 3:
        return picture
    return picture[:3] * picture[3:] + 0.5 * (1 - picture[3:])
