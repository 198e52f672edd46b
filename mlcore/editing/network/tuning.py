"""One-shot tuning: an inflated network learns the one clip that it will edit.

After US 2025/0265752 A1, FIG. 4: the queries of spatio-temporal and cross attention
move, and all of attention in time; everything else stays. It sees the source prompt and a
frame of the clip, drawn anew each step.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from mlcore.editing.exact import exactly
from mlcore.editing.network.denoiser import (
    Condition,
    Denoiser,
    Told,
    one_by_one,
)
from mlcore.editing.network.inflation import CROSS, OWN, TEMPORAL


@dataclass(frozen=True, kw_only=True)
class TuningConfig:
    """How long and how fast; the source names neither."""

    steps: int = 200
    """As Make-A-Protagonist tunes the same class of network; 0: not at all"""
    rate: float = 3e-5
    """Of full-sized networks, as there; small ones need more"""
    longest: float = 1.0
    """Gradients longer than this are shortened"""
    sparing: bool = False
    """Whether blocks are computed again for the pass back instead of kept: a third more
    time, a fraction of the memory"""

    def __post_init__(self) -> None:
        if self.steps < 0 or self.rate <= 0:
            raise ValueError("tuning needs a rate above 0 and no negative steps")


def moved_by_tuning(name: str) -> bool:
    """Return whether a parameter of this name in an inflated network is tuned.

    The output layer of attention in time is among them: it begins at zero, where queries,
    keys and values have no gradient, so that without it nothing would move.
    """
    parts = name.split(".")
    if TEMPORAL in parts:
        return "norm" not in parts
    return "to_q" in parts and (OWN in parts or CROSS in parts)


def tuned_parameters(unet: UNet2DConditionModel) -> Iterator[tuple[str, nn.Parameter]]:
    """Yield names and parameters that tuning moves."""
    for name, parameter in unet.named_parameters():
        if moved_by_tuning(name):
            yield name, parameter


@exactly(strictly=True)
def tune(
    denoiser: Denoiser,
    frames_T3HW: Tensor,
    prompt: str,
    config: TuningConfig,
    chance: torch.Generator,
    told: Told | None = None,
) -> list[float]:
    """Tune an inflated network on one clip, in place; return the loss of every step.

    The same every time on the same hardware; what that asks of a program on a GPU, `exactly`
    says. Raises ValueError for a network that is not inflated.
    """
    unet = denoiser.unet
    moving = [parameter for _, parameter in tuned_parameters(unet)]
    if not any(TEMPORAL in name.split(".") for name, _ in tuned_parameters(unet)):
        raise ValueError("only an inflated network is tuned on a clip")
    optimiser = torch.optim.AdamW(moving, lr=config.rate, weight_decay=0.01)
    still = told and partial(told, 0, config.steps)
    with torch.no_grad():
        x0 = one_by_one(denoiser.encode, frames_T3HW, still)
    losses = []
    with _learning(unet, moving, sparing=config.sparing):
        for step in range(config.steps):
            led_by = int(torch.randint(0, len(frames_T3HW), (), generator=chance))
            seen = denoiser.condition(prompt, frames_T3HW[led_by])
            optimiser.zero_grad(set_to_none=True)
            loss = _loss(denoiser, x0, seen, chance)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(moving, config.longest)
            optimiser.step()
            losses.append(float(loss.item()))
            if told:
                told(step + 1, config.steps)
    return losses


@contextmanager
def _learning(
    unet: UNet2DConditionModel, moving: list[nn.Parameter], *, sparing: bool
) -> Iterator[None]:
    """Let the block tune these parameters; however it ends, nothing learns afterwards."""
    unet.requires_grad_(requires_grad=False)
    for parameter in moving:
        parameter.requires_grad = True
    if sparing:
        unet.enable_gradient_checkpointing()
    try:
        yield
    finally:
        unet.disable_gradient_checkpointing()
        unet.requires_grad_(requires_grad=False)


def _loss(
    denoiser: Denoiser, x0_TChw: Tensor, seen: Condition, chance: torch.Generator
) -> Tensor:
    """How far the noise it sees in the clip, at one step for all frames, is from what is there."""
    at = int(torch.randint(0, len(denoiser.schedule.alphas), (), generator=chance))
    eps = torch.randn(x0_TChw.shape, generator=chance).to(x0_TChw)
    z = denoiser.schedule.moved(x0_TChw, eps, at)
    return nn.functional.mse_loss(denoiser.eps(z, at, seen), eps)
