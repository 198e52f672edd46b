"""One pretraining: what it holds, and what a step does. Clips grow, it stays."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
from torch import nn

from mlcore.checkpoint import (
    Meaning,
    Tensors,
    optimiser_tensors,
    prefixed,
    restore_optimiser,
    under,
)
from mlcore.fit import World, gains_by_bfloat16, mixed_precision, with_decay
from mlcore.videomae.autoencoder import MaskedAutoencoder
from mlcore.videomae.batches import Batch
from mlcore.videomae.budget import of_clip

DECAY = 0.05
BETAS = (0.9, 0.95)
"""Weight decay and momenta of VideoMAE (arXiv 2203.12602, table 9)"""
LONGEST = 1.0
"""Gradients longer than this are shortened to it, as usual for transformers."""
PASSES = 3
"""A training step multiplies as much as three passes forward: one forward, and backward
once for the weights, once for what is before them. Pixels are before the embedding and
need nothing: one to three hundredths less, which is not taken off."""


@dataclass(kw_only=True)
class Meter:
    """What has been spent."""

    clips: int = 0
    frames: int = 0
    multiplied: int = 0
    """Multiply-adds of all steps, forward and backward"""
    seconds: float = 0.0
    """By the clock, all of it"""
    waited: float = 0.0
    """Seconds of them in which the network waited for clips"""

    def add(self, clips: int, frames: int, each: int) -> None:
        """Count a step on clips of so many frames and multiply-adds forward."""
        self.clips += clips
        self.frames += clips * frames
        self.multiplied += PASSES * clips * each

    @property
    def wait_share(self) -> float:
        """Share 0..1 of the time spent in waiting for clips."""
        return self.waited / self.seconds if self.seconds else 0.0


class Training:
    """An autoencoder with its optimiser, after `steps` steps."""

    def __init__(
        self,
        network: MaskedAutoencoder,
        device: torch.device,
        world: World | None = None,
        *,
        mixed: bool | None = None,
    ) -> None:
        """Train in bfloat16 if `mixed`; without saying, where the device gains by it."""
        self.network, self.device = network.to(device), device
        self.config = network.config
        self.world = world or World()
        self.mixed = gains_by_bfloat16(device) if mixed is None else mixed
        self.steps = 0
        self.meter = Meter()
        groups = with_decay(network.named_parameters(), DECAY)
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, betas=BETAS)

    def step(self, batch: Batch, rate: float) -> float:
        """Go one step down with this program's part of a batch; return everybody's loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        batch = batch.to(self.device)
        with mixed_precision(self.device, wanted=self.mixed):
            loss = self.network(batch.clips, batch.seen, batch.restored)
        self.optimiser.zero_grad()
        (loss / self.world.size).backward()
        self.world.sum_gradients(self.network.parameters())
        nn.utils.clip_grad_norm_(self.network.parameters(), LONGEST)
        self.optimiser.step()
        self.steps += 1
        frames = batch.clips.shape[1]
        many = len(batch.clips) * self.world.size
        self.meter.add(many, frames, of_clip(self.config, frames).all)
        return self.world.mean(float(loss.item()))

    def tensors(self) -> Tensors:
        """Return all that going on needs, as tensors."""
        return {
            **prefixed("network", self.network.state_dict()),
            **prefixed("optimiser", optimiser_tensors(self.optimiser, self.network)),
        }

    def meaning(self) -> Meaning:
        """Return what the tensors are, for JSON."""
        return {
            "steps": self.steps,
            "autoencoder": asdict(self.config),
            "mixed": self.mixed,
            "meter": asdict(self.meter),
        }

    def restore(self, tensors: Tensors, meaning: Meaning) -> None:
        """Go on where another training was. Raises ValueError when it was another one."""
        own: dict[str, Any] = self.meaning()
        kept = meaning["autoencoder"]
        for name, wanted in own["autoencoder"].items():
            if wanted != kept.get(name):
                raise ValueError(
                    "the checkpoint is of another architecture "
                    f"({name} {kept.get(name)}, asked for is {wanted})"
                )
        if own["mixed"] != meaning["mixed"]:
            raise ValueError("the checkpoint is of a training in other precision")
        self.network.load_state_dict(under("network", tensors))
        restore_optimiser(self.optimiser, self.network, under("optimiser", tensors))
        self.steps = int(meaning["steps"])
        known = {each.name: meaning["meter"][each.name] for each in fields(Meter)}
        self.meter = Meter(**known)
