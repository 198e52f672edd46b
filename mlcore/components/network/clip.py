"""CLIP's vision network as spatial encoder, guidance tokens after its patches."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import CLIPVisionConfig, CLIPVisionModel

from mlcore.components.network.config import EncoderConfig
from mlcore.components.network.spatial import SpatialEncoder

# CLIP's own normalisation (openai/CLIP, clip/clip.py, `_transform`).
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)

NEARLY_SHUT = 1e-3
"""Share of an own token's weight that a guidance token begins with. At 0 the gate's
logarithm has no gradient."""


class ClipViT(SpatialEncoder):
    """CLIP's class token, projected to the encoder's width.

    Guidance tokens are appended after the patches, without a place, before the first
    layer norm, as in the source's code; a gate weighs how much attention they may have.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.vision = CLIPVisionModel(CLIPVisionConfig(**dict(config.clip or {})))
        wide = self.vision.config.hidden_size
        self.guide = nn.Linear(config.dims, wide)
        self.narrow = nn.Linear(wide, config.dims)
        self.gate = nn.Parameter(torch.tensor(NEARLY_SHUT))
        self.guided = config.guided_encoder
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(3, 1, 1))

    def take_over(self, folder: Path) -> None:
        """Begin with CLIP's own weights. Raises ValueError where they do not fit."""
        try:
            self.vision.load_state_dict(_placed(folder).state_dict())
        except RuntimeError as error:
            raise ValueError(f"{folder} holds another CLIP: {error}") from None

    def forward(self, frames_FCHW: Tensor, guides_1GD: Tensor | None) -> Tensor:
        """Return (F, D)."""
        pixels = (frames_FCHW - self.mean) / self.deviation
        x_FND = self.vision.embeddings(pixels, interpolate_pos_encoding=True)
        weights = None
        if self.guided and guides_1GD is not None:
            own, guides = x_FND.shape[1], guides_1GD.shape[1]
            tokens = self.guide(guides_1GD).expand(len(x_FND), -1, -1)
            x_FND = torch.cat([x_FND, tokens.to(x_FND.dtype)], dim=1)
            shut = self.gate.abs().clamp_min(1e-8).log().expand(guides)
            weights = torch.cat([shut.new_zeros(own), shut])[None, None, None]
            weights = weights.expand(len(x_FND), 1, own + guides, -1).to(x_FND.dtype)
        x_FND = self.vision.pre_layrnorm(x_FND)
        seen = self.vision.encoder(inputs_embeds=x_FND, attention_mask=weights)
        token_FD = self.vision.post_layernorm(seen.last_hidden_state[:, 0])
        narrowed: Tensor = self.narrow(token_FD)
        return narrowed


def clip_config(folder: Path) -> dict[str, object]:
    """Return the config of a CLIP vision network placed in a folder.

    The folder holds config.json and model.safetensors of a CLIP or of its vision half.
    Raises ValueError, naming the folder, where it does not.
    """
    return dict(_placed(folder).config.to_diff_dict())


def _placed(folder: Path) -> CLIPVisionModel:
    try:
        found: Any = CLIPVisionModel.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ValueError(
            f"There is no CLIP vision network in {folder}: {error}"
        ) from None
    network: CLIPVisionModel = found[0]
    if lacking := sorted(found[1]["missing_keys"]):
        raise ValueError(f"{folder} lacks weights: {', '.join(lacking[:3])}")
    return network
