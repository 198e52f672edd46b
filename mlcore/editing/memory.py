"""Memory that was too small: told from other errors, and said in frames."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import torch

from mlcore.editing.order import Impossible, TooMany

SAID = (
    "DefaultCPUAllocator",
    "CUDA error: out of memory",
    "_STATUS_ALLOC_FAILED",
    "ALLOCATION_FAILED",
)
"""What errors name that are RuntimeErrors like any other: torch's on a processor, CUDA's own
beside torch's, and those of cuBLAS, cuDNN (under two names) and cuSOLVER"""


def ran_out(error: Exception) -> bool:
    """Return whether memory ran out: Python's, NumPy's, OpenCV's, torch's on any device."""
    if isinstance(error, cv2.error):
        return error.code == cv2.Error.StsNoMem
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    told = str(error)
    return isinstance(error, RuntimeError) and any(each in told for each in SAID)


@contextmanager
def within_memory(frames: int) -> Iterator[None]:
    """Raise Impossible, saying how many frames may fit, where so many did not.

    Half of them: nobody knows how far the work would have gone beyond what failed.
    """
    try:
        yield
    except Exception as error:
        if not ran_out(error):
            raise
        fewer = frames // 2
        raise Impossible(
            f"{frames} frames at once do not fit into memory: "
            + (f"{fewer} may, or" if fewer >= 2 else "no two would, but")
            + " those of a smaller picture"
        ) from error


@contextmanager
def together(frames: int, fewer: int) -> Iterator[None]:
    """Raise TooMany where so many frames do not go through a network together.

    `fewer` are to be tried next; 0: there are none.
    """
    try:
        yield
    except Exception as error:
        if not ran_out(error):
            raise
        raise TooMany(frames, fewer) from error
