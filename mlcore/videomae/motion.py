"""Vectors of how clips move: alike for the same motion, however different it looks.

A pretrained encoder's own vectors say where which colours are before they say what moves.
A head over its tokens and over local velocities, and the encoder with it, learn from
pairs of clips that share their motion and nothing else.

B: pairs, T: frames, H, W: picture, N: cubes, D: width, E: length of a vector
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from mlcore.checkpoint import (
    Meaning,
    UnusableCheckpoint,
    halved,
    load,
    optimiser_tensors,
    prefixed,
    restore_optimiser,
    save,
    under,
)
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
from mlcore.videomae.velocities import Velocities

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
    velocities: bool = True
    """Whether the head is told local velocities beside the encoder's tokens"""
    easy: float = 0.5
    """Share of the steps over which fewer and fewer pairs share their looks too, from all
    to none: pairs that share motion alone are too hard to begin with"""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.easy <= 1:
            raise ValueError(f"easy is a share in 0..1, got {self.easy}")
        if self.steps < 1 or self.batch < 2 or self.rate <= 0 or self.embedding < 1:
            raise ValueError("learning motion needs steps, 2 pairs a batch and a rate")


class Pairs(Protocol):
    """Where pairs come from: mlcore.videomae.world."""

    def alike(
        self, clips: int, frames: int, seed: int, looks: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Return two batches (B, T, 3, H, W) uint8: one[b] moves as two[b].

        A share `looks` of them also looks alike.
        """


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


def contrast(one_BE: Tensor, two_BE: Tensor) -> Tensor:
    """Return the loss: of all clips of the other side, a clip's own partner is the nearest."""
    alike_BB = one_BE @ two_BE.T / TEMPERATURE
    own_B = torch.arange(len(one_BE), device=one_BE.device)
    return (cross_entropy(alike_BB, own_B) + cross_entropy(alike_BB.T, own_B)) / 2


@dataclass(frozen=True, kw_only=True)
class MotionKeeper:
    """Where a learning is kept, so that it goes on after a kill to the same losses."""

    path: Path
    every: float = 120.0
    """Seconds between two checkpoints"""

    def keep(
        self,
        learner: MotionEncoder,
        optimiser: torch.optim.Optimizer,
        config: MotionConfig,
        losses: list[float],
    ) -> None:
        """Write a checkpoint; the one before it is whole until then."""
        tensors = {
            **prefixed("learner", learner.state_dict()),
            **prefixed("optimiser", optimiser_tensors(optimiser, learner)),
        }
        save(self.path, tensors, {"motion": asdict(config), "losses": losses})

    def take_up(
        self,
        learner: MotionEncoder,
        optimiser: torch.optim.Optimizer,
        config: MotionConfig,
    ) -> list[float]:
        """Put a learning where its checkpoint was; return the losses until then.

        None is there: nothing happens. Raises UnusableCheckpoint for one that is broken or
        of another learning.
        """
        if not self.path.exists():
            return []
        tensors, meaning = load(self.path)
        if meaning.get("motion") != asdict(config):
            raise UnusableCheckpoint(f"{self.path} is of another learning.")
        try:
            learner.load_state_dict(under("learner", tensors))
            restore_optimiser(optimiser, learner, under("optimiser", tensors))
            return [float(each) for each in meaning["losses"]]
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise UnusableCheckpoint(f"{self.path}: {error}.") from error


def learn_motion(
    learner: MotionEncoder,
    pairs: Pairs,
    config: MotionConfig,
    device: torch.device,
    *,
    keeper: MotionKeeper | None = None,
    watch: Callable[[int, float], None] | None = None,
) -> list[float]:
    """Train head and encoder; return the loss of each step.

    It goes on from what `keeper` has, if anything. `watch` hears how many steps are done
    and the loss; what it raises ends the learning.
    """
    learner.to(device).train()
    groups = with_decay(learner.named_parameters(), config.decay)
    optimiser = torch.optim.AdamW(groups, lr=0.0)
    losses = keeper.take_up(learner, optimiser, config) if keeper else []
    kept = time.monotonic()
    for step in range(len(losses), config.steps):
        for group in optimiser.param_groups:
            group["lr"] = config.rate * cosine_rate(step / config.steps)
        loss = _loss(learner, pairs, config, step, device)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learner.parameters(), LONGEST)
        optimiser.step()
        losses.append(float(loss.item()))
        if keeper and time.monotonic() - kept > keeper.every:
            keeper.keep(learner, optimiser, config, losses)
            kept = time.monotonic()
        if watch:
            watch(step + 1, losses[-1])
    learner.eval()
    return losses


def _loss(
    learner: MotionEncoder,
    pairs: Pairs,
    config: MotionConfig,
    step: int,
    device: torch.device,
) -> Tensor:
    frames = learner.encoder.config.frames
    looks = max(0.0, 1 - step / max(1.0, config.easy * config.steps))
    seed = seed_of("pair", config.seed, step)
    pair = pairs.alike(config.batch, frames, seed, looks if config.easy else 0.0)
    with mixed_precision(device, wanted=gains_by_bfloat16(device)):
        one, two = learner(torch.cat(pair).to(device)).chunk(2)
    return contrast(one, two)


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
