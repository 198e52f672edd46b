"""The masked video autoencoder: from a tenth of a clip's cubes, the others' pixels.

After VideoMAE (Tong et al., arXiv 2203.12602, figure 2), with the dual masking of VideoMAE
V2 (arXiv 2303.16727) as an option.

B: clips, N: cubes, C: numbers of a cube, V: cubes that are seen, M: cubes that are
restored, D: width
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from mlcore.nn import Block, begin_weights
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.cubes import cut, normalised, places, taken
from mlcore.videomae.encoder import ClipEncoder


class MaskedAutoencoder(nn.Module):
    """An encoder of the cubes that are seen, and a narrow decoder that restores others."""

    def __init__(self, config: AutoencoderConfig, chance: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.encoder = ClipEncoder(config)
        self.narrow = nn.Linear(config.dims, config.decoder_dims)
        self.masked = nn.Parameter(torch.zeros(1, 1, config.decoder_dims))
        self.blocks = nn.ModuleList(
            Block(config.decoder_dims, config.decoder_heads)
            for _ in range(config.decoder_depth)
        )
        self.norm = nn.LayerNorm(config.decoder_dims)
        self.pixels = nn.Linear(config.decoder_dims, config.cube)
        self._begin(chance)

    @torch.no_grad()
    def _begin(self, chance: torch.Generator) -> None:
        """Draw weights that keep a signal's size, as VideoMAE's code does (Glorot, 2010).

        The usual small ones look nowhere at first: the toy shape said the mean of every
        cube for 180 steps with them, for 80 with these. It begins near the mean anyway.
        """
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, generator=chance)
                nn.init.zeros_(layer.bias)
        begin_weights(self.pixels, chance)
        nn.init.trunc_normal_(self.masked, std=0.02, generator=chance)

    def forward(
        self, clips_BTCHW: Tensor, seen_BV: Tensor, restored_BM: Tensor
    ) -> Tensor:
        """Return the loss: mean squared error of the restored cubes' normalised pixels."""
        cubes_BNC = cut(clips_BTCHW, self.config)
        restored_BMC = self.restore(cubes_BNC, seen_BV, restored_BM)
        wanted_BMC = normalised(taken(cubes_BNC, restored_BM))
        return mse_loss(restored_BMC.float(), wanted_BMC)

    def restore(
        self, cubes_BNC: Tensor, seen_BV: Tensor, restored_BM: Tensor
    ) -> Tensor:
        """Return (B, M, C), normalised pixels of the cubes to restore, from those seen."""
        tokens_BVD = self.narrow(self.encoder.look(cubes_BNC, seen_BV))
        B, M = restored_BM.shape
        slices = cubes_BNC.shape[1] // self.config.in_slice
        where_ND = places(self.config, slices, self.config.decoder_dims)
        where_BND = where_ND.to(cubes_BNC.device).expand(B, -1, -1)
        x_BND = torch.cat(
            [
                self.masked + taken(where_BND, restored_BM),
                tokens_BVD + taken(where_BND, seen_BV),
            ],
            dim=1,
        )
        for block in self.blocks:
            x_BND = block(x_BND)
        restored: Tensor = self.pixels(self.norm(x_BND[:, :M]))
        return restored


def new_autoencoder(config: AutoencoderConfig, seed: int) -> MaskedAutoencoder:
    """Return an untrained autoencoder."""
    return MaskedAutoencoder(config, torch.Generator().manual_seed(seed))
