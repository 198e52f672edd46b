"""Cuts from what a network says of every frame."""

import numpy as np
from numpy.typing import NDArray

from mlcore.shots.signals import Signals

THRESHOLD = 0.5
"""Probability above which a frame ends a shot: the authors' own."""


_AROUND = 6
"""Frames on either side of a gradual change by which a flash is over."""


def likely_cuts(
    likely: NDArray[np.float32],
    signals: Signals,
    *,
    min_content: float,
    same_tint: float,
) -> list[int]:
    """Return the first frames of shots, of (n, 2) probabilities as `CutNetwork` gives them.

    The network marks the last frame of a shot, sometimes a frame or two around it;
    where one frame there differs clearly from the one before (a content score of
    `min_content` and twice its neighbours'), that is the cut. Otherwise the change is
    gradual and its middle is, unless the same picture (colours within `same_tint`)
    stands on both sides of it.
    """
    marked = np.r_[False, likely[:, 0] > THRESHOLD, False]
    cuts: set[int] = set()
    for first, end in np.flatnonzero(np.diff(marked)).reshape(-1, 2).tolist():
        cut = _sharp_cut(signals.content, first, end, min_content)
        if cut is not None:
            cuts.add(cut)
        elif _differs(signals, first - _AROUND, end + _AROUND, same_tint):
            cuts.add((first + end) // 2 + 1)
    return sorted(cut for cut in cuts if 0 < cut < len(signals))


def _sharp_cut(
    content: NDArray[np.float32], first: int, end: int, min_content: float
) -> int | None:
    near = np.asarray(content[first : end + 2])
    cut = first + int(near.argmax())
    beside = [content[at] for at in (cut - 1, cut + 1) if 0 <= at < len(content)]
    sharp = near.max() >= max(min_content, 2 * max(beside, default=0.0))
    return cut if sharp else None


def _differs(signals: Signals, before: int, after: int, same_tint: float) -> bool:
    ends = max(0, before), min(len(signals) - 1, after)
    a, b = (signals.tint[at].astype(np.float32) for at in ends)
    return float(np.abs(a - b).mean()) > same_tint
