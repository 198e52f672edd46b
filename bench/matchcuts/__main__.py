"""How well planted match cuts are found, kind by kind: python -m bench.matchcuts [--seed N] [--only a,b].

Needs the weights and the sample titles in place.
"""

import argparse
import importlib.util
import platform

import cv2
import torch
from threadpoolctl import threadpool_limits

SECTIONS = ("frame", "motion", "action", "light", "sound", "offsets", "film")


def main() -> None:
    """Print every section, or those asked for, on one thread."""
    there = [name for name in SECTIONS if importlib.util.find_spec(_module(name))]
    parser = argparse.ArgumentParser(prog="python -m bench.matchcuts")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default=",".join(there), help=",".join(there))
    given = parser.parse_args()
    wanted = given.only.split(",")
    if unknown := set(wanted) - set(there):
        parser.error(f"no section {', '.join(sorted(unknown))}")
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    print(
        f"{platform.processor() or platform.machine()}, one thread, seed {given.seed}"
    )
    with threadpool_limits(1):
        for name in wanted:
            importlib.import_module(_module(name)).measure(given.seed)


def _module(section: str) -> str:
    return f"bench.matchcuts.{section}"


if __name__ == "__main__":
    main()
