"""The toy world's denoiser: an unCLIP-class network on pixels, of a few million parameters.

B: pictures, L: words, E: length of an embedding
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from mlcore.editing.network.denoiser import Condition, Denoiser
from mlcore.editing.network.eyes import Eyes
from mlcore.editing.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class ToyConfig:
    """The network's shape; without given values, what trains on a processor."""

    size: int = 32
    """Height and width of the pictures it is trained on"""
    patch: int = 2
    """Pixels a side that the network takes as one place, of which there are a quarter"""
    channels: tuple[int, int, int] = (48, 64, 96)
    layers: int = 1
    """Convolutional blocks at each size of the picture"""
    heads: int = 4
    groups: int = 16
    """Of channels that are normalised together"""
    embedding: int = 64
    """E"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        if self.size % (4 * self.patch):
            raise ValueError(
                f"{self.size} pixels in patches of {self.patch} cannot be halved twice"
            )
        if any(each % self.groups or each % self.heads for each in self.channels):
            raise ValueError(
                f"{self.groups} groups or {self.heads} heads do not share {self.channels} evenly"
            )


class ToyDenoiser(Denoiser):
    """Latents are pixels, -1..1."""

    def __init__(self, config: ToyConfig, chance: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.eyes = Eyes(config.embedding, chance)
        self.unet = _unet(config, chance)
        # The linear schedule of DDPM (arXiv 2006.11239), made for pixels. What is foreseen
        # is v: where nearly all is noise, an error of the noise is a large one of colours.
        self.schedule = Schedule.of(
            DDIMScheduler(
                beta_start=1e-4,
                beta_end=0.02,
                beta_schedule="linear",
                prediction_type="v_prediction",
            ).config
        )

    def said(
        self, z_TChw: Tensor, step: Tensor, tokens_TLD: Tensor, picture_TP: Tensor
    ) -> Tensor:
        """Return (T, C, h, w): the network's answer, which it gives patch by patch."""
        patches = pixel_unshuffle(z_TChw, self.config.patch)
        answer = super().said(patches, step, tokens_TLD, picture_TP)
        return pixel_shuffle(answer, self.config.patch)

    def encode(self, frames_T3HW: Tensor) -> Tensor:
        """Return the same pixels, -1..1."""
        return frames_T3HW * 2 - 1

    def decode(self, latents_TChw: Tensor) -> Tensor:
        """Return the same pixels, 0..1."""
        return ((latents_TChw + 1) / 2).clamp(0, 1)

    @torch.no_grad()
    def condition(self, prompt: str, picture_3HW: Tensor | None) -> Condition:
        """Return what is meant. Raises UnknownWord."""
        tokens_1LE = self.eyes.tokens([prompt])
        if picture_3HW is None:
            seen = torch.zeros_like(tokens_1LE[:, 0])
        else:
            seen = self.eyes.embed(picture_3HW[None].to(tokens_1LE.device))
        return Condition(tokens_1LE, self.scaled(seen))

    @property
    def grain(self) -> int:
        """It halves patches twice, its eyes halve a picture four times."""
        return math.lcm(16, 4 * self.config.patch)

    def scaled(self, seen_BE: Tensor) -> Tensor:
        """Return embeddings whose numbers vary by about 1, as a network likes them."""
        return seen_BE * float(self.config.embedding**0.5)

    def loss(
        self,
        frames_B3HW: Tensor,
        tokens_BLE: Tensor,
        seen_BE: Tensor,
        chance: torch.Generator,
    ) -> Tensor:
        """Return how far what it says of noisy frames is from what it should say."""
        steps = len(self.schedule.alphas)
        device = frames_B3HW.device
        # One step of each equal part, which varies less than steps drawn apart.
        many = len(frames_B3HW)
        spread = torch.arange(many) + torch.rand(many, generator=chance)
        at_B = (spread / many * steps).long().clamp(max=steps - 1)
        eps = torch.randn(frames_B3HW.shape, generator=chance).to(device)
        x0, at_B = self.encode(frames_B3HW), at_B.to(device)
        z = self.schedule.noisy(x0, eps, at_B)
        said = self.said(z, at_B, tokens_BLE, self.scaled(seen_BE))
        return nn.functional.mse_loss(said.float(), self.schedule.aim(x0, eps, at_B))


def without_some(
    tokens_BLE: Tensor, seen_BE: Tensor, empty_LE: Tensor, dropped: Sequence[bool]
) -> tuple[Tensor, Tensor]:
    """Return conditions of which some say nothing: what guidance is learned from."""
    gone = torch.tensor(dropped, device=seen_BE.device)[:, None]
    return (
        torch.where(gone[..., None], empty_LE, tokens_BLE),
        torch.where(gone, torch.zeros_like(seen_BE), seen_BE),
    )


def _unet(config: ToyConfig, chance: torch.Generator) -> UNet2DConditionModel:
    # diffusers draws weights from torch's own generator, which is left as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**31, (), generator=chance)))
        return UNet2DConditionModel(
            sample_size=config.size // config.patch,
            in_channels=3 * config.patch**2,
            out_channels=3 * config.patch**2,
            block_out_channels=config.channels,
            layers_per_block=config.layers,
            norm_num_groups=config.groups,
            down_block_types=(
                "DownBlock2D",
                "CrossAttnDownBlock2D",
                "CrossAttnDownBlock2D",
            ),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=config.embedding,
            # diffusers' name for the number of heads
            attention_head_dim=config.heads,
            class_embed_type="projection",
            projection_class_embeddings_input_dim=config.embedding,
        )
