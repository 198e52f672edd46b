"""The same numbers every time, on the same hardware and software.

What would differ on a GPU is in which order numbers are added: cuDNN's passes back, and
attention's, unless torch is told otherwise.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def exactly(*, strictly: bool = False) -> Iterator[None]:
    """Have the block compute the same every time, where torch can; it warns where it cannot.

    `strictly`, it raises RuntimeError there. Only so does attention's pass back go by one
    order: where torch may warn, it warns and takes any
    (https://docs.pytorch.org/docs/stable/notes/randomness.html). A program on a GPU then
    has to have CUBLAS_WORKSPACE_CONFIG=:4096:8 in its environment before its first
    product of matrices, as the error says.
    """
    cudnn = torch.backends.cudnn
    before = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    benchmark, cudnn.benchmark = cudnn.benchmark, False
    torch.use_deterministic_algorithms(mode=True, warn_only=not strictly)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(mode=before[0], warn_only=before[1])
        cudnn.benchmark = benchmark
