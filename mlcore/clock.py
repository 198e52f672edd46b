"""The time that work on a device takes."""

import time
from collections.abc import Callable

import torch

Clock = Callable[[], float]
"""Seconds since some moment"""


def clock_of(device: torch.device, *, alone: bool = False) -> Clock:
    """Return a clock that waits for a device.

    A GPU is told what to do long before it has done it: without waiting, time would be
    counted to whatever asks for a result first. `alone`: where the processor computes, its
    own seconds, summed over threads, so that other programs do not count.
    """
    if device.type != "cuda":
        return time.process_time if alone else time.monotonic

    def waited() -> float:
        torch.cuda.synchronize(device)
        return time.monotonic()

    return waited
