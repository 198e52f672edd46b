"""Where to begin looking for an older film in a newer one."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mlcore.shots.tints import Tints

STEP = 24
"""One frame in so many is looked for, and two of every shot at least."""
PLACES = 3
"""Places where a frame is looked for, the likest ones."""
LOOSE = 1.5
"""Root of the mean square is above the mean difference; some films more, others less."""
AT_ONCE = 64


class Seeds:
    """Pairs of (frame of the older film, offset to the newer one), likely ones only.

    `old_edges` and `new_edges` are first frames of the shots and the ends of the films.
    Beside the likest places of a frame come those at which the two shots begin or end
    together: in a picture that stands still no frame is likest.
    """

    def __init__(
        self, films: Tints, old_edges: list[int], new_edges: list[int]
    ) -> None:
        self._films = films
        self._old, self._new = np.array(old_edges), np.array(new_edges)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        probes = self._probes()
        new = self._films.new.astype(np.float32)
        lengths = np.einsum("ij,ij->i", new, new)
        for at in range(0, len(probes), AT_ONCE):
            frames = probes[at : at + AT_ONCE]
            for frame, places in zip(
                frames.tolist(), self._places(frames, new, lengths), strict=True
            ):
                yield from self._offsets(frame, places)

    def _probes(self) -> NDArray[np.int64]:
        found: list[int] = []
        for first, end in pairwise(self._old.tolist()):
            count = max(2, (end - first) // STEP)
            inner = (2 * np.arange(count) + 1) * (end - first) // (2 * count)
            found.extend((first + inner).tolist())
        frames = np.unique(np.array(found, np.int64))
        return frames[~self._films.flat[frames]]

    def _places(
        self,
        frames: NDArray[np.int64],
        new: NDArray[np.float32],
        lengths: NDArray[np.float32],
    ) -> Iterator[list[int]]:
        rows = self._films.old[frames].astype(np.float32)
        gaps = lengths - 2 * rows @ new.T + (rows * rows).sum(axis=1)[:, None]
        limit = new.shape[1] * (LOOSE * self._films.tolerance[frames]) ** 2
        walled = np.pad(gaps, ((0, 0), (1, 1)), constant_values=np.inf)
        least = (gaps <= walled[:, :-2]) & (gaps <= walled[:, 2:])
        for gap, may in zip(gaps, least & (gaps <= limit[:, None]), strict=True):
            found = np.flatnonzero(may)
            yield found[np.argsort(gap[found], kind="stable")[:PLACES]].tolist()

    def _offsets(self, frame: int, places: list[int]) -> Iterator[tuple[int, int]]:
        mine = self._shot(self._old, frame)
        for place in places:
            theirs = self._shot(self._new, place)
            offsets = {place - frame, theirs[0] - mine[0], theirs[1] - mine[1]}
            for offset in sorted(offsets):
                if 0 <= frame + offset < self._films.new_frames:
                    yield frame, offset

    @staticmethod
    def _shot(edges: NDArray[np.int64], frame: int) -> tuple[int, int]:
        after = int(np.searchsorted(edges, frame, side="right"))
        return int(edges[after - 1]), int(edges[after])
