"""Stable unCLIP as large as it is published, its weights drawn at random.

What it makes is noise; time and memory are those of the published weights. Sizes are those
in the configs of stabilityai/stable-diffusion-2-1-unclip.
"""

from dataclasses import replace
from types import SimpleNamespace

import torch
from diffusers import AutoencoderKL, DDIMScheduler, DDPMScheduler, UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import (
    StableUnCLIPImageNormalizer,
)
from torch import Tensor, nn
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from mlcore.editing.backends.unclip import CONFIG, SEED, UnclipDenoiser
from mlcore.editing.edit import GuidedEdit
from mlcore.editing.network.inflation import inflate
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.regions import RegionConfig

WORDS, LONGEST = 49408, 77
"""Of CLIP's tokenizer, whose file is not here: each word is some number below"""


def published(device: torch.device, pixels: int, tuning: TuningConfig) -> GuidedEdit:
    """Return the back-end, with frames of so many pixels a side at most."""
    torch.manual_seed(SEED)
    with torch.device(device):
        parts = SimpleNamespace(
            unet=_unet(),
            vae=_vae(),
            text_encoder=CLIPTextModel(_words()),
            image_encoder=CLIPVisionModelWithProjection(_eyes()),
            image_normalizer=StableUnCLIPImageNormalizer(embedding_dim=1024),
        )
    parts.tokenizer = _Numbers()
    parts.feature_extractor = SimpleNamespace(
        crop_size={"height": 224, "width": 224},
        image_mean=[0.481, 0.458, 0.408],
        image_std=[0.269, 0.261, 0.276],
    )
    parts.image_noising_scheduler = DDPMScheduler(beta_schedule="squaredcos_cap_v2")
    parts.scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
    )
    denoiser = (
        UnclipDenoiser(parts).to(device).eval().requires_grad_(requires_grad=False)
    )
    inflate(denoiser.unet, torch.Generator().manual_seed(SEED))
    # What an untrained network's differences mean is nothing: some are let through.
    finding = RegionConfig(threshold=1.05, floor=0.0)
    config = replace(CONFIG, tuning=tuning, regions=finding, longest=pixels)
    return GuidedEdit(denoiser, config, name="unclip, drawn at random")


class _Numbers:
    """A tokenizer that reads a number into each letter: as many as CLIP's, padded."""

    model_max_length = LONGEST

    def __call__(self, prompt: str, **_: object) -> SimpleNamespace:
        read = [ord(letter) % WORDS for letter in prompt[:LONGEST]]
        padded: Tensor = torch.tensor([read + [0] * (LONGEST - len(read))])
        return SimpleNamespace(input_ids=padded)


def _unet() -> nn.Module:
    unet: nn.Module = UNet2DConditionModel(
        sample_size=96,
        block_out_channels=(320, 640, 1280, 1280),
        # diffusers' name for the number of heads
        attention_head_dim=(5, 10, 20, 20),
        cross_attention_dim=1024,
        use_linear_projection=True,
        class_embed_type="projection",
        projection_class_embeddings_input_dim=2048,
    )
    return unet


def _vae() -> nn.Module:
    vae: nn.Module = AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=2,
        latent_channels=4,
    )
    return vae


def _words() -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=WORDS,
        hidden_size=1024,
        intermediate_size=4096,
        num_hidden_layers=23,
        num_attention_heads=16,
        hidden_act="gelu",
    )


def _eyes() -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=1280,
        intermediate_size=5120,
        num_hidden_layers=32,
        num_attention_heads=16,
        patch_size=14,
        projection_dim=1024,
        hidden_act="gelu",
    )
