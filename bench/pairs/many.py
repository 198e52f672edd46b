"""The best 50 partners of each of 20,000 masks: 400 million ordered pairs."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from bench.pairs.clock import Cost, costs, must_agree, say
from bench.pairs.title import GEMM, unpacked
from mlcore.matching.bits import Words, areas, iou_every
from mlcore.matching.compiled import loops
from mlcore.matching.nearest import nearest

POPCOUNT = "packed popcount and argpartition, numpy"
K, PART, BLOCK = 50, 1_000, 250
"""The slow ways do PART of the rows and are multiplied up; those of ours do all."""


def measure_many(words: Words) -> None:
    """Print what the best partners cost, each way."""
    many = len(words)
    print(
        f"\nthe best {K} of each of {many} masks: {many * (many - 1):,} ordered pairs"
    )
    print(f"  (*: {PART} of {many} rows, multiplied)")
    _check(words)
    ways: dict[str, Callable[[], object]] = {}
    if loops() is not None:
        ways["nearest, compiled"] = lambda: nearest(words, K)
    ways |= {
        "nearest, numpy alone": lambda: nearest(words, K, compiled=False),
        f"{POPCOUNT} *": lambda: _popcounts(words),
        f"{GEMM} *": lambda: _products(words),
        "fp32 GEMM, IoU and argpartition, numpy *": lambda: _partitioned(words),
    }
    found = costs(ways)
    for name, one in found.items():
        if name.endswith("*"):
            found[name] = Cost(one.seconds * many / PART, one.peak)
    say(found, f"{GEMM} *")


def _check(words: Words) -> None:
    few = words[:2000]
    table = iou_every(few, few)
    np.fill_diagonal(table, 0)
    names = np.broadcast_to(np.arange(len(few)), table.shape)
    order = np.lexsort((names, -table), axis=1)[:, :K]
    wanted = np.take_along_axis(table, order, axis=1)
    for compiled in (False, True):
        found = nearest(few, K, compiled=compiled)
        must_agree(np.array_equal(found.iou, wanted))
        must_agree(np.array_equal(found.partner, np.where(wanted > 0, order, -1)))
    print(f"  both ways equal to the sorted table of all ({len(few)} masks)")


def _blocks(words: Words) -> Iterator[Words]:
    return (words[at : at + BLOCK] for at in range(0, PART, BLOCK))


def _products(words: Words) -> None:
    # Unpacked once a column block, as a whole title would not fit: 330 MB of numbers.
    right = unpacked(words).T
    for left in _blocks(words):
        _ = unpacked(left) @ right


def _partitioned(words: Words) -> None:
    right, area = unpacked(words).T, areas(words)
    for left in _blocks(words):
        shared = unpacked(left) @ right
        _best(shared / (areas(left)[:, None] + area[None, :] - shared))


def _popcounts(words: Words) -> None:
    area = areas(words)
    for left in _blocks(words):
        for row, own in zip(left, areas(left), strict=True):
            shared = np.bitwise_count(row & words).sum(axis=1, dtype=np.uint32)
            _best(shared[None] / (own + area - shared)[None])


def _best(iou: NDArray[np.float32]) -> None:
    np.argpartition(iou, iou.shape[1] - K, axis=1)[:, -K:]
