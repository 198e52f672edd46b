"""The source's back-end: Stable unCLIP, inflated, from weights placed in a folder.

Takes what diffusers' StableUnCLIPImg2ImgPipeline is saved as, such as
stable-diffusion-2-1-unclip-small. The pipeline's own loop is not used: it makes single
pictures from noise.

T: frames, C, h, w: latents, L: words, D: width of a word, P: twice a picture's embedding
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from mlcore.editing.backends.placed import pipeline_in, usable
from mlcore.editing.edit import GuidedEdit
from mlcore.editing.network.denoiser import Condition, Denoiser
from mlcore.editing.network.inflation import inflate
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.order import Impossible, Waiting
from mlcore.editing.prepared import EditConfig
from mlcore.editing.schedule import Schedule
from mlcore.editing.stages import Shelf

PIPELINE = "StableUnCLIPImg2ImgPipeline"
SEED = 0
"""Of what inflation draws: the same for all edits"""
CONFIG = EditConfig(
    tuning=TuningConfig(sparing=True), at_once=8, overlap=2, longest=768
)
"""Tuning and frames at once as Make-A-Protagonist has them for this network"""


class UnclipDenoiser(Denoiser):
    """Stable unCLIP's network, VAE, text encoder and CLIP eyes."""

    def __init__(self, pipeline: Any) -> None:
        super().__init__()
        self.unet, self.vae = pipeline.unet, pipeline.vae
        self.text_encoder: nn.Module = pipeline.text_encoder
        self.eyes: nn.Module = pipeline.image_encoder
        self.normal: Any = pipeline.image_normalizer
        self.tokenizer: Any = pipeline.tokenizer
        self.processor: Any = pipeline.feature_extractor
        self.noising: Any = pipeline.image_noising_scheduler
        self.schedule = Schedule.of(pipeline.scheduler.config)
        _check(self.unet, self.eyes)

    @torch.no_grad()
    def encode(self, frames_T3HW: Tensor) -> Tensor:
        """Return latents (T, C, h, w), frame by frame: the VAE needs most of the memory."""
        scale = self.vae.config.scaling_factor
        like = next(self.vae.parameters())
        return torch.cat(
            [
                self.vae.encode((frame[None] * 2 - 1).to(like)).latent_dist.mode()
                * scale
                for frame in frames_T3HW
            ]
        )

    @torch.no_grad()
    def decode(self, latents_TChw: Tensor) -> Tensor:
        """Return frames (T, 3, H, W) 0..1."""
        scale = self.vae.config.scaling_factor
        made = [self.vae.decode(each[None] / scale).sample for each in latents_TChw]
        return ((torch.cat(made).float() + 1) / 2).clamp(0, 1)

    @torch.no_grad()
    def condition(self, prompt: str, picture_3HW: Tensor | None) -> Condition:
        """Return what is meant; a prompt beyond the longest is cut off, as CLIP's are."""
        device = next(self.unet.parameters()).device
        read = self.tokenizer(
            prompt,
            padding="max_length",
            max_length=self.tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        # Stable Diffusion 2 was trained without the mask of what is padding.
        tokens_1LD = self.text_encoder(read.input_ids.to(device))[0]
        if picture_3HW is None:
            wide = self.unet.config.projection_class_embeddings_input_dim
            return Condition(tokens_1LD, tokens_1LD.new_zeros(1, wide))
        return Condition(tokens_1LD, self._seen(picture_3HW.to(device)))

    @property
    def grain(self) -> int:
        """The VAE and the network halve a picture again and again."""
        halved = len(self.vae.config.block_out_channels) - 1
        return int(2 ** (halved + len(self.unet.config.down_block_types) - 1))

    def _seen(self, picture_3HW: Tensor) -> Tensor:
        """(1, P): CLIP's embedding at noise level 0, and that level.

        As diffusers' `noise_image_embeddings`, but without its chance: the noise of level 0
        is left out, the level is told.
        """
        like = next(self.eyes.parameters())
        seen_1E = self.eyes(
            _for_clip(picture_3HW, self.processor).to(like)
        ).image_embeds
        level = torch.zeros(1, dtype=torch.long, device=seen_1E.device)
        still = torch.zeros_like(seen_1E)
        normal = self.normal.to(seen_1E.device)
        scaled = normal.scale(seen_1E)
        noised = normal.unscale(self.noising.add_noise(scaled, still, level))
        return torch.cat([noised, _level(seen_1E)], dim=1)


def load_unclip(
    folder: Path,
    device: torch.device | str = "cpu",
    *,
    config: EditConfig = CONFIG,
    shelf: Shelf | None = None,
    dtype: torch.dtype = torch.float32,
    told: Waiting | None = None,
) -> GuidedEdit:
    """Return the back-end with the weights in a folder.

    In float32 by default: tuning in half precision loses steps of this rate. Raises
    Impossible where the folder does not hold such weights; `told` may end the loading.
    """
    pipeline = pipeline_in(folder, PIPELINE, dtype, torch.device(device), told)
    with usable(folder):
        denoiser = UnclipDenoiser(pipeline).eval().requires_grad_(requires_grad=False)
        inflate(denoiser.unet, torch.Generator().manual_seed(SEED))
        return GuidedEdit(denoiser, config, name="unclip", shelf=shelf)


def _check(unet: Any, eyes: Any) -> None:
    kind = unet.config.class_embed_type
    wide = unet.config.projection_class_embeddings_input_dim
    if kind != "projection" or wide != 2 * eyes.config.projection_dim:
        raise Impossible(
            "these weights take no picture beside the prompt: wanted is a Stable unCLIP, "
            f"whose class embedding is a projection of {2 * eyes.config.projection_dim} numbers"
        )


def _for_clip(picture_3HW: Tensor, processor: Any) -> Tensor:
    """(1, 3, h, w): cut to a square in the middle, sized and normalised as CLIP's are."""
    side = min(picture_3HW.shape[1:])
    top, left = ((length - side) // 2 for length in picture_3HW.shape[1:])
    square = picture_3HW[:, top : top + side, left : left + side]
    size = (processor.crop_size["height"], processor.crop_size["width"])
    sized = interpolate(square[None], size, mode="bicubic", antialias=True).clamp(0, 1)
    mean, deviation = (
        torch.tensor(each, device=sized.device).view(3, 1, 1)
        for each in (processor.image_mean, processor.image_std)
    )
    normal: Tensor = (sized - mean) / deviation
    return normal


def _level(like_1E: Tensor) -> Tensor:
    """(1, E): noise level 0 as sines and cosines: cosines first, as diffusers has it."""
    half = like_1E.shape[1] // 2
    return torch.cat(
        [like_1E.new_ones(1, half), like_1E.new_zeros(1, like_1E.shape[1] - half)],
        dim=1,
    )
