"""How good a pretraining was: the loss on clips kept out, and what labels make of it.

N: clips, T: frames, H, W: picture
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from mlcore.fit import gains_by_bfloat16, mixed_precision, seed_of
from mlcore.videomae.autoencoder import MaskedAutoencoder
from mlcore.videomae.cubes import tube_masks
from mlcore.videomae.encoder import ClipEncoder
from mlcore.videomae.finetune import Tuning, accuracy, classified, finetune
from mlcore.videomae.probe import (
    Labelled,
    attentive_probe,
    linear_probe,
    neighbour_probe,
    tokens_of,
)
from mlcore.videomae.views import Views
from mlcore.videomae.world import MotionWorld

BATCH = 32


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """Clips of the longest length that no training sees, always under the same masks."""

    clips: Tensor
    """(N, T, 3, H, W) uint8"""
    seed: int = 0

    @torch.no_grad()
    def loss(self, network: MaskedAutoencoder, device: torch.device) -> float:
        """Return the mean loss of restoring everything that is masked."""
        # All of it, also of a network that restores half in training.
        whole = replace(network.config, decoded=1.0)
        slices = whole.slices(self.clips.shape[1])
        total = 0.0
        for number, clips in enumerate(torch.split(self.clips, BATCH)):
            chance = torch.Generator().manual_seed(
                seed_of("held out", self.seed, number)
            )
            seen, restored = tube_masks(whole, len(clips), slices, chance)
            with mixed_precision(device, wanted=gains_by_bfloat16(device)):
                found = network(clips.to(device), seen.to(device), restored.to(device))
            total += float(found.item()) * len(clips)
        return total / len(self.clips)


@dataclass(frozen=True, kw_only=True)
class Exam:
    """Labelled clips of which way a thing goes: to learn from, and to be asked."""

    known: Tensor
    """(N, T, 3, H, W) uint8"""
    known_labels: Tensor
    asked: Tensor
    """(N, T x moments of `views`, 3, H, W) uint8"""
    asked_labels: Tensor
    views: Views = field(default_factory=Views)
    """Of those that are asked; a fine-tuned network's answer is the mean over them"""

    def fine_tuned(
        self, encoder: ClipEncoder, labels: int, tuning: Tuning, device: torch.device
    ) -> float:
        """Return the accuracy 0..1 after fine-tuning on the first so many labels."""
        learner = finetune(
            encoder, self.known[:labels], self.known_labels[:labels], tuning, device
        )
        said = classified(learner, self.views.of(self.asked), device)
        return accuracy(said, self.asked_labels)

    def probed(
        self, encoder: ClipEncoder, device: torch.device, *, steps: int = 600
    ) -> Mapping[str, float]:
        """Return the accuracy 0..1 of each probe of the frozen encoder."""
        known = tokens_of(encoder, self.known, device)
        asked = tokens_of(encoder, self.asked[:, :: self.views.moments], device)
        means = (
            Labelled(features=known.float().mean(1), labels=self.known_labels),
            Labelled(features=asked.float().mean(1), labels=self.asked_labels),
        )
        tokens = (
            Labelled(features=known, labels=self.known_labels).to(device),
            Labelled(features=asked, labels=self.asked_labels).to(device),
        )
        return {
            "linear": linear_probe(*means),
            "neighbours": neighbour_probe(*means),
            "attentive": attentive_probe(*tokens, steps=steps),
        }


def some_held_out(world: MotionWorld, frames: int, clips: int, seed: int) -> HeldOut:
    """Return clips like those a training draws, of a seed of their own."""
    times = torch.arange(frames).expand(clips, -1) * (world.span // frames)
    drawn = world.draw(times, seed_of("held out", seed), slice(None))
    return HeldOut(clips=drawn, seed=seed)


def some_exam(
    world: MotionWorld,
    frames: int,
    known: int,
    asked: int,
    seed: int,
    views: Views | None = None,
) -> Exam:
    """Return an exam of directions: one of eight, 12.5 % by chance."""
    drawn, labels = world.labelled(known, frames, seed_of("known", seed))
    views = views or Views()
    # Frames lie the closer, so that the first moment is the same however many there are.
    many = frames * views.moments
    others, wanted = world.labelled(asked, many, seed_of("asked", seed))
    return Exam(
        known=drawn,
        known_labels=labels.direction,
        asked=others,
        asked_labels=wanted.direction,
        views=views,
    )
