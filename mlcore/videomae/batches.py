"""What each step sees: clips and masks, always the same from the same numbers; drawn ahead.

B: clips in a batch, b: this program's, T: frames, V, M: cubes seen and restored
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from mlcore.fit import World, seed_of
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.cubes import tube_masks
from mlcore.videomae.plan import Stage
from mlcore.videomae.sampling import Sampling


class Source(Protocol):
    """Where clips come from: mlcore.videomae.world, or footage."""

    def draw(
        self, times_BT: Tensor, seed: int, rows: slice, shared: Sequence[int]
    ) -> Tensor:
        """Return (b, T, 3, H, W) uint8: rows of a batch, frames at `times` of their spans.

        A row has the same `shared` for some steps in a row: what is dear to get may be
        the same in these.
        """


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Clips, and what of them is seen and restored."""

    clips: Tensor
    """(b, T, 3, H, W) uint8"""
    seen: Tensor
    """(b, V) int64"""
    restored: Tensor
    """(b, M) int64"""

    def to(self, device: torch.device) -> "Batch":
        """Return it on a device."""
        return Batch(
            clips=self.clips.to(device, non_blocking=True),
            seen=self.seen.to(device, non_blocking=True),
            restored=self.restored.to(device, non_blocking=True),
        )


@dataclass(frozen=True, kw_only=True)
class Batches:
    """Batch of step number `step`, when that is of a stage."""

    source: Source
    sampling: Sampling
    config: AutoencoderConfig
    seed: int
    repeat: int = 8
    """Steps in a row, with the longest clips, that may see the same stretches of footage:
    decoding one takes as long as a small network's step on several clips. The more with
    shorter clips, so that what is decoded is seen as often"""
    world: World = World()  # noqa: RUF009  frozen

    def draw(self, step: int, stage: Stage) -> Batch:
        """Return this program's share. Raises ValueError if a batch does not divide."""
        rows = self.world.share(stage.batch)
        seed = seed_of("step", self.seed, step, stage.frames)
        chance = torch.Generator().manual_seed(seed)
        times = self.sampling.times(stage.batch, stage.frames, chance)
        slices = self.config.slices(stage.frames)
        seen, restored = tube_masks(self.config, stage.batch, slices, chance)
        clips = self.source.draw(times, seed, rows, self._shared(step, stage))
        return Batch(clips=clips, seen=seen[rows], restored=restored[rows])

    def _shared(self, step: int, stage: Stage) -> list[int]:
        """A seed a row; those of some rows change with every step, never all at once."""
        in_a_row = self.repeat * max(1, self.config.frames // stage.frames)
        turns = [
            (step + row * in_a_row // stage.batch) // in_a_row
            for row in range(stage.batch)
        ]
        return [
            seed_of("shared", self.seed, row, turn) for row, turn in enumerate(turns)
        ]


WATCHED = 16
"""Steps over which it is seen how long the network waits for clips"""
MOST_WAITED = 0.05
"""Share of their time from which one more thread draws"""

StageAt = Callable[[int], Stage | None]
"""Which stage a step to come is expected to be of; None: none comes"""


class Ahead:
    """Batches drawn ahead by threads, in order.

    Where a step turns out to be of another stage than expected, as when a stage ends by
    the clock, what was drawn for it is dropped and it is drawn anew. With `most` above
    `threads` one more draws whenever the network waited too long. Clips are the same
    however many draw them.
    """

    def __init__(self, batches: Batches, threads: int, most: int = 0) -> None:
        self.batches, self.threads, self.most = batches, threads, most
        self.pool = ThreadPoolExecutor(threads) if threads else None
        self.waiting: deque[tuple[int, Stage, Future[Batch]]] = deque()
        self.waits: deque[tuple[float, float]] = deque(maxlen=WATCHED)

    def take(self, step: int, stage: Stage, expected: StageAt) -> Batch:
        """Return the batch of a step; order those after it."""
        if self.pool is None:
            return self.batches.draw(step, stage)
        if self.waiting and self.waiting[0][:2] != (step, stage):
            self._drop()
        if not self.waiting:
            self._order(step, stage)
        _, _, future = self.waiting.popleft()
        after = self.waiting[-1][0] + 1 if self.waiting else step + 1
        for number in range(after, step + 2 + self.threads):
            coming = expected(number)
            if coming is None:
                break
            self._order(number, coming)
        return self._waited_for(future)

    def close(self) -> None:
        """Let the threads go."""
        self._drop()
        if self.pool is not None:
            self.pool.shutdown()

    def _waited_for(self, future: Future[Batch]) -> Batch:
        asked = time.monotonic()
        drawn = future.result()
        self.waits.append((asked, time.monotonic() - asked))
        if self.threads < self.most and len(self.waits) == WATCHED:
            passed = time.monotonic() - self.waits[0][0]
            if sum(each for _, each in self.waits) > MOST_WAITED * passed:
                self._grow()
        return drawn

    def _grow(self) -> None:
        """Draw by one thread more; what is ordered is still drawn by those before."""
        if self.pool is not None:
            self.pool.shutdown(wait=False)
        self.threads += 1
        self.pool = ThreadPoolExecutor(self.threads)
        self.waits.clear()

    def _order(self, step: int, stage: Stage) -> None:
        assert self.pool is not None  # noqa: S101  only called with one
        ordered = self.pool.submit(self.batches.draw, step, stage)
        self.waiting.append((step, stage, ordered))

    def _drop(self) -> None:
        for _, _, future in self.waiting:
            future.cancel()
        self.waiting.clear()
