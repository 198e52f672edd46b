"""How fast this machine trains and draws: what bfloat16 gains, how many loaders it needs.

    python -m mlcore.videomae.speed [--data FOLDER] [--shapes toy,little,tiny]
        [--frames 2,16] [--batch N] [--steps N] [--seed N] [--device D]

prints two tables in Markdown. A step's seconds in float32 and in bfloat16, and which of
them training takes here. Then the clips a second that a step takes, that one thread which
does nothing else draws, and of FOLDER's films, and the threads (`pretrain --loaders`) by
which the network waits less than a twentieth of its time; where there are not that many
cores beside the network's, it waits longer. {"error": ...} and exit code 1 when it cannot
run.

On a processor with one thread (OMP_NUM_THREADS=1) seconds are the processor's, so that
other programs do not count; else those of the wall.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import torch

from mlcore.clock import clock_of
from mlcore.fit import gains_by_bfloat16, place
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.batches import MOST_WAITED, Batches, Source
from mlcore.videomae.config import SHAPES, AutoencoderConfig
from mlcore.videomae.footage import Footage, shots_in
from mlcore.videomae.plan import Stage
from mlcore.videomae.sampling import Sampling
from mlcore.videomae.training import Training
from mlcore.videomae.world import MotionWorld

WARM = 2
"""Steps that are not timed: memory is got, kernels are chosen"""


def seconds_of(compute: Callable[[], object], device: torch.device) -> float:
    """Return how long a computation takes, until it is done."""
    clock = clock_of(device, alone=torch.get_num_threads() == 1)
    began = clock()
    compute()
    return clock() - began


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What is timed: clips of one length through one shape."""

    config: AutoencoderConfig
    stage: Stage
    steps: int
    seed: int
    device: torch.device

    def batches(self, source: Source | None = None) -> Batches:
        """Return what steps see, of the drawn world or another source."""
        size = self.config.size
        return Batches(
            source=source or MotionWorld(size=size, device=self.device),
            sampling=Sampling(longest=self.config.frames),
            config=self.config,
            seed=self.seed,
        )

    def step(self) -> dict[bool, float]:
        """Return the median seconds of a step, in float32 (False) and bfloat16 (True).

        They take turns, so that what else the machine does falls on both.
        """
        batches = self.batches()
        fresh = {
            mixed: Training(
                new_autoencoder(self.config, self.seed), self.device, mixed=mixed
            )
            for mixed in (False, True)
        }
        found: dict[bool, list[float]] = {False: [], True: []}
        for number in range(WARM + self.steps):
            batch = batches.draw(number, self.stage)
            for mixed, training in fresh.items():
                step = partial(training.step, batch, self.stage.rate)
                found[mixed].append(seconds_of(step, self.device))
        return {mixed: median(each[WARM:]) for mixed, each in found.items()}

    def delivered(self, source: Source | None = None) -> float:
        """Return the clips a second that one thread draws, after its first batch."""
        batches = self.batches(source)
        batches.draw(0, self.stage)

        def rest() -> None:
            for number in range(1, self.steps + 1):
                batches.draw(number, self.stage)

        seconds = seconds_of(rest, self.device)
        return self.steps * self.stage.batch / seconds


def loaders_for(takes: float, each: float) -> int:
    """Return how many threads draw enough, of clips a second that are taken and drawn.

    Where they draw less than is taken, the network waits for the rest of its time.
    """
    return max(1, math.ceil((1 - MOST_WAITED) * takes / each))


def tables(
    speeds: Mapping[tuple[str, int], Speed], folder: Path | None
) -> tuple[list[str], list[str]]:
    """Return the rows of both tables. Raises NoFootage."""
    films = shots_in(folder) if folder else []
    precisions, loaders = [], []
    for (shape, frames), speed in speeds.items():
        seconds = speed.step()
        here = gains_by_bfloat16(speed.device)
        milliseconds = [f"{1000 * seconds[mixed]:.1f}" for mixed in (False, True)]
        ratio = f"{seconds[True] / seconds[False]:.2f}"
        takes = speed.stage.batch / seconds[here]
        precisions.append(
            _row(shape, frames, *milliseconds, ratio, "bfloat16" if here else "float32")
        )
        drawn = [speed.delivered()]
        if films:
            span = Sampling(longest=speed.config.frames).span
            footage = Footage(spans=films, size=speed.config.size, span=span)
            drawn.append(speed.delivered(footage))
        cells = [
            cell for each in drawn for cell in (f"{each:.0f}", loaders_for(takes, each))
        ]
        loaders.append(_row(shape, frames, f"{takes:.0f}", *cells))
    return precisions, loaders


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _headed(rows: Sequence[str], *names: str) -> list[str]:
    return [_row(*names), "| --- " * len(names) + "|", *rows, ""]


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.videomae.speed")
    parser.add_argument("--data", type=Path, help="a folder of films")
    parser.add_argument("--shapes", default="toy,little,tiny", help=", ".join(SHAPES))
    parser.add_argument("--frames", default="2,16", help="of clips")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    return parser


def speeds_of(
    given: argparse.Namespace, device: torch.device
) -> dict[tuple[str, int], Speed]:
    """Return what the command line asks to be timed. Raises ValueError."""
    shapes = given.shapes.split(",")
    if unknown := [each for each in shapes if each not in SHAPES]:
        raise ValueError(
            f"{', '.join(unknown)} is no shape; there are {', '.join(SHAPES)}"
        )
    if given.steps < 1:
        raise ValueError(f"at least 1 step is timed, not {given.steps}")
    found = {}
    for shape in shapes:
        for frames in map(int, given.frames.split(",")):
            SHAPES[shape].slices(frames)
            found[shape, frames] = Speed(
                config=SHAPES[shape],
                stage=Stage(frames=frames, share=1, batch=given.batch, rate=1e-3),
                steps=given.steps,
                seed=given.seed,
                device=device,
            )
    return found


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Time what the command line asks for, and print the tables."""
    given = arguments().parse_args()
    try:
        speeds = speeds_of(given, place(given.device, environment))
        precisions, loaders = tables(speeds, given.data)
    except (ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    times = ("float32, ms a step", "bfloat16", "ratio", "trained in")
    clips = ["a step takes, clips a second", "one thread draws", "loaders"]
    if given.data:
        clips += ["of films", "loaders"]
    lines = _headed(precisions, "shape", "frames", *times)
    lines += _headed(loaders, "shape", "frames", *clips)
    sys.stdout.write("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
