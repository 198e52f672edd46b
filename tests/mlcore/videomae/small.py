"""A network, a plan and a world so small that a test takes a moment."""

from pathlib import Path

import torch

from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.course import Budget
from mlcore.videomae.plan import Plan, Stage
from mlcore.videomae.pretrain import Order
from mlcore.videomae.sampling import Sampling
from mlcore.videomae.world import MotionWorld

CPU = torch.device("cpu")
SMALL = AutoencoderConfig(
    size=16,
    frames=8,
    patch=4,
    dims=24,
    heads=2,
    depth=2,
    decoder_dims=16,
    decoder_heads=2,
    decoder_depth=1,
    masked=0.75,
)
WORLD = MotionWorld(size=16, span=16)


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def clips(many=2, frames=8, seed=0):
    times = Sampling(longest=8).times(many, frames, chance(seed))
    return WORLD.draw(times, seed, slice(None))


def plan(*lengths, batch=4, **changes):
    stages = (
        Stage(frames=each, share=1 / len(lengths), batch=batch, rate=3e-3)
        for each in lengths
    )
    return Plan(stages=tuple(stages), **changes)


def order(out: Path, frames=384, lengths=(2, 4, 8), **changes):
    return Order(
        config=SMALL,
        plan=plan(*lengths),
        budget=Budget(frames=frames),
        sampling=Sampling(longest=8),
        out=out,
        **{"loaders": 0, **changes},
    )
