"""All pairs of one title's silhouettes, against a matrix product: python -m bench.pairs [--seed N].

Takes about two minutes.
"""

import argparse
import platform

import torch
from threadpoolctl import threadpool_info

from bench.pairs.drawing import draw_masks
from bench.pairs.many import measure_many
from bench.pairs.title import measure_title
from mlcore.matching.bits import to_words

TITLE, MANY = 2_000, 20_000


def main() -> None:
    """Draw the masks and print both tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.pairs")
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    blas = [
        f"{p['internal_api']} {p.get('architecture', '')} x{p['num_threads']}"
        for p in threadpool_info()
        if p["user_api"] == "blas" and "numpy" in p["filepath"]
    ]
    print(
        f"{platform.machine()}, numpy on {', '.join(blas)}, torch x{torch.get_num_threads()}, "
        f"our own code on one thread, seed {seed}"
    )
    words = to_words(draw_masks(MANY, seed))
    measure_title(words[:TITLE])
    measure_many(words)


if __name__ == "__main__":
    main()
