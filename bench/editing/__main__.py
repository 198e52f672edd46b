"""Ways to edit, compared on drawn videos whose perfect edits are known:

    python -m bench.editing [--weights F.safetensors] [--videos 7] [--seeds 0,1,2]
        [--frames 8] [--steps 25] [--out FOLDER] [--arms "ONE;TWO"]
        [--table | --cost [--published]]

Takes hours, so it goes on where it was: what a video gave is kept in OUT. `--table` prints
what is there and edits nothing. `--cost` edits one video as the back-end does and prints
time and memory by stage, and what was foretold; with `--published` by a network as large
as the published Stable unCLIP, whose weights are drawn at random.
"""

import argparse
import os
from dataclasses import replace
from pathlib import Path

import torch

from bench.editing.cost import allow, an_order, print_cost
from bench.editing.published import published
from bench.editing.runs import Bench, kept, run
from bench.editing.table import print_tables
from mlcore.editing.backends.toy import load_toy, toy_config
from mlcore.editing.network.inflation import inflate
from mlcore.editing.network.keeping import load_denoiser
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.weights import TOY
from mlcore.fit import place


def main() -> None:
    """Edit what is not there yet, video by video; print the tables."""
    given = arguments().parse_args()
    torch.set_num_threads(1)
    # Without it torch refuses to tune on a GPU.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    if given.cost:
        print_costs(given)
        return
    if not given.table:
        denoiser, meaning = load_denoiser(given.weights)
        inflate(denoiser.unet, torch.Generator().manual_seed(0))
        print(f"{given.weights.name}: {meaning['steps']} steps of training")
        bench = Bench(
            denoiser=denoiser,
            frames=given.frames,
            steps=given.steps,
            config=replace(
                toy_config(denoiser.config.size),
                tuning=TuningConfig(steps=given.tuning, rate=given.rate),
            ),
            out=given.out,
            arms=tuple(given.arms.split(";")) if given.arms else (),
        )
        for number in range(given.videos):
            for seed in given.seeds.split(","):
                run(bench, int(seed), number)
    if results := kept(given.out):
        print_tables(results)


def print_costs(given: argparse.Namespace) -> None:
    """Print what one edit costs, of the toy or of a network of the published size."""
    device = place(given.device)
    if given.gb:
        allow(device, given.gb)
    tuning = TuningConfig(steps=given.tuning, rate=given.rate, sparing=given.published)
    if given.published:
        guided = published(device, given.pixels, tuning)
    else:
        config = replace(toy_config(given.pixels), tuning=tuning)
        guided = load_toy(given.weights, device, config=config)
    print_cost(guided, an_order(given.pixels, given.frames, given.steps), given.at_once)


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.editing")
    parser.add_argument("--weights", type=Path, default=TOY)
    parser.add_argument("--videos", type=int, default=7, help="a seed")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--tuning", type=int, default=40, help="steps")
    parser.add_argument("--rate", type=float, default=3e-4, help="of tuning")
    parser.add_argument("--out", type=Path, default=Path("var/editing/bench"))
    parser.add_argument(
        "--arms", help="some of bench/editing/arms.py alone, by ;, or controls"
    )
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--cost", action="store_true")
    cost = parser.add_argument_group("of --cost")
    cost.add_argument("--device")
    cost.add_argument("--published", action="store_true", help="not the toy")
    cost.add_argument("--pixels", type=int, default=32, help="a side of the frames")
    cost.add_argument("--at-once", type=int, default=8, help="frames seen together")
    cost.add_argument("--gb", type=float, help="as if a GPU had no more memory")
    return parser


if __name__ == "__main__":
    main()
