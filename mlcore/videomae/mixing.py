"""Batches of which some rows are drawn and the others footage."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mlcore.videomae.batches import Source


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """Two sources: of every batch the first rows come from `first`, the rest from `rest`."""

    first: Source
    rest: Source
    share: float
    """Of the rows, 0..1, those from `first`"""

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(f"a share is between 0 and 1, got {self.share}")

    def draw(
        self, times_BT: Tensor, seed: int, rows: slice, shared: Sequence[int]
    ) -> Tensor:
        """Return (b, T, 3, H, W) uint8: rows of a batch, frames at `times` of their spans."""
        begin, end, _ = rows.indices(len(times_BT))
        border = min(max(round(self.share * len(times_BT)), begin), end)
        parts = [
            source.draw(times_BT, seed, part, shared).cpu()
            for source, part in (
                (self.first, slice(begin, border)),
                (self.rest, slice(border, end)),
            )
            if part.start < part.stop
        ]
        return torch.cat(parts)
