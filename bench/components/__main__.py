"""Arms of the component encoder, trained and evaluated alike:

    python -m bench.components --steps N [--seeds 0,1,2] [--components 192] [--arms queue,full]
        [--shape small] [--batch 8] [--artwork FOLDER] [--out FOLDER] [--baselines WEIGHTS] [--equal-time]

Takes hours, so it goes on where it was: what an arm and seed gave is kept in OUT, a kill
in the middle of a training costs two minutes. With --equal-time every arm whose steps cost
more than those of the arm `in-batch` is also trained for as many as cost the same. `--table`
prints what is there and trains nothing.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import torch

from bench.components.runs import Run, baseline, keep, kept, run, steps_in_equal_time
from bench.components.table import print_table
from mlcore.components.learning.arms import ARMS
from mlcore.components.learning.shapes import SHAPES
from mlcore.components.sources import add_sources, chosen_components, studio_of

MAIN = (
    *("in-batch", "queue", "full", "queue-decoder", "queue-encoder"),
    *(
        "proxies",
        "proxies-ends",
        "proxies-statistics",
        "proxies-titles",
        "proxies-margin",
        "proxies-takes",
        "proxies-takes-shared",
        "proxies-shared",
        "proxies-full",
        "proxies-guided",
    ),
    *("unguided-decoder", "learned-tokens", "random-tokens", "k-means"),
    *("classification", "hot", "queue-hot", "queue-average", "queue-early"),
    *("queue-still", "in-batch-shared", "queue-shared", "raw"),
)


def main() -> None:
    """Train and evaluate what is not there yet, seed by seed; print the table."""
    given = arguments().parse_args()
    torch.set_num_threads(1)
    trained, unseen = chosen_components(given)
    shape = SHAPES[given.shape]
    if given.batch:
        shape = replace(shape, batch=given.batch)
    studio = studio_of(given, shape.encoder, torch.device("cpu"))
    arms = given.arms.split(",") if given.arms else MAIN
    seeds = [int(seed) for seed in given.seeds.split(",")]
    asked = [
        Run(arm=arm, seed=seed, steps=given.steps) for seed in seeds for arm in arms
    ]
    if not given.table:
        if given.baselines:
            keep(given.out, baseline(given.baselines, studio, trained, unseen))
        for one in asked:
            run(one, given.out, shape, studio, (trained, unseen))
        if given.equal_time:
            for one in asked:
                fewer = steps_in_equal_time(one, given.out)
                if fewer.steps < one.steps:
                    run(fewer, given.out, shape, studio, (trained, unseen))
    print(
        f"{len(trained)} components, {len(unseen)} of other bases unseen; shape "
        f"{given.shape}, {given.steps} steps of {shape.batch} x 2 clips; one thread; "
        f"seeds {given.seeds}"
    )
    print_table(kept(given.out), given.steps)


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.components")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--arms", help=", ".join(ARMS))
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--batch", type=int, help="without, the shape's own")
    parser.add_argument("--out", type=Path, default=Path("var/components/bench"))
    parser.add_argument("--baselines", type=Path, help="EfficientNet-lite0's weights")
    parser.add_argument("--equal-time", action="store_true")
    parser.add_argument("--table", action="store_true")
    add_sources(parser, os.environ)
    parser.set_defaults(components=192)
    return parser


if __name__ == "__main__":
    sys.exit(main())
