"""Memory that was too small: told from other errors, and said in frames."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import torch

from mlcore.editing.order import Impossible

PROCESSOR = "DefaultCPUAllocator"
"""What torch's error names on a processor, which is a RuntimeError like any other there"""


def ran_out(error: Exception) -> bool:
    """Return whether memory ran out: Python's, NumPy's, OpenCV's, torch's on any device."""
    if isinstance(error, cv2.error):
        return error.code == cv2.Error.StsNoMem
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and PROCESSOR in str(error)


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
