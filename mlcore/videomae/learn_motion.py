"""Teach a pretrained encoder how clips move, from drawn pairs that look different.

    python -m mlcore.videomae.learn_motion --encoder F --out G.safetensors --steps N
        [--pictures FILE] [--batch N] [--rate R] [--seed N] [--device D]

Prints one JSON document with how often, of 256 pairs that were not learned from, a clip
finds its partner first, before by the mean of its tokens and after; {"error": ...} and
exit code 1 when it cannot run.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from mlcore.checkpoint import Meaning
from mlcore.fit import place, seed_of
from mlcore.videomae.encoder import ClipEncoder, clip_vectors
from mlcore.videomae.keeping import load_encoder
from mlcore.videomae.motion import (
    MotionConfig,
    found_first,
    learn_motion,
    new_motion_encoder,
    save_motion_encoder,
)
from mlcore.videomae.world import MotionWorld, photographs

HELD_OUT = 256
"""Pairs that are asked for after training, of a seed that no step has"""


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.videomae.learn_motion")
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=MotionConfig.steps)
    parser.add_argument("--batch", type=int, default=MotionConfig.batch)
    parser.add_argument("--rate", type=float, default=MotionConfig.rate)
    parser.add_argument("--pictures", type=Path, help="photographs for drawn grounds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    return parser


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Learn as the command line says; print how many partners are found first."""
    given = arguments().parse_args()
    device = place(given.device, environment)
    try:
        encoder, known = load_encoder(given.encoder, device)
        config = MotionConfig(
            steps=given.steps, batch=given.batch, rate=given.rate, seed=given.seed
        )
        world = MotionWorld(
            size=encoder.config.size,
            pictures=photographs(given.pictures) if given.pictures else None,
            device=device,
        )
        said = _learned(encoder, world, config, device, given.out, known)
    except (ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    sys.stdout.write(json.dumps({"out": str(given.out), **said}) + "\n")
    return 0


def _learned(
    encoder: ClipEncoder,
    world: MotionWorld,
    config: MotionConfig,
    device: torch.device,
    out: Path,
    known: Meaning,
) -> Meaning:
    frames = encoder.config.frames
    held = world.alike(HELD_OUT, frames, seed_of("held out", config.seed))
    before = [_vectors(partial(clip_vectors, encoder), each, device) for each in held]
    learner = new_motion_encoder(encoder, config)
    learn_motion(learner, world, config, device)
    after = [_vectors(learner, each, device) for each in held]
    said = {
        "pairs": HELD_OUT,
        "found_first_before": round(found_first(*before), 4),
        "found_first": round(found_first(*after), 4),
        "motion": asdict(config),
    }
    save_motion_encoder(learner, out, {"pretrained": known, **said})
    return said


@torch.no_grad()
def _vectors(
    embed: Callable[[Tensor], Tensor], clips: Tensor, device: torch.device
) -> Tensor:
    return torch.cat([embed(part.to(device)).cpu() for part in torch.split(clips, 64)])


if __name__ == "__main__":
    sys.exit(main())
