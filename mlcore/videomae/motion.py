"""Vectors of how clips move: alike for the same motion, however different it looks.

A pretrained encoder's own vectors say where which colours are before they say what moves.
A head over its tokens and over local velocities, and the encoder with it, learn from
pairs of clips that share their motion and nothing else (teaching.py).

B: pairs, T: frames, H, W: picture, N: cubes, D: width, E: length of a vector
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from mlcore.checkpoint import Meaning, UnusableCheckpoint, halved, load, save
from mlcore.fit import seed_of
from mlcore.nn import Attention, begin_weights
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.encoder import ClipEncoder
from mlcore.videomae.velocities import Velocities

FAMILY, FORMAT = "motion encoder", 1


@dataclass(frozen=True, kw_only=True)
class MotionConfig:
    """How it learns."""

    steps: int = 2000
    minutes: float | None = None
    """That it takes instead of steps"""
    batch: int = 32
    """Pairs a step"""
    rate: float = 3e-4
    decay: float = 0.05
    embedding: int = 128
    velocities: bool = True
    """Whether the head is told local velocities beside the encoder's tokens"""
    easy: float = 0.5
    """Share of the learning over which fewer and fewer pairs share their looks too, from all
    to none: pairs that share motion alone are too hard to begin with"""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.easy <= 1:
            raise ValueError(f"easy is a share in 0..1, got {self.easy}")
        if self.steps < 1 or self.batch < 2 or self.rate <= 0 or self.embedding < 1:
            raise ValueError("learning motion needs steps, 2 pairs a batch and a rate")
        if self.minutes is not None and self.minutes <= 0:
            raise ValueError(
                f"learning motion needs minutes above 0, got {self.minutes}"
            )

    def done(self, steps: int, seconds: float) -> float:
        """Return which share of it is done, from 0; at 1 it ends."""
        if self.minutes is None:
            return steps / self.steps
        return seconds / (60 * self.minutes)


class MotionEncoder(nn.Module):
    """Clips (B, T, 3, H, W) to vectors (B, E) of length 1."""

    def __init__(
        self, encoder: ClipEncoder, embedding: int, *, velocities: bool
    ) -> None:
        super().__init__()
        dims = encoder.config.dims
        self.encoder, self.embedding = encoder, embedding
        self.query = nn.Parameter(torch.zeros(1, 1, dims))
        self.look = Attention(dims, encoder.config.heads)
        self.velocities = Velocities(dims) if velocities else None
        self.norm = nn.LayerNorm(dims)
        self.widen = nn.Linear(dims, 2 * dims)
        self.out = nn.Linear(2 * dims, embedding)
        # Without it all vectors soon are one: the loss stays at the logarithm of the batch.
        self.even = nn.BatchNorm1d(embedding, affine=False)

    def forward(self, clips_BTCHW: Tensor) -> Tensor:
        """Return (B, E), each row of length 1."""
        tokens_BND = self.encoder(clips_BTCHW)
        asked_B1D = self.query.expand(len(tokens_BND), -1, -1)
        found_BD = self.look(asked_B1D, tokens_BND)[:, 0]
        if self.velocities is not None:
            found_BD = found_BD + self.velocities(clips_BTCHW)
        widened = nn.functional.gelu(self.widen(self.norm(found_BD)))
        vectors: Tensor = self.out(widened)
        return normalize(self.even(vectors.float()), dim=1)

    def shape(self) -> Meaning:
        """Return what is needed to make another like it, beside its encoder's config."""
        velocities = self.velocities is not None
        return {"embedding": self.embedding, "velocities": velocities}


def shape_of(meaning: Meaning) -> dict[str, Any]:
    """Return what `shape` wrote down; files from before velocities were told have none."""
    return {
        "embedding": int(meaning["embedding"]),
        "velocities": bool(meaning.get("velocities", False)),
    }


def new_motion_encoder(encoder: ClipEncoder, config: MotionConfig) -> MotionEncoder:
    """Return an encoder as it is, under an untrained head."""
    chance = torch.Generator().manual_seed(seed_of("head", config.seed))
    made = MotionEncoder(encoder, config.embedding, velocities=config.velocities)
    for each in (made.look, made.widen, made.out):
        begin_weights(each, chance)
    nn.init.trunc_normal_(made.query, std=0.02, generator=chance)
    if made.velocities is not None:
        begin_weights(made.velocities, chance)
    return made


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
        **learner.shape(),
    }
    save(path, halved(learner.state_dict()), {**known, **said})


def load_learner(learner: MotionEncoder, tensors: Mapping[str, Tensor]) -> None:
    """Put kept weights in. Raises RuntimeError where they are of another shape.

    Those of a time before vectors were evened stay as they were.
    """
    own = {name: each for name, each in learner.state_dict().items() if "even." in name}
    kept = {
        name: each.to(own.get(name, each.float()).dtype)
        for name, each in tensors.items()
    }
    learner.load_state_dict({**own, **kept})


def load_motion_encoder(
    path: Path, device: torch.device | str = "cpu"
) -> tuple[MotionEncoder, Meaning]:
    """Return what `save_motion_encoder` wrote. Raises UnusableCheckpoint."""
    tensors, meaning = load(path, device)
    if (meaning.get("family"), meaning.get("format")) != (FAMILY, FORMAT):
        raise UnusableCheckpoint(f"{path} holds no {FAMILY} of this version.")
    try:
        config = AutoencoderConfig(**meaning["autoencoder"])
        learner = MotionEncoder(ClipEncoder(config), **shape_of(meaning))
        load_learner(learner, tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise UnusableCheckpoint(f"{path} holds no {FAMILY}: {error}.") from error
    return learner.to(device).eval(), meaning
