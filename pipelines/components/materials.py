"""The two photographs that every component of the library is shown on.

They come with scikit-learn (`sklearn.datasets.load_sample_images`): china.jpg of Flickr's
danielbuechele and flower.jpg of Flickr's vultilion, both CC BY 2.0, cropped and moved here.
The library page names them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from sklearn.datasets import load_sample_images
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlcore.components.stretch import Layout

PAN = 0.12
"""How far the picture moves over the clip, a share of its width: what freezes or echoes
shows on nothing that stands still."""


@cache
def materials(layout: Layout) -> tuple[Tensor, Tensor]:
    """Return A and B, each (t, 3, h, w) 0..1: one pans to the right, one to the left."""
    china, flower = load_sample_images().images
    return _panned(china, layout, 1), _panned(flower, layout, -1)


def _panned(photograph: NDArray[np.uint8], layout: Layout, towards: int) -> Tensor:
    tall, wide = photograph.shape[:2]
    # The largest window of the clip's shape that leaves room to move.
    width = min(wide / (1 + PAN), tall * layout.width / layout.height)
    height = width * layout.height / layout.width
    room = min(wide - width, width * PAN)
    frames = []
    for at in np.linspace(0, 1, layout.frames)[::towards]:
        left = (wide - width - room) / 2 + at * room
        scale = layout.width / width
        shift = np.array(
            [[scale, 0, -left * scale], [0, scale, -(tall - height) / 2 * scale]]
        )
        size = (layout.width, layout.height)
        frames.append(cv2.warpAffine(photograph, shift, size, flags=cv2.INTER_AREA))
    stacked = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)
    return stacked.float() / 255
