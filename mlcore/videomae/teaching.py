"""How an encoder learns which clips move alike: pair after pair, by steps or by the clock.

B: pairs, T: frames, H, W: picture, E: length of a vector
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mlcore.checkpoint import (
    UnusableCheckpoint,
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
from mlcore.videomae.motion import MotionConfig, MotionEncoder
from mlcore.videomae.training import LONGEST

TEMPERATURE = 0.1
"""Of the contrast (SimCLR, arXiv 2002.05709, table 5)"""


class Pairs(Protocol):
    """Where pairs come from: mlcore.videomae.world."""

    def alike(
        self, clips: int, frames: int, seed: int, looks: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Return two batches (B, T, 3, H, W) uint8: one[b] moves as two[b].

        A share `looks` of them also looks alike.
        """


def contrast(one_BE: Tensor, two_BE: Tensor) -> Tensor:
    """Return the loss: of all clips of the other side, a clip's own partner is the nearest."""
    alike_BB = one_BE @ two_BE.T / TEMPERATURE
    own_B = torch.arange(len(one_BE), device=one_BE.device)
    return (cross_entropy(alike_BB, own_B) + cross_entropy(alike_BB.T, own_B)) / 2


@dataclass(kw_only=True)
class Learned:
    """How far a learning is."""

    losses: list[float]
    """Of each step"""
    seconds: float
    """That they took, without breaks"""


@dataclass(frozen=True, kw_only=True)
class MotionKeeper:
    """Where a learning is kept, so that it goes on after a kill to the same losses."""

    path: Path
    every: float = 120.0
    """Seconds between two checkpoints"""
    clock: Callable[[], float] = time.monotonic
    """Seconds, of which only differences count"""

    def keep(
        self,
        learner: MotionEncoder,
        optimiser: torch.optim.Optimizer,
        config: MotionConfig,
        so_far: Learned,
    ) -> None:
        """Write a checkpoint; the one before it is whole until then."""
        tensors = {
            **prefixed("learner", learner.state_dict()),
            **prefixed("optimiser", optimiser_tensors(optimiser, learner)),
        }
        save(self.path, tensors, {"motion": asdict(config), **asdict(so_far)})

    def take_up(
        self,
        learner: MotionEncoder,
        optimiser: torch.optim.Optimizer,
        config: MotionConfig,
    ) -> Learned:
        """Put a learning where its checkpoint was; return how far that is.

        None is there: nothing happens. Raises UnusableCheckpoint for one that is broken or
        of another learning.
        """
        if not self.path.exists():
            return Learned(losses=[], seconds=0.0)
        tensors, meaning = load(self.path)
        # Those of a time before minutes name none.
        if {"minutes": None, **(meaning.get("motion") or {})} != asdict(config):
            raise UnusableCheckpoint(f"{self.path} is of another learning.")
        try:
            learner.load_state_dict(under("learner", tensors))
            restore_optimiser(optimiser, learner, under("optimiser", tensors))
            return Learned(
                losses=[float(each) for each in meaning["losses"]],
                seconds=float(meaning.get("seconds", 0.0)),
            )
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
) -> Learned:
    """Train head and encoder; return the loss of each step, and what they took.

    It goes on from what `keeper` has, if anything, and by its clock. `watch` hears how many
    steps are done and the loss; what it raises ends the learning.
    """
    learner.to(device).train()
    groups = with_decay(learner.named_parameters(), config.decay)
    optimiser = torch.optim.AdamW(groups, lr=0.0)
    empty = Learned(losses=[], seconds=0.0)
    so_far = keeper.take_up(learner, optimiser, config) if keeper else empty
    clock = keeper.clock if keeper else time.monotonic
    kept = clock()
    began = kept - so_far.seconds
    while (done := config.done(len(so_far.losses), so_far.seconds)) < 1:
        loss = _loss(learner, pairs, config, len(so_far.losses), done)
        _descend(learner, optimiser, loss, config.rate * cosine_rate(done))
        so_far.losses.append(float(loss.item()))
        so_far.seconds = clock() - began
        if keeper and clock() - kept > keeper.every:
            keeper.keep(learner, optimiser, config, so_far)
            kept = clock()
        if watch:
            watch(len(so_far.losses), so_far.losses[-1])
    learner.eval()
    return so_far


def _descend(
    learner: MotionEncoder, optimiser: torch.optim.Optimizer, loss: Tensor, rate: float
) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(learner.parameters(), LONGEST)
    optimiser.step()


def _loss(
    learner: MotionEncoder, pairs: Pairs, config: MotionConfig, step: int, done: float
) -> Tensor:
    device = learner.query.device
    frames = learner.encoder.config.frames
    looks = max(0.0, 1 - done / config.easy) if config.easy else 0.0
    seed = seed_of("pair", config.seed, step)
    pair = pairs.alike(config.batch, frames, seed, looks)
    with mixed_precision(device, wanted=gains_by_bfloat16(device)):
        one, two = learner(torch.cat(pair).to(device)).chunk(2)
    return contrast(one, two)
