"""Whether a newly trained clip encoder may go live: only when it is measurably better.

N: shots kept out, T: frames, H, W: picture, M: cubes that are restored, C: numbers of one
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.fit import gains_by_bfloat16, mixed_precision, seed_of
from mlcore.metrics import bootstrap_interval
from mlcore.videomae.autoencoder import MaskedAutoencoder
from mlcore.videomae.cubes import cut, normalised, taken, tube_masks
from mlcore.videomae.trained import TrainedClips

Floats = NDArray[np.float64]

LEAST_TITLES = 3
"""Hold-out titles. Of two, a bootstrap draws three different means: an interval of those
says nothing."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The first and the last clip of some shots that no training sees."""

    heads: Tensor
    """(N, T, 3, H, W) uint8"""
    tails: Tensor
    """(N, T, 3, H, W) uint8"""
    titles: list[int]
    """(N,)"""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """How an encoder does on the shots of the hold-out."""

    losses: Floats
    """(N,) of restoring all that is masked of each shot's first clip, under fixed masks"""
    own_first: NDArray[np.bool_]
    """(N,) whether of all last clips that of the same shot is the nearest"""
    kin_first: NDArray[np.bool_]
    """(N,) whether the nearest other shot is of the same title"""
    titles: NDArray[np.int64]
    """(N,)"""

    @property
    def numbers(self) -> dict[str, float]:
        """The means: loss, and two shares 0..1."""
        return {
            "loss": float(self.losses.mean()),
            "same_shot": float(self.own_first.mean()),
            "neighbour": float(self.kin_first.mean()),
        }


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What a version must gain, and may lose, to go live."""

    better_by: float = 0.0
    """The least relative fall of the loss, as the low end of its 95 % interval"""
    worse_by: float = 0.05
    """The most that the loss of one title may rise, relatively, and retrieval may fall"""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the gate saw and decided."""

    enough: bool
    """False: too few titles to decide anything."""
    better: bool
    """Whether the loss is surely lower by what is asked for."""
    worse: tuple[str, ...]
    """A sentence for each thing that became worse than may be."""
    reason: str
    gain: float
    """Relative fall of the loss; 0.1: a tenth lower"""
    low: float
    high: float
    titles: int
    shots: int
    candidate: dict[str, float]
    live: dict[str, float]
    by_title: dict[str, float]
    """Relative fall of the loss of each title"""

    @property
    def passed(self) -> bool:
        """Whether it may go live by these measures."""
        return self.enough and self.better and not self.worse


def measure(
    trained: TrainedClips, pairs: Iterable[Pair], device: torch.device, seed: int = 0
) -> Measures:
    """Return how an encoder does on shots, some at a time. Raises ValueError without any."""
    losses, heads, tails, titles = [], [], [], []
    for number, pair in enumerate(pairs):
        masks = seed_of("judged", seed, number)
        losses.append(clip_losses(trained.autoencoder, pair.heads, device, masks))
        heads.append(trained.vectors(pair.heads, device))
        tails.append(trained.vectors(pair.tails, device))
        titles += pair.titles
    if not titles:
        raise ValueError("there is no shot to judge an encoder by")
    own, head, tail = np.array(titles, np.int64), torch.cat(heads), torch.cat(tails)
    nearest = (head @ tail.T).argmax(1).numpy()
    among = (head @ head.T).fill_diagonal_(-2.0).argmax(1).numpy()
    return Measures(
        losses=np.concatenate(losses),
        own_first=np.asarray(nearest == np.arange(len(own))),
        kin_first=np.asarray(own[among] == own),
        titles=own,
    )


@torch.no_grad()
def clip_losses(
    network: MaskedAutoencoder, clips_NTCHW: Tensor, device: torch.device, seed: int
) -> Floats:
    """Return (N,) mean squared errors of restoring each clip; masks go by the seed."""
    # All of it, also of a network that restores half in training.
    whole = replace(network.config, decoded=1.0)
    chance = torch.Generator().manual_seed(seed)
    slices = whole.slices(clips_NTCHW.shape[1])
    seen, restored = tube_masks(whole, len(clips_NTCHW), slices, chance)
    seen, restored = seen.to(device), restored.to(device)
    with mixed_precision(device, wanted=gains_by_bfloat16(device)):
        cubes_BNC = cut(clips_NTCHW.to(device), whole)
        said_BMC = network.restore(cubes_BNC, seen, restored)
    wanted_BMC = normalised(taken(cubes_BNC, restored))
    errors = (said_BMC.float() - wanted_BMC).square().mean(dim=(1, 2))
    return np.asarray(errors.cpu().numpy(), np.float64)


def decide(candidate: Measures, live: Measures, gate: Gate, seed: int = 0) -> Verdict:
    """Compare two encoders on the same shots, by the loss and by what else may not suffer.

    Both are measured on the same redrawn titles.
    """
    names, title = np.unique(candidate.titles, return_inverse=True)
    sums = [
        np.bincount(title, each.losses, minlength=len(names))
        for each in (candidate, live)
    ]

    def fall(drawn: NDArray[np.int64]) -> float:
        return 1 - float(sums[0][drawn].sum() / sums[1][drawn].sum())

    gain = fall(np.arange(len(names)))
    low, high = bootstrap_interval(fall, len(names), seed=seed)
    by_title = {str(name): fall(np.array([at])) for at, name in enumerate(names)}
    worse = _worse(candidate, live, by_title, gate)
    enough, better = len(names) >= LEAST_TITLES, low > gate.better_by
    said = f"{gain:.1%} ({low:.1%} to {high:.1%})"
    return Verdict(
        enough=enough,
        better=better,
        worse=worse,
        reason=_reason(len(names), said, surely=low > 0, better=better, worse=worse),
        gain=gain,
        low=low,
        high=high,
        titles=len(names),
        shots=len(candidate.titles),
        candidate=candidate.numbers,
        live=live.numbers,
        by_title=by_title,
    )


def _worse(
    candidate: Measures, live: Measures, by_title: dict[str, float], gate: Gate
) -> tuple[str, ...]:
    found = [
        f"the loss of title {name} rises by {-fall:.1%}"
        for name, fall in by_title.items()
        if fall < -gate.worse_by
    ]
    before, after = live.numbers["same_shot"], candidate.numbers["same_shot"]
    if after < before - gate.worse_by:
        found.append(f"a shot finds itself first in {after:.0%}, not {before:.0%}")
    return tuple(found)


def _reason(
    titles: int, said: str, *, surely: bool, better: bool, worse: tuple[str, ...]
) -> str:
    if titles < LEAST_TITLES:
        missing = LEAST_TITLES - titles
        return f"Insufficient evidence: {missing} more hold-out titles needed."
    if worse:
        return f"Worse in parts: {'; '.join(worse)}."
    if better:
        return f"Better: the held-out loss falls by {said}."
    how = "Less than asked for" if surely else "Not surely better"
    return f"{how}: the held-out loss falls by {said}."
