"""Time within a slot: waves, beats and curves of chance."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.noise import value_noise
from mlcore.components.stretch import Stretch

GROUNDS = ["black", "blurred"]


def wave(stretch: Stretch, beats: float) -> Tensor:
    """Return (t,) -1..1: a sine that swings so often in the slot."""
    return torch.sin(math.tau * beats * stretch.progress)


def beat(stretch: Stretch, beats: float) -> Tensor:
    """Return (t,) 0..1 within each of so many beats of the slot."""
    return stretch.progress * beats % 1


def draws(stretch: Stretch, beats: float, curves: int) -> list[Tensor]:
    """Return smooth random curves (t,), -1..1, that change `beats` times in two seconds."""
    moments = stretch.seconds - stretch.seconds.min() + 0.01
    return [
        value_noise(
            stretch.chance, (2, 2), 2, moments * beats / 2, device=stretch.device
        )[:, 0, 0]
        * 2
        - 1
        for _ in range(curves)
    ]
