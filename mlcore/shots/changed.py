"""Where, inside what seems to be one shot, the picture becomes another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlcore.spans import Span

CHANGED = 20.0
"""Mean difference (0..255) of 48 colours a second apart: of 230 shots of ordinary footage
a quarter changes as much anywhere, where one shot hides another all but some do."""


def changed_stretches(
    tint: NDArray[np.uint8], spans: Sequence[Span], *, reach: int, least: int
) -> list[tuple[Span, Span]]:
    """Return each stretch of frames about which the picture becomes another, with its span.

    Of (n, 6, 8, 3) mean colours: what is `reach` frames before against what is `reach`
    after, or at the span's ends where these are nearer; nearer than `least` to an end
    nothing is compared.
    """
    found = []
    for span in spans:
        middles = np.arange(span.first + least, span.end - least + 1)
        if not len(middles):
            continue
        before = tint[np.maximum(middles - reach, span.first)].astype(np.float32)
        after = tint[np.minimum(middles + reach, span.end - 1)]
        changed = np.abs(after - before).mean(axis=(1, 2, 3)) >= CHANGED
        edges = np.flatnonzero(np.diff(np.r_[False, changed, False]))
        found += [
            (Span(int(middles[a]), int(middles[b - 1]) + 1), span)
            for a, b in edges.reshape(-1, 2)
        ]
    return found
