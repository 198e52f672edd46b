"""What learning adds to scores, on labelled pairs: python -m bench.ranking [--frame-train F ...].

Give the train and validation part of a set of labelled pairs per kind, split by title;
`docs/ranking.md` says what the columns are. Without files only drawn looks are measured.
"""

import argparse
from pathlib import Path

import torch
from threadpoolctl import threadpool_limits

from bench.ranking.gates import measure_gate
from bench.ranking.looks import measure_looks
from bench.ranking.tables import measure_pairs
from mlcore.matching.ranking.labelled import read_pairs

KINDS = ("frame", "motion")


def main() -> None:
    """Print every measurement, on one thread."""
    parser = argparse.ArgumentParser(prog="python -m bench.ranking")
    for kind in KINDS:
        parser.add_argument(f"--{kind}-train", type=Path)
        parser.add_argument(f"--{kind}-validation", type=Path)
    given = vars(parser.parse_args())
    torch.set_num_threads(1)
    with threadpool_limits(1):
        for kind in KINDS:
            files = given[f"{kind}_train"], given[f"{kind}_validation"]
            if None in files:
                print(f"{kind}: no labelled pairs given")
                continue
            train, pairs = (read_pairs(file) for file in files)
            measure_pairs(kind, train, pairs)
            if kind == "frame":
                measure_gate(train, pairs)
        measure_looks()


if __name__ == "__main__":
    main()
