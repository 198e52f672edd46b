"""One training of the toy denoiser: first its eyes, then the network that they lead.

B: scenes in a batch
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from mlcore.checkpoint import (
    Meaning,
    Tensors,
    optimiser_tensors,
    prefixed,
    restore_optimiser,
    under,
)
from mlcore.editing.network.toy import ToyDenoiser, without_some
from mlcore.editing.world import EditingWorld, Scenes
from mlcore.fit import (
    Average,
    cosine_rate,
    gains_by_bfloat16,
    mixed_precision,
    seed_of,
    with_decay,
)

LONGEST = 1.0
"""Gradients longer than this are shortened to it, as usual for transformers."""


@dataclass(frozen=True, kw_only=True)
class LearningConfig:
    """How the toy denoiser learns."""

    seed: int = 0
    batch: int = 32
    """B"""
    rate: float = 6e-4
    eyes_rate: float = 1e-3
    eyes_steps: int = 800
    """Steps in which the eyes learn, before and apart from the rest"""
    decay: float = 0.01
    average: float = 0.999
    dropped: float = 0.1
    """Share of scenes of which nothing is said (Ho and Salimans, arXiv 2207.12598)"""
    warm: float = 0.02

    def __post_init__(self) -> None:
        if self.batch < 2 or self.eyes_steps < 1:
            raise ValueError("a batch needs two scenes, and the eyes a step")


class Training:
    """A denoiser with its average and optimiser, after `steps` steps."""

    def __init__(
        self, denoiser: ToyDenoiser, config: LearningConfig, device: torch.device
    ) -> None:
        self.config, self.device = config, device
        self.denoiser = denoiser.to(device)
        self.halves = gains_by_bfloat16(device)
        self.world = EditingWorld(size=denoiser.config.size, device=device)
        self.average = Average(denoiser, config.average)
        self.steps = 0
        eyes, rest = denoiser.eyes.named_parameters(), denoiser.unet.named_parameters()
        self.optimiser = torch.optim.AdamW(
            with_decay(eyes, config.decay, highest=config.eyes_rate)
            + with_decay(rest, config.decay, highest=config.rate),
            lr=0.0,
        )

    def step(self, done: float) -> float:
        """Go one step down, `done` 0..1 of the way; return the loss.

        What is drawn hangs on the seed and the number of the step alone.
        """
        c = self.config
        chance = torch.Generator().manual_seed(seed_of("editing", c.seed, self.steps))
        seeing = self.steps < c.eyes_steps
        through = self.steps / c.eyes_steps if seeing else done
        for group in self.optimiser.param_groups:
            group["lr"] = group["highest"] * cosine_rate(through, c.warm)
        scenes = self.world.draw(c.batch, 2, chance)
        self.optimiser.zero_grad(set_to_none=True)
        loss = self._seen(scenes, chance) if seeing else self._noise(scenes, chance)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.denoiser.parameters(), LONGEST)
        self.optimiser.step()
        # Counted anew for the network: when the eyes are done it is where it began.
        since = self.steps if seeing else self.steps - c.eyes_steps
        self.average.follow(self.denoiser, since)
        self.steps += 1
        return float(loss.item())

    def _seen(self, scenes: Scenes, chance: torch.Generator) -> Tensor:
        """Pictures and frames named among all prompts of the batch."""
        prompts = sorted(set(scenes.things.prompts))
        right = torch.tensor([prompts.index(each) for each in scenes.things.prompts])
        pictures = self.world.pictures(scenes.things, chance)
        both = torch.cat([pictures, scenes.frames[:, 0]])
        return self.denoiser.eyes.contrast(
            both, right.repeat(2).to(self.device), prompts
        )

    def _noise(self, scenes: Scenes, chance: torch.Generator) -> Tensor:
        """Frames denoised, led by a picture of the thing or by another frame."""
        B = len(scenes.frames)
        pictures = self.world.pictures(scenes.things, chance)
        by_frame = (torch.rand(B, 1, 1, 1, generator=chance) < 0.5).to(self.device)
        led_by = torch.where(by_frame, scenes.frames[:, 1], pictures)
        eyes = self.denoiser.eyes
        with torch.no_grad():
            seen = eyes.embed(led_by)
            tokens, empty = eyes.tokens(scenes.things.prompts), eyes.tokens([""])[0]
        dropped = torch.rand(B, generator=chance) < self.config.dropped
        tokens, seen = without_some(tokens, seen, empty, dropped.tolist())
        frames = scenes.frames[:, 0]
        with mixed_precision(self.device, wanted=self.halves):
            return self.denoiser.loss(frames, tokens, seen, chance)

    def tensors(self) -> Tensors:
        """Return all that going on needs, as tensors."""
        return {
            **prefixed("denoiser", self.denoiser.state_dict()),
            **prefixed("average", self.average.network.state_dict()),
            **prefixed("optimiser", optimiser_tensors(self.optimiser, self.denoiser)),
        }

    def meaning(self) -> Meaning:
        """Return what the tensors are, for JSON."""
        config = asdict(self.denoiser.config)
        return {
            "steps": self.steps,
            "denoiser": {**config, "channels": list(config["channels"])},
            "learning": asdict(self.config),
        }

    def restore(self, tensors: Tensors, meaning: Meaning) -> None:
        """Go on where another training of the same meaning was.

        Raises ValueError when it was another training.
        """
        own = self.meaning()
        for name in ("denoiser", "learning"):
            if own[name] != meaning.get(name):
                raise ValueError(f"the checkpoint is of a training with other {name}")
        self.denoiser.load_state_dict(under("denoiser", tensors))
        self.average.network.load_state_dict(under("average", tensors))
        restore_optimiser(self.optimiser, self.denoiser, under("optimiser", tensors))
        self.steps = int(meaning["steps"])
