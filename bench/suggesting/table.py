"""What the bench prints of one way to choose."""

import numpy as np
from numpy.typing import NDArray

from mlcore.components.suggesting.holding_out import places
from mlcore.components.suggesting.learning import PLAIN
from mlcore.metrics import bootstrap_interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def lines(name: str, scores: Floats, truth: Ints, *, warm: int) -> list[str]:
    """Say how (n, K) scores foresee (n,) the truth, each figure with its interval.

    The first `warm` of the K were used before. Raises ValueError where nothing of these,
    or nothing of the others, was chosen.
    """
    something = truth != PLAIN
    known = something & (truth < warm)
    cold = something & (truth >= warm)
    told = [f"  {name}"]
    for what, chosen in (("all", something), ("warm", known), ("cold", cold)):
        place = places(scores[chosen], truth[chosen])
        told.append(
            f"    {what:4s} of {len(place):4d}"
            f"  R@1 {_figure(place <= 1, '{:5.1%}')}"
            f"  R@5 {_figure(place <= 5, '{:5.1%}')}"
            f"  rank {_figure(place, '{:4.1f}')}"
        )
    return told


def _figure(each: NDArray[np.bool_] | Floats, form: str) -> str:
    """The mean of one value a cut, and its interval."""
    if not len(each):
        raise ValueError("no cut has a component to foresee")
    low, high = bootstrap_interval(lambda n: float(each[n].mean()), len(each), seed=0)
    mean, *ends = (form.format(value) for value in (each.mean(), low, high))
    return f"{mean} [{ends[0]}, {ends[1]}]"
