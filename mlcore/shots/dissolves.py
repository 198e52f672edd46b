"""Dissolves from recorded colours: frames that are a mixture of two pictures."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LENGTHS = (6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64)
"""Frames that a dissolve lasts, near enough: a third of a second to more than two."""

_INSIDE = (0.2, 0.35, 0.5, 0.65, 0.8)
"""Where in the dissolve frames are held against the mixture."""

_CHUNK = 4096
"""Frames looked at at once: a film's colours as floats would be 100 MB."""

LEAST_CHANGE = 14.0
"""Root mean square difference (0..255) of the pictures before and after, of 48 colours."""
MOST_STRAY = 0.045
"""Part of that difference, squared, by which frames may stray from the mixture."""
MOST_UNEVEN = 0.12
"""Share of the mixture (0..1) by which the second picture may be ahead or behind."""
MOST_AROUND = 0.06
"""Part of that difference, squared, by which the pictures go on changing on either side
in a third of the length."""
MOST_ALIKE = 0.8
"""Correlation up to which two pictures are not one in another light."""
LEAST_RANGE = 6.0
"""Standard deviation of the colours of a picture; less is black, white or another
plain ground, and the stretch a fade."""


@dataclass(frozen=True, slots=True)
class Dissolve:
    """Frames `first` to `last` show a mixture; from `middle` on, more of what comes."""

    first: int
    last: int
    middle: int


def find_dissolves(tint: NDArray[np.uint8]) -> list[Dissolve]:
    """Return the dissolves in (n, 6, 8, 3) mean colours of frames, in order.

    In a dissolve from A to B of L frames, frame s + t is A + (B - A) t / L, whatever
    A and B show; a pan or a walk passes through other pictures on its way, a slow
    change of light ends in a picture that correlates with the first.
    """
    n, reach = len(tint), 2 * max(LENGTHS)
    found: list[tuple[float, int, int]] = []
    for first in range(0, n, _CHUNK):
        low, high = max(0, first - reach), min(n, first + _CHUNK + reach)
        colours = tint[low:high].reshape(high - low, -1).astype(np.float32)
        found += [
            (worth, low + start, low + end)
            for worth, start, end in _candidates(colours)
            if first <= low + (start + end) // 2 < first + _CHUNK
        ]
    return [
        Dissolve(start, end, middle_of(tint, start, end))
        for start, end in _best_apart(found)
    ]


def _candidates(colours: Floats) -> Iterator[tuple[float, int, int]]:
    for length in LENGTHS:
        around = max(3, length // 3)
        if len(colours) <= length + 2 * around:
            continue
        worth = _worth(colours, length, around)
        for start in np.flatnonzero(worth > 0).tolist():
            yield float(worth[start]), start + around, start + around + length


def _worth(colours: Floats, length: int, around: int) -> Floats:
    """Return of every start how well the stretch is a whole dissolve; 0 where it is none.

    A part of a dissolve is a mixture too, so the one with the most change is whole;
    one that reaches over the ends is uneven.
    """
    starts = len(colours) - length - 2 * around
    before, a, b, after = (
        colours[at : at + starts]
        for at in (0, around, around + length, length + 2 * around)
    )
    step = b - a
    size = np.maximum(_squares(step), 1e-6)
    stray, uneven = np.zeros(starts, np.float32), np.zeros(starts, np.float32)
    for share in _INSIDE:
        frames = round(share * length)
        way = colours[around + frames : around + frames + starts] - a
        done = np.einsum("nd,nd->n", way, step) / size
        stray = np.maximum(stray, _squares(way) / size - done**2)
        uneven = np.maximum(uneven, np.abs(done - frames / length))
    outside = np.maximum(_squares(a - before), _squares(after - b)) / size
    is_one = (
        (size >= LEAST_CHANGE**2 * colours.shape[1])
        & (stray <= MOST_STRAY)
        & (uneven <= MOST_UNEVEN)
        & (outside <= MOST_AROUND)
        & (np.minimum(a.std(axis=1), b.std(axis=1)) >= LEAST_RANGE)
        & (correlation(a, b) <= MOST_ALIKE)
    )
    return np.asarray(is_one * np.sqrt(size) * (1 - 3 * (stray + uneven)), np.float32)


def _squares(difference: Floats) -> Floats:
    return np.asarray(np.einsum("nd,nd->n", difference, difference), np.float32)


def middle_of(tint: NDArray[np.uint8], start: int, end: int) -> int:
    """Return the first frame that shows more of the second picture than of the first."""
    colours = tint[start : end + 1].reshape(end + 1 - start, -1).astype(np.float32)
    step = colours[-1] - colours[0]
    share = (colours - colours[0]) @ step / (step @ step)
    return start + int(np.argmax(share >= 0.5))


def correlation(a: Floats, b: Floats) -> Floats:
    """Return (n,) how alike (n, d) pictures are but for light and tint, -1..1."""
    a, b = (x - x.mean(axis=1, keepdims=True) for x in (a, b))
    sizes = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    return np.asarray((a * b).sum(axis=1) / np.maximum(sizes, 1e-6), np.float32)


def _best_apart(found: list[tuple[float, int, int]]) -> list[tuple[int, int]]:
    """Of stretches that overlap, keep the one that is worth most; in order of time."""
    kept: list[tuple[int, int]] = []
    for _, start, end in sorted(found, reverse=True):
        if all(end <= a or b <= start for a, b in kept):
            kept.append((start, end))
    return sorted(kept)
