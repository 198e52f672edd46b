"""What WanVACEPipeline is shown of a chunk, in the form that it takes.

t: frames, H, W: picture
"""

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mlcore.editing.order import EditOrder
from mlcore.editing.sizes import on_grey


def given_of(order: EditOrder, frames: Tensor, region: Tensor) -> dict[str, Any]:
    """Return frames (t, 3, H, W), region (t, 1, H, W) and their sizes as its arguments."""
    many = len(frames)
    places = torch.arange(held(many)).clamp(max=many - 1)
    return {
        "video": _pictures(frames[places]),
        "mask": _pictures(region[places].expand(-1, 3, -1, -1)),
        "reference_images": _pictures(on_grey(order.picture)[None]),
        "height": frames.shape[2],
        "width": frames.shape[3],
        "num_frames": len(places),
    }


def held(frames: int) -> int:
    """Return how many its codec takes: a first and then fours. The last frame is held."""
    return -(-(frames - 1) // 4) * 4 + 1


def latents_of(frames: int) -> int:
    """Return how many frames of latents its network sees, the reference's among them."""
    return 2 + (held(frames) - 1) // 4


def _pictures(frames_T3HW: Tensor) -> list[Image.Image]:
    pixels = (frames_T3HW * 255).round().clamp(0, 255).to(torch.uint8)
    return [Image.fromarray(np.asarray(each)) for each in pixels.permute(0, 2, 3, 1)]
