"""Loops over packed masks compiled by numba, where it is there; same bits as numpy's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Words = NDArray[np.uint64]
Keys = NDArray[np.uint64]

_LOW, _SHIFT = np.uint64(0xFFFF_FFFF), np.uint64(32)


@dataclass(frozen=True, slots=True)
class Loops:
    """Compiled functions; arrays are C-contiguous, results are written in place."""

    iou: Callable[[Words, Words, Floats, Floats, Floats], None]
    """(a masks, b masks, areas of a, areas of b, out (a, b)) intersection over union."""
    nearest: Callable[[Words, Floats, NDArray[np.int64], int, Keys], None]
    """(masks by rising area, their areas, their names, first row, out (rows, k)): the
    best keys of rows first, first + 1, ... as heaps, see `nearest.py`."""


@cache
def loops() -> Loops | None:
    """Compile, about half a second once a process; None where numba is not to be had."""
    try:
        import numba  # noqa: PLC0415  optional, and half a second to load
        from numba.core.errors import NumbaError  # noqa: PLC0415
    except ImportError:
        return None
    try:
        return _compile(numba)
    except NumbaError:
        # A numba that does not know this numpy or this processor: the numpy way is there.
        return None


def _compile(numba: Any) -> Loops:
    def compiled(signature: str) -> Any:
        # "numpy": a division by zero is no branch; no fast-math, which changes bits.
        return numba.njit(signature, nogil=True, error_model="numpy")

    ones, bits = _intrinsics(numba)
    shared = compiled("float32(uint64[::1],uint64[::1])")(_shared_of(ones))
    iou = compiled(
        "void(uint64[:,::1],uint64[:,::1],float32[::1],float32[::1],float32[:,::1])"
    )
    keep = compiled("void(uint64[::1],uint64)")(_keep)
    nearest = compiled(
        "void(uint64[:,::1],float32[::1],int64[::1],int64,uint64[:,::1])"
    )
    return Loops(iou(_iou_of(shared)), nearest(_nearest_of(shared, bits, keep)))


def _intrinsics(numba: Any) -> tuple[Any, Any]:
    """Return (ones of a uint64, bits of a float32), each one instruction to LLVM.

    A loop over llvm.ctpop becomes vector popcounts where the processor has them.
    """
    from llvmlite import ir  # noqa: PLC0415  numba's own
    from numba.extending import intrinsic  # noqa: PLC0415

    word, single, half = numba.types.uint64, numba.types.float32, numba.types.uint32

    @intrinsic
    def ones(_typing: Any, _x: Any) -> Any:
        return word(word), lambda _c, builder, _s, args: builder.ctpop(args[0])

    @intrinsic
    def bits(_typing: Any, _x: Any) -> Any:
        def cast(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], ir.IntType(32))

        return half(single), cast

    return ones, bits


def _shared_of(ones: Any) -> Any:
    def shared(a: Words, b: Words) -> np.float32:
        count = np.uint64(0)
        for word in range(64):
            count += ones(a[word] & b[word])
        return np.float32(count)

    return shared


def _iou_of(shared: Any) -> Any:
    def iou(a: Words, b: Words, area_a: Floats, area_b: Floats, out: Floats) -> None:
        for i in range(len(a)):
            for j in range(len(b)):
                both = shared(a[i], b[j])
                union = area_a[i] + area_b[j] - both
                out[i, j] = both / union if union > 0 else np.float32(0)

    return iou


def _nearest_of(shared: Any, bits: Any, keep: Any) -> Any:
    def nearest(
        masks: Words, area: Floats, names: NDArray[np.int64], first: int, out: Keys
    ) -> None:
        for row in range(len(out)):
            own, best = first + row, out[row]
            below, above = own - 1, own + 1
            while below >= 0 or above < len(masks):
                # IoU <= smaller area / larger: partners come in the order of that bound,
                # so the first that cannot reach the k-th best ends the row.
                low = area[below] / area[own] if below >= 0 else np.float32(0)
                high = area[own] / area[above] if above < len(masks) else np.float32(0)
                bound, other = (low, below) if low > high else (high, above)
                if np.uint64(bits(bound)) < best[0] >> _SHIFT:
                    break
                if low > high:
                    below -= 1
                else:
                    above += 1
                both = shared(masks[own], masks[other])
                score = both / (area[own] + area[other] - both)
                keep(
                    best,
                    np.uint64(bits(score)) << _SHIFT | _LOW - np.uint64(names[other]),
                )

    return nearest


def _keep(heap: Keys, key: np.uint64) -> None:
    """Put a key in the place of the least of a heap, where it is greater."""
    if key <= heap[0]:
        return
    at, child = 0, 1
    while child < len(heap):
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if key <= heap[child]:
            break
        heap[at] = heap[child]
        at, child = child, 2 * child + 1
    heap[at] = key
