"""The clip encoder: a vision transformer over the cubes of a clip (VideoMAE, arXiv 2203.12602).

B: clips, T: frames, N: cubes, C: numbers of a cube, V: cubes that are seen, D: width
"""

import torch
from torch import Tensor, nn

from mlcore.nn import Block
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.cubes import cut, places, taken

MIDDLE, SPREAD = 0.45, 0.225
"""Mean and deviation of photographs' pixels in 0..1 (those of ImageNet, over all colours)"""


class ClipEncoder(nn.Module):
    """Clips (B, T, 3, H, W) to tokens (B, N, D), of as many frames as they have.

    No weight depends on the number of frames: training goes on with longer clips in the
    same network, with the same optimiser.
    """

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Linear(config.cube, config.dims)
        self.blocks = nn.ModuleList(
            Block(config.dims, config.heads) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(config.dims)

    def forward(self, clips_BTCHW: Tensor) -> Tensor:
        """Return (B, N, D) of uint8, or float 0..1. Raises ValueError for other shapes."""
        return self.look(cut(clips_BTCHW, self.config))

    def look(self, cubes_BNC: Tensor, seen_BV: Tensor | None = None) -> Tensor:
        """Return (B, N, D) of cubes 0..1, or (B, V, D) of those that are seen alone."""
        slices = cubes_BNC.shape[1] // self.config.in_slice
        where_1ND = places(self.config, slices, self.config.dims)[None]
        where_1ND = where_1ND.to(cubes_BNC.device)
        if seen_BV is not None:
            # The rest is not even embedded: a cube becomes a token by itself.
            cubes_BNC = taken(cubes_BNC, seen_BV)
            where_1ND = taken(where_1ND.expand(len(seen_BV), -1, -1), seen_BV)
        x_BVD = self.embed((cubes_BNC - MIDDLE) / SPREAD) + where_1ND
        for block in self.blocks:
            x_BVD = block(x_BVD)
        tokens: Tensor = self.norm(x_BVD)
        return tokens


@torch.no_grad()
def clip_vectors(encoder: ClipEncoder, clips_BTCHW: Tensor) -> Tensor:
    """Return (B, D) float32: the mean of each clip's tokens, at no length in particular."""
    tokens: Tensor = encoder(clips_BTCHW)
    return tokens.float().mean(dim=1)
