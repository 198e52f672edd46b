"""Ways to spend a budget of frames in pretraining, compared on a world of known motion:

    python -m bench.pretraining [--frames N,N,N] [--seeds 0,1,2] [--arms plain,tpl,...]
        [--processes N] [--minutes M] [--shape toy] [--device D] [--out FOLDER] [--table]

Takes hours, so it goes on where it was: what an arm and seed gave is kept in OUT, a kill in
the middle of a training costs two minutes, later the measuring alone; what was measured in
another way is measured anew without training, what was trained in another way is refused. All arms of the first budget come first, each with
all seeds, dealt over N programs; after M minutes no further one begins. `--table` prints what
is there and trains nothing. What arms of another shape give lies in OUT/SHAPE. First of all fine-tuning after `plain` has to beat `scratch` by
15 points, or the rest says nothing: whether it does is printed under each budget. Last comes
what each arm gave under every budget that lies in OUT.
"""

import argparse
import math
import sys
from pathlib import Path

from bench.pretraining.arms import ARMS
from bench.pretraining.runs import USUAL, Run, kept
from bench.pretraining.sharing import share
from bench.pretraining.table import print_budgets, print_over_budgets, print_table
from mlcore.videomae.config import SHAPES
from mlcore.videomae.finetune import Tuning
from mlcore.videomae.views import read_views

USUAL_SHAPE = "toy"
"""The shape whose results lie in OUT itself; those of others, which are no arms beside it,
lie in folders of their own"""


def main() -> int:
    """Train and measure what is not there yet, budget by budget; print the tables."""
    given = arguments().parse_args()
    if given.shape != USUAL_SHAPE:
        given.out /= given.shape
    budgets = [int(each) for each in given.frames.split(",")]
    seeds = [int(each) for each in given.seeds.split(",")]
    arms = given.arms.split(",") if given.arms else list(ARMS)
    well = True
    if not given.table:
        given.out.mkdir(parents=True, exist_ok=True)
        runs = [
            Run(arm=arm, seed=seed, frames=frames)
            for frames in budgets
            for arm in arms
            for seed in seeds
        ]
        well = share(given, runs, given.processes)
    for frames in budgets:
        print_table(kept(given.out), frames)
    print_over_budgets(kept(given.out), budgets)
    print_budgets(kept(given.out))
    return 0 if well else 1


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.pretraining")
    parser.add_argument("--frames", default="262144,524288,1048576")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--arms", help=", ".join(ARMS))
    parser.add_argument(
        "--shape", choices=SHAPES, default=USUAL_SHAPE, help="others lie in OUT/SHAPE"
    )
    parser.add_argument("--batch", type=int, default=USUAL["batch"])
    parser.add_argument("--rate", type=float, default=USUAL["rate"])
    parser.add_argument("--few", type=int, default=100, help="labels; 0: none")
    parser.add_argument("--many", type=int, default=1000, help="labels")
    parser.add_argument("--asked", type=int, default=1000, help="labelled clips")
    parser.add_argument("--views", type=read_views, default="1x1", help="as in 2x3")
    parser.add_argument("--held-out", type=int, default=USUAL["held_out"], help="clips")
    parser.add_argument(
        "--tuning", type=int, default=600, help="steps; 0: losses alone"
    )
    parser.add_argument("--probing", type=int, default=600, help="of attentive probes")
    parser.add_argument("--tuning-rate", type=float, default=Tuning.rate)
    parser.add_argument("--smoothing", type=float, default=Tuning.smoothing)
    parser.add_argument("--layer-decay", type=float, default=Tuning.layer_decay)
    parser.add_argument("--points", type=int, default=32, help="of the loss curve")
    parser.add_argument("--threads", type=int, default=1, help="of each program")
    parser.add_argument("--processes", type=int, default=1, help="programs at once")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--device")
    parser.add_argument("--out", type=Path, default=Path("var/pretraining"))
    parser.add_argument("--table", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
