"""What an encoder must beat: colours, and a network trained on photographs.

n: clips, T: frames, H, W: picture
"""

from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mlcore.components.measuring.retrieval import Embed
from mlcore.components.network.statistics import colour_shares
from mlcore.efficientnet_lite import SIDE, load_efficientnet

TOGETHER = 16
"""Frames seen at once, large as they are here"""


def histograms(clips: Tensor, _raw: Tensor | None = None) -> Tensor:
    """Return (n, 512) roots of the shares of colours in each clip, all frames together."""
    tall = clips.movedim(1, 2).flatten(2, 3)
    return colour_shares(tall / 255)


def frozen(weights: Path, device: torch.device) -> Embed:
    """Return EfficientNet-lite0 as it is, its features averaged over a clip's frames.

    Raises ValueError if the file does not hold its weights.
    """
    network = load_efficientnet(weights).to(device)

    @torch.inference_mode()
    def embed(clips: Tensor, _raw: Tensor | None = None) -> Tensor:
        n, T = clips.shape[:2]
        frames = clips.flatten(0, 1).float().to(device)
        large = interpolate(
            frames, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True
        )
        # The lite family's own scale, of pixels in 0..255.
        pixels = (large - 127.0) / 128.0
        rows = [
            network.features(pixels[at : at + TOGETHER])
            for at in range(0, len(pixels), TOGETHER)
        ]
        return torch.cat(rows).view(n, T, -1).mean(dim=1)

    return embed
