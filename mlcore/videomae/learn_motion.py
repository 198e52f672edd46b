"""Teach a pretrained encoder how clips move, from drawn pairs that look different.

    python -m mlcore.videomae.learn_motion --encoder F --out G.safetensors
        [--steps N | --minutes M] [--whole] [--blind] [--resume] [--pictures FILE] [--batch N] [--rate R] [--seed N] ...

G is an encoder of motion alone; with --whole what was pretrained lies in it too, and G is
a clip encoder that Kuleshov can put in use and train on. Beside G it keeps the learning
while it goes on (for --resume).

Prints one JSON document with how often, of 256 pairs that were not learned from, a clip
finds its partner first, before by the mean of its tokens and after; {"error": ...} and
exit code 1 when it cannot run.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from mlcore.checkpoint import Meaning
from mlcore.fit import place, seed_of
from mlcore.videomae.encoder import clip_vectors
from mlcore.videomae.keeping import load_autoencoder
from mlcore.videomae.motion import (
    MotionConfig,
    found_first,
    new_motion_encoder,
    save_motion_encoder,
)
from mlcore.videomae.teaching import MotionKeeper, learn_motion
from mlcore.videomae.trained import TrainedClips, save_trained
from mlcore.videomae.world import MotionWorld, photographs

HELD_OUT = 256
"""Pairs that are asked for after training, of a seed that no step has"""


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.videomae.learn_motion")
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    how_long = parser.add_mutually_exclusive_group()
    how_long.add_argument("--steps", type=int, default=MotionConfig.steps)
    how_long.add_argument("--minutes", type=float)
    parser.add_argument("--batch", type=int, default=MotionConfig.batch)
    parser.add_argument("--rate", type=float, default=MotionConfig.rate)
    parser.add_argument("--easy", type=float, default=MotionConfig.easy)
    parser.add_argument("--blind", action="store_true", help="without local velocities")
    parser.add_argument("--pictures", type=Path, help="photographs for drawn grounds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    parser.add_argument("--whole", action="store_true", help="for use and training on")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--every", type=float, default=MotionKeeper.every)
    return parser


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One learning, as the command line orders it."""

    config: MotionConfig
    pictures: Path | None
    out: Path
    whole: bool
    resume: bool
    every: float

    @property
    def keeper(self) -> MotionKeeper:
        """What is kept while it goes on."""
        path = self.out.with_suffix(".training.safetensors")
        return MotionKeeper(path=path, every=self.every)


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Learn as the command line says; print how many partners are found first."""
    given = arguments().parse_args()
    try:
        asked = Asked(
            config=MotionConfig(
                steps=given.steps,
                minutes=given.minutes,
                batch=given.batch,
                rate=given.rate,
                easy=given.easy,
                velocities=not given.blind,
                seed=given.seed,
            ),
            pictures=given.pictures,
            out=given.out,
            whole=given.whole,
            resume=given.resume,
            every=given.every,
        )
        said = _learned(given.encoder, asked, place(given.device, environment))
    except (ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    sys.stdout.write(json.dumps({"out": str(given.out), **said}) + "\n")
    return 0


def _learned(pretrained: Path, asked: Asked, device: torch.device) -> Meaning:
    autoencoder, known = load_autoencoder(pretrained, device)
    frames, config = autoencoder.config.frames, asked.config
    world = MotionWorld(
        size=autoencoder.config.size,
        pictures=photographs(asked.pictures) if asked.pictures else None,
        device=device,
    )
    held = world.alike(HELD_OUT, frames, seed_of("held out", config.seed))
    mean = partial(clip_vectors, autoencoder.encoder)
    before = [_vectors(mean, each, device) for each in held]
    if not asked.resume:
        asked.keeper.path.unlink(missing_ok=True)
    # A copy: what was pretrained is what training goes on with.
    learner = new_motion_encoder(deepcopy(autoencoder.encoder), config)
    learned = learn_motion(learner, world, config, device, keeper=asked.keeper)
    after = [_vectors(learner, each, device) for each in held]
    said = {
        "pairs": HELD_OUT,
        "found_first_before": round(found_first(*before), 4),
        "found_first": round(found_first(*after), 4),
        "motion": asdict(config),
        "steps": len(learned.losses),
        "seconds": round(learned.seconds, 1),
    }
    if asked.whole:
        trained = TrainedClips(autoencoder=autoencoder, motion=learner)
        save_trained(trained, asked.out, {"pretrained": known, **said})
    else:
        save_motion_encoder(learner, asked.out, {"pretrained": known, **said})
    asked.keeper.path.unlink(missing_ok=True)
    return said


@torch.no_grad()
def _vectors(
    embed: Callable[[Tensor], Tensor], clips: Tensor, device: torch.device
) -> Tensor:
    return torch.cat([embed(part.to(device)).cpu() for part in torch.split(clips, 64)])


if __name__ == "__main__":
    sys.exit(main())
