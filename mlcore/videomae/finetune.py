"""Supervised fine-tuning: all of an encoder learns from few or many labelled clips.

N: labelled clips, B: clips in a batch, T: frames, H, W: picture, K: classes
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mlcore.fit import cosine_rate, gains_by_bfloat16, mixed_precision, seed_of
from mlcore.videomae.encoder import ClipEncoder
from mlcore.videomae.training import LONGEST


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """How an encoder is fine-tuned.

    Without given values as small encoders learn a thousand clips in some hundred steps
    (docs/pretraining.md); larger ones take a layer decay and smoothed labels.
    """

    steps: int = 500
    batch: int = 32
    rate: float = 5e-4
    decay: float = 0.05
    layer_decay: float = 1.0
    """Each block learns so much slower than the one after it (BEiT, arXiv 2106.08254;
    VideoMAE, table 10: .75)"""
    smoothing: float = 0.0
    """Of labels (VideoMAE, table 10: .1)"""
    warm: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.steps, self.batch) < 1 or self.rate <= 0:
            raise ValueError("fine-tuning needs steps, a batch and a rate above 0")
        if not 0 < self.layer_decay <= 1:
            raise ValueError(f"layer_decay is a share, got {self.layer_decay}")


class ClipClassifier(nn.Module):
    """An encoder, the mean of its tokens, and a linear layer over that."""

    def __init__(self, encoder: ClipEncoder, classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.norm = nn.LayerNorm(encoder.config.dims)
        self.head = nn.Linear(encoder.config.dims, classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, clips_BTCHW: Tensor) -> Tensor:
        """Return (B, K) logits."""
        tokens_BND = self.encoder(clips_BTCHW)
        said: Tensor = self.head(self.norm(tokens_BND.mean(dim=1)))
        return said.float()


def finetune(
    encoder: ClipEncoder,
    clips_NTCHW: Tensor,
    labels_N: Tensor,
    tuning: Tuning,
    device: torch.device,
) -> ClipClassifier:
    """Return a classifier, trained; the encoder that was given stays as it was.

    `clips` are uint8, labels 0..K - 1. Raises ValueError if they do not pair.
    """
    if len(clips_NTCHW) != len(labels_N) or not len(labels_N):
        raise ValueError(
            f"{len(clips_NTCHW)} clips do not pair with {len(labels_N)} labels"
        )
    learner = ClipClassifier(deepcopy(encoder), int(labels_N.max()) + 1).to(device)
    learner.train()
    optimiser = torch.optim.AdamW(_groups(learner, tuning), lr=0.0)
    mixed = gains_by_bfloat16(device)
    for step in range(tuning.steps):
        chosen = _chosen(len(labels_N), step, tuning)
        for group in optimiser.param_groups:
            share = cosine_rate(step / tuning.steps, tuning.warm)
            group["lr"] = group["highest"] * share
        with mixed_precision(device, wanted=mixed):
            said_BK = learner(clips_NTCHW[chosen].to(device))
        loss = cross_entropy(
            said_BK, labels_N[chosen].to(device), label_smoothing=tuning.smoothing
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learner.parameters(), LONGEST)
        optimiser.step()
    return learner.eval()


@torch.no_grad()
def classified(
    learner: ClipClassifier,
    views: Iterable[Tensor],
    device: torch.device,
    batch: int = 64,
) -> Tensor:
    """Return (N, K) probabilities, the mean over views of the same clips.

    `views`: (N, T, 3, H, W) each, other moments or other crops (views.py).
    """
    seen = [
        torch.cat(
            [
                learner(part.to(device)).softmax(1).cpu()
                for part in torch.split(each, batch)
            ]
        )
        for each in views
    ]
    return torch.stack(seen).mean(0)


def accuracy(said_NK: Tensor, labels_N: Tensor) -> float:
    """Return the share 0..1 of clips whose likeliest class is theirs."""
    return float((said_NK.argmax(1) == labels_N).float().mean().item())


def _chosen(many: int, step: int, tuning: Tuning) -> Tensor:
    """Which clips a step sees: all in turn, in a new order each time round."""
    batch = min(tuning.batch, many)
    turn, place = divmod(step, many // batch)
    chance = torch.Generator().manual_seed(seed_of("turn", tuning.seed, turn))
    return torch.randperm(many, generator=chance)[place * batch :][:batch]


def _groups(learner: ClipClassifier, tuning: Tuning) -> list[dict[str, Any]]:
    depth = learner.encoder.config.depth
    return [
        {
            "params": [parameter],
            "highest": tuning.rate
            * tuning.layer_decay ** (depth + 1 - _layer(name, depth)),
            "weight_decay": tuning.decay if parameter.dim() > 1 else 0.0,
        }
        for name, parameter in learner.named_parameters()
    ]


def _layer(name: str, depth: int) -> int:
    """0 of the embedding, 1.. of the blocks, depth + 1 of what is after them."""
    words = name.split(".")
    if words[:2] == ["encoder", "embed"]:
        return 0
    if words[:2] == ["encoder", "blocks"]:
        return int(words[2]) + 1
    return depth + 1
