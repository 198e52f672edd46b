"""What a trained clip encoder is worth beside an untrained one of its shape.

    python -m mlcore.videomae.evaluate --encoder F.safetensors [--pictures FILE]
        [--data FOLDER] [--clips N] [--seed N] [--device D]

F is what `learn_motion --whole` writes. Clips and pairs are drawn that no training drew;
FOLDER holds films that no training saw, as for pretraining. Prints one JSON document: of
each source the mean loss of restoring what is hidden, of drawn ones also how often, of N
pairs that move alike and look different, a clip finds its partner first, the cosine that
nineteen in twenty others stay under, and how fast all but the slowest hundredth move, in
heights of the picture a frame; {"error": ...} and exit code 1 when it cannot run.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize

from mlcore.fit import place, seed_of
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.footage import Footage, shots_in
from mlcore.videomae.judging import clip_losses
from mlcore.videomae.motion import MotionConfig, found_first
from mlcore.videomae.sampling import Sampling
from mlcore.videomae.trained import TrainedClips, load_trained, untrained
from mlcore.videomae.velocities import mean_speed
from mlcore.videomae.world import MotionWorld, photographs

TOGETHER = 32
"""Clips encoded at once"""

Numbers = dict[str, float]


def measured(
    trained: TrainedClips,
    sources: Mapping[str, MotionWorld | Footage],
    clips: int,
    device: torch.device,
    seed: int,
) -> dict[str, Numbers]:
    """Return what an encoder does on each source."""
    return {
        name: _on(trained, source, clips, device, seed_of("evaluated", seed, name))
        for name, source in sources.items()
    }


def _on(
    trained: TrainedClips,
    source: MotionWorld | Footage,
    clips: int,
    device: torch.device,
    seed: int,
) -> Numbers:
    longest = trained.config.frames
    sampling = Sampling(longest=longest)
    times_BT = torch.arange(longest).expand(clips, -1) * sampling.stride
    drawn = source.draw(times_BT, seed, slice(None), range(clips))
    losses = [
        clip_losses(trained.autoencoder, part, device, seed_of(seed, number)).mean()
        for number, part in enumerate(torch.split(drawn, TOGETHER))
    ]
    said = {"loss": float(sum(losses) / len(losses))}
    if isinstance(source, MotionWorld):
        one, two = source.alike(clips, longest, seed)
        a, b = (_vectors(trained, each, device) for each in (one, two))
        said["partner_first"] = found_first(a, b)
        said["unrelated_under"] = unrelated_under(a, b)
        said["slowest"] = float(mean_speed(one).quantile(0.01))
    return said


def unrelated_under(one_BE: Tensor, two_BE: Tensor) -> float:
    """Return the cosine that nineteen in twenty clips which are no partners stay under."""
    alike = normalize(one_BE.float()) @ normalize(two_BE.float()).T
    others = alike[~torch.eye(len(alike), dtype=torch.bool, device=alike.device)]
    return float(others.quantile(0.95))


def _vectors(trained: TrainedClips, clips: Tensor, device: torch.device) -> Tensor:
    parts = torch.split(clips, TOGETHER)
    return torch.cat([trained.vectors(part, device) for part in parts])


def evaluate(given: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    """Return the document. Raises ValueError for files that are something else."""
    trained = load_trained(given.encoder, device)
    config = trained.config
    fresh = new_autoencoder(config, given.seed)
    beside = untrained(fresh, MotionConfig(seed=given.seed)).to(device)
    sources: dict[str, MotionWorld | Footage] = {
        "drawn": MotionWorld(size=config.size, device=device)
    }
    if given.pictures:
        pictures = photographs(given.pictures)
        sources["photographs"] = MotionWorld(
            size=config.size, pictures=pictures, device=device
        )
    if given.data:
        span = Sampling(longest=config.frames).span
        sources["films"] = Footage(
            spans=shots_in(given.data), size=config.size, span=span
        )
    return {
        "clips": given.clips,
        **{
            name: measured(each, sources, given.clips, device, given.seed)
            for name, each in (("trained", trained), ("untrained", beside))
        },
    }


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Evaluate as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.videomae.evaluate")
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, help="photographs for drawn grounds")
    parser.add_argument("--data", type=Path, help="a folder of films")
    parser.add_argument("--clips", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    given = parser.parse_args()
    try:
        said = evaluate(given, place(given.device, environment))
    except (ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
