"""How well shots are told apart and matched, and how fast: python -m bench.matching [--seed N].

Needs the weights and the sample titles in place; takes about two minutes.
"""

import argparse
import platform

import cv2
import torch
from threadpoolctl import threadpool_limits

from bench.matching.copies import measure_copies
from bench.matching.gates import measure_gates
from bench.matching.motions import measure_motions
from bench.matching.speed import measure_speed


def main() -> None:
    """Print every measurement, on one thread."""
    parser = argparse.ArgumentParser(prog="python -m bench.matching")
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    print(f"{platform.processor() or platform.machine()}, one thread, seed {seed}")
    with threadpool_limits(1):
        measure_gates()
        measure_copies()
        measure_motions(seed)
        measure_speed(seed)


if __name__ == "__main__":
    main()
