"""Every pair of one title: 2,000 shots, 2 million unordered pairs."""

import time
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from bench.pairs.clock import costs, memory, must_agree, say
from mlcore.matching.bits import Words, areas, iou_triangle
from mlcore.matching.compiled import loops

Floats = NDArray[np.float32]

GEMM = "fp32 GEMM alone, numpy"
"""Of the whole square: there is no product of half a square."""


def measure_title(words: Words) -> None:
    """Print what every pair costs, each way."""
    many = len(words)
    print(
        f"\nevery pair of {many} masks of 64 x 64: {many * (many - 1) // 2:,} unordered pairs"
    )
    compiler = compile_loops()
    check(words)
    ways: dict[str, Callable[[], object]] = {}
    if compiler:
        ways["iou_triangle, compiled"] = lambda: _spend(words, compiled=True)
    ways |= {
        "iou_triangle, numpy alone": lambda: _spend(words, compiled=False),
        "packed popcount in numpy, a row at a time": lambda: _rows(words),
        GEMM: lambda: _product(words),
        "fp32 GEMM and IoU, numpy": lambda: _product_iou(words),
        "fp32 GEMM alone, torch": lambda: _torch_product(words),
    }
    say(costs(ways), GEMM)


def compile_loops() -> bool:
    """Load numba and say what it costs; False where it is not there."""
    before, began = memory("VmRSS:"), time.perf_counter()
    if loops() is None:
        print("  numba is not there")
        return False
    grown = (memory("VmRSS:") - before) / 2**20
    print(
        f"  loading numba and compiling: {time.perf_counter() - began:.2f} s, {grown:.0f} MB"
    )
    return True


def check(words: Words) -> None:
    """Hold both ways against the naive one, bit by bit, on a part of the masks."""
    few = words[:400]
    bits = np.unpackbits(few.view(np.uint8), axis=1).astype(bool)
    naive = np.array([[_naive(a, b) for b in bits] for a in bits], np.float32)
    for compiled in (False, True):
        for first, found in iou_triangle(few, compiled=compiled):
            wanted = naive[first : first + len(found), first:]
            must_agree(np.array_equal(found.view(np.uint32), wanted.view(np.uint32)))
    print(
        f"  both ways equal to pixels counted one pair at a time, to the bit ({len(few)} masks)"
    )


def _naive(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> np.float32:
    union = np.count_nonzero(a | b)
    return np.float32(np.count_nonzero(a & b)) / np.float32(max(union, 1))


def _spend(words: Words, *, compiled: bool) -> float:
    return sum(
        float(found[0, -1]) for _, found in iou_triangle(words, compiled=compiled)
    )


def unpacked(words: Words) -> Floats:
    """(n, 4096) masks as float32 numbers 0 and 1."""
    return np.unpackbits(words.view(np.uint8), axis=1).astype(np.float32)


_UNPACKED: dict[int, Floats] = {}


def _pixels(words: Words) -> Floats:
    # Unpacking is not counted: a program could keep its masks so.
    return _UNPACKED.setdefault(len(words), unpacked(words))


def _product(words: Words) -> Floats:
    pixels = _pixels(words)
    return pixels @ pixels.T


def _torch_product(words: Words) -> torch.Tensor:
    pixels = torch.from_numpy(_pixels(words))
    return pixels @ pixels.T


def _product_iou(words: Words) -> Floats:
    shared, area = _product(words), areas(words)
    return shared / (area[:, None] + area[None, :] - shared)


def _rows(words: Words) -> int:
    area, total = areas(words), 0
    for row in range(len(words) - 1):
        both = np.bitwise_count(words[row] & words[row + 1 :]).sum(
            axis=1, dtype=np.uint32
        )
        shared = both.astype(np.float32)
        total += len(shared / (area[row] + area[row + 1 :] - shared))
    return total
