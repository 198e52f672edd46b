"""What looks at single frames: a small vision transformer that begins from nothing.

F: frames of all clips, H, W: picture, N: patches, D: width, G: guidance tokens
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from mlcore.components.network.config import EncoderConfig
from mlcore.components.network.statistics import Statistics
from mlcore.nn import Block


class SpatialEncoder(nn.Module):
    """Frames (F, 3, H, W) in 0..1 and guidance tokens to (F, D)."""

    def begin(self, chance: torch.Generator) -> None:
        """Set weights that `begin_weights` does not know."""

    def take_over(self, folder: Path) -> None:
        """Begin with the weights in a folder; ValueError where there are none to take."""
        raise ValueError(f"this spatial encoder begins from nothing, not from {folder}")


def stem(config: EncoderConfig) -> nn.Sequential:
    """Return convolutions that halve the picture until a patch is one token.

    They learn local patterns sooner than one wide convolution a patch does (Xiao et al.,
    arXiv 2106.14881).
    """
    halvings = config.patch.bit_length() - 1
    wide = [config.dims >> left for left in range(halvings - 1, -1, -1)]
    layers: list[nn.Module] = []
    for narrow, broad in zip([3, *wide], wide, strict=False):
        layers += [nn.Conv2d(narrow, broad, 3, 2, 1), nn.GELU()]
    return nn.Sequential(*layers, nn.Conv2d(config.dims, config.dims, 1))


class Moving(nn.Module):
    """Adds to each patch what it becomes in the next frame, and what it was in the last.

    With `ends` also what has become of it since the clip's first frame, and will by its
    last: where one shot gives way to the other, and what stays over the cut.
    The source's spatial encoder sees frames one by one, so that the temporal encoder has
    to tell movement from one vector a frame, which no longer says where. Begins at nothing.
    """

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.frames, self.ends = config.frames, config.ends
        many = 4 if self.ends else 2
        self.mix = nn.Linear(many * config.dims, config.dims, bias=False)

    def forward(self, x_FND: Tensor) -> Tensor:
        """Return (F, N, D) of all frames of whole clips, in order."""
        x_BTND = x_FND.view(-1, self.frames, *x_FND.shape[1:])
        step = x_BTND.diff(dim=1)
        still = torch.zeros_like(x_BTND[:, :1])
        seen = [torch.cat([still, step], dim=1), torch.cat([step, still], dim=1)]
        if self.ends:
            seen += [x_BTND - x_BTND[:, :1], x_BTND[:, -1:] - x_BTND]
        mixed: Tensor = x_FND + self.mix(torch.cat(seen, dim=-1)).flatten(0, 1)
        return mixed


class SmallViT(SpatialEncoder):
    """A vision transformer; its class token is read (Dosovitskiy et al., arXiv 2010.11929)."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        patches = (config.size // config.patch) ** 2
        self.patches = (
            stem(config)
            if config.convolved
            else nn.Conv2d(3, config.dims, config.patch, config.patch)
        )
        self.token = nn.Parameter(torch.zeros(1, 1, config.dims))
        self.place = nn.Parameter(torch.zeros(1, patches, config.dims))
        self.blocks = nn.ModuleList(
            Block(config.dims, config.heads, guided=config.guided_encoder)
            for _ in range(config.spatial)
        )
        self.moving = nn.ModuleList(
            Moving(config) if config.moving else nn.Identity() for _ in self.blocks
        )
        self.statistics = (
            Statistics(config.dims, config.frames) if config.statistics else None
        )
        self.norm = nn.LayerNorm(config.dims)
        self.guided = config.guided_encoder

    def begin(self, chance: torch.Generator) -> None:
        """Draw the class token and the places; keep signals' size through the stem."""
        for layer in self.patches.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, generator=chance)
        for mixing in self.moving:
            if isinstance(mixing, Moving):
                nn.init.zeros_(mixing.mix.weight)
        nn.init.trunc_normal_(self.token, std=0.02, generator=chance)
        nn.init.trunc_normal_(self.place, std=0.02, generator=chance)

    def forward(self, frames_FCHW: Tensor, guides_1GD: Tensor | None) -> Tensor:
        """Return (F, D)."""
        # To about -2..2, as most networks are fed.
        patches_FND = self.patches((frames_FCHW - 0.5) * 4).flatten(2).transpose(1, 2)
        token_F1D = self.token.expand(len(patches_FND), -1, -1)
        if self.statistics is not None:
            token_F1D = token_F1D + self.statistics(frames_FCHW)[:, None]
        x_FND = torch.cat([token_F1D, patches_FND + self.place], dim=1)
        for block, moving in zip(self.blocks, self.moving, strict=True):
            # Of the last block's tokens only the class token is read.
            asking = 1 if block is self.blocks[-1] else None
            x_FND = block(moving(x_FND), guides_1GD if self.guided else None, asking)
        read: Tensor = self.norm(x_FND[:, 0])
        return read
