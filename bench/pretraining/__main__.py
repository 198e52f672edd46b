"""Ways to spend a budget of frames in pretraining, compared on a world of known motion:

    python -m bench.pretraining [--frames N,N,N] [--seeds 0,1,2] [--arms plain,tpl,...]
        [--shape toy] [--device D] [--out FOLDER] [--table]

Takes hours, so it goes on where it was: what an arm and seed gave is kept in OUT, a kill in
the middle of a training costs two minutes. `--table` prints what is there and trains
nothing. First of all fine-tuning after `plain` has to beat `scratch` by 15 points, or the
rest says nothing.
"""

import argparse
import os
import sys
from pathlib import Path

import torch

from bench.pretraining.arms import ARMS
from bench.pretraining.runs import Bench, Run, kept, run
from bench.pretraining.table import print_table
from mlcore.fit import place
from mlcore.videomae.config import SHAPES
from mlcore.videomae.find_plan import easy_world
from mlcore.videomae.finetune import Tuning
from mlcore.videomae.measure import some_exam, some_held_out

EXAM_SEED = 12345
"""Of held-out and labelled clips: the same for all arms and seeds"""


def main() -> None:
    """Train and measure what is not there yet, seed by seed; print the table."""
    given = arguments().parse_args()
    budgets = [int(each) for each in given.frames.split(",")]
    seeds = [int(each) for each in given.seeds.split(",")]
    arms = given.arms.split(",") if given.arms else list(ARMS)
    if not given.table:
        torch.set_num_threads(given.threads)
        given.out.mkdir(parents=True, exist_ok=True)
        bench = bench_of(given)
        for seed in seeds:
            for frames in budgets:
                for arm in arms:
                    run(Run(arm=arm, seed=seed, frames=frames), bench)
    for frames in budgets:
        print_table(kept(given.out), frames)


def bench_of(given: argparse.Namespace) -> Bench:
    """Return what all runs share, as the command line says."""
    device = place(given.device, os.environ)
    config = SHAPES[given.shape]
    world = easy_world(config.size, device)
    exam = some_exam(world, config.frames, given.many, given.asked, EXAM_SEED)
    return Bench(
        config=config,
        world=world,
        held_out=some_held_out(world, config.frames, given.held_out, EXAM_SEED),
        exam=exam,
        few=given.few,
        tuning=Tuning(steps=given.tuning, layer_decay=given.layer_decay),
        batch=given.batch,
        rate=given.rate,
        points=given.points,
        device=device,
        out=given.out,
    )


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.pretraining")
    parser.add_argument("--frames", default="262144,524288,1048576")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--arms", help=", ".join(ARMS))
    parser.add_argument("--shape", choices=SHAPES, default="toy")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--few", type=int, default=100, help="labels")
    parser.add_argument("--many", type=int, default=1000, help="labels")
    parser.add_argument("--asked", type=int, default=1000, help="labelled clips")
    parser.add_argument("--held-out", type=int, default=256, help="clips")
    parser.add_argument("--tuning", type=int, default=600, help="steps of fine-tuning")
    parser.add_argument("--layer-decay", type=float, default=1.0)
    parser.add_argument("--points", type=int, default=32, help="of the loss curve")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device")
    parser.add_argument("--out", type=Path, default=Path("var/pretraining"))
    parser.add_argument("--table", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
