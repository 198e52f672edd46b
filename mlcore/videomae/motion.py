"""Vectors of how clips move: alike for the same motion, however different it looks.

A pretrained encoder's own vectors say where which colours are before they say what moves.
A head over its tokens, and the encoder with it, learn from pairs of clips that share
their motion and nothing else.

B: pairs, T: frames, H, W: picture, N: cubes, D: width, E: length of a vector
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from mlcore.checkpoint import Meaning, UnusableCheckpoint, halved, load, save
from mlcore.fit import (
    cosine_rate,
    gains_by_bfloat16,
    mixed_precision,
    seed_of,
    with_decay,
)
from mlcore.nn import Attention, begin_weights
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.encoder import ClipEncoder
from mlcore.videomae.training import LONGEST

FAMILY, FORMAT = "motion encoder", 1
TEMPERATURE = 0.1
"""Of the contrast (SimCLR, arXiv 2002.05709, table 5)"""


@dataclass(frozen=True, kw_only=True)
class MotionConfig:
    """How it learns."""

    steps: int = 2000
    batch: int = 32
    """Pairs a step"""
    rate: float = 3e-4
    decay: float = 0.05
    embedding: int = 128
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 2 or self.rate <= 0 or self.embedding < 1:
            raise ValueError("learning motion needs steps, 2 pairs a batch and a rate")


class Pairs(Protocol):
    """Where pairs come from: mlcore.videomae.world."""

    def alike(self, clips: int, frames: int, seed: int) -> tuple[Tensor, Tensor]:
        """Return two batches (B, T, 3, H, W) uint8: one[b] moves as two[b]."""


class MotionEncoder(nn.Module):
    """Clips (B, T, 3, H, W) to vectors (B, E) of length 1."""

    def __init__(self, encoder: ClipEncoder, embedding: int) -> None:
        super().__init__()
        dims = encoder.config.dims
        self.encoder, self.embedding = encoder, embedding
        self.query = nn.Parameter(torch.zeros(1, 1, dims))
        self.look = Attention(dims, encoder.config.heads)
        self.norm = nn.LayerNorm(dims)
        self.widen = nn.Linear(dims, 2 * dims)
        self.out = nn.Linear(2 * dims, embedding)

    def forward(self, clips_BTCHW: Tensor) -> Tensor:
        """Return (B, E), each row of length 1."""
        tokens_BND = self.encoder(clips_BTCHW)
        asked_B1D = self.query.expand(len(tokens_BND), -1, -1)
        found_BD = self.norm(self.look(asked_B1D, tokens_BND)[:, 0])
        vectors: Tensor = self.out(nn.functional.gelu(self.widen(found_BD)))
        return normalize(vectors.float(), dim=1)


def new_motion_encoder(encoder: ClipEncoder, config: MotionConfig) -> MotionEncoder:
    """Return an encoder as it is, under an untrained head."""
    chance = torch.Generator().manual_seed(seed_of("head", config.seed))
    made = MotionEncoder(encoder, config.embedding)
    for each in (made.look, made.widen, made.out):
        begin_weights(each, chance)
    nn.init.trunc_normal_(made.query, std=0.02, generator=chance)
    return made


def contrast(one_BE: Tensor, two_BE: Tensor) -> Tensor:
    """Return the loss: of all clips of the other side, a clip's own partner is the nearest."""
    alike_BB = one_BE @ two_BE.T / TEMPERATURE
    own_B = torch.arange(len(one_BE), device=one_BE.device)
    return (cross_entropy(alike_BB, own_B) + cross_entropy(alike_BB.T, own_B)) / 2


def learn_motion(
    learner: MotionEncoder,
    pairs: Pairs,
    config: MotionConfig,
    device: torch.device,
) -> list[float]:
    """Train head and encoder; return the loss of each step."""
    learner.to(device).train()
    frames = learner.encoder.config.frames
    groups = with_decay(learner.named_parameters(), config.decay)
    optimiser = torch.optim.AdamW(groups, lr=0.0)
    mixed, losses = gains_by_bfloat16(device), []
    for step in range(config.steps):
        pair = pairs.alike(config.batch, frames, seed_of("pair", config.seed, step))
        for group in optimiser.param_groups:
            group["lr"] = config.rate * cosine_rate(step / config.steps)
        with mixed_precision(device, wanted=mixed):
            one, two = learner(torch.cat(pair).to(device)).chunk(2)
        loss = contrast(one, two)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learner.parameters(), LONGEST)
        optimiser.step()
        losses.append(float(loss.item()))
    learner.eval()
    return losses


def found_first(one_BE: Tensor, two_BE: Tensor) -> float:
    """Return the share 0..1 of clips whose nearest of the other side is their partner."""
    alike = normalize(one_BE.float()) @ normalize(two_BE.float()).T
    return float((alike.argmax(1) == torch.arange(len(alike))).float().mean().item())


def save_motion_encoder(learner: MotionEncoder, path: Path, known: Meaning) -> None:
    """Write weights as float16, and what is known."""
    said = {
        "family": FAMILY,
        "format": FORMAT,
        "autoencoder": asdict(learner.encoder.config),
        "embedding": learner.embedding,
    }
    save(path, halved(learner.state_dict()), {**known, **said})


def load_motion_encoder(
    path: Path, device: torch.device | str = "cpu"
) -> tuple[MotionEncoder, Meaning]:
    """Return what `save_motion_encoder` wrote. Raises UnusableCheckpoint."""
    tensors, meaning = load(path, device)
    if (meaning.get("family"), meaning.get("format")) != (FAMILY, FORMAT):
        raise UnusableCheckpoint(f"{path} holds no {FAMILY} of this version.")
    try:
        config = AutoencoderConfig(**meaning["autoencoder"])
        learner = MotionEncoder(ClipEncoder(config), int(meaning["embedding"]))
        learner.load_state_dict({name: each.float() for name, each in tensors.items()})
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise UnusableCheckpoint(f"{path} holds no {FAMILY}: {error}.") from error
    return learner.to(device).eval(), meaning
