"""A small change of the space of looks, so that pairs people accept lie near.

D: length of an embedding, R: rank of the change
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectionConfig:
    """Its size."""

    dims: int
    """D, of what goes in and what comes out."""
    rank: int = 64
    """R: how many directions may change."""

    def __post_init__(self) -> None:
        if self.dims < 1 or not 1 <= self.rank <= self.dims:
            raise ValueError(f"rank must be in 1..dims, got {self.rank} of {self.dims}")


class Projection(nn.Module):
    """x -> x + up(down(x)), to length 1. `up` begins at zero: untrained, it is the identity."""

    def __init__(self, config: ProjectionConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.down = nn.Linear(config.dims, config.rank, bias=False)
        self.up = nn.Linear(config.rank, config.dims, bias=False)
        nn.init.normal_(self.down.weight, std=config.dims**-0.5, generator=generator)
        nn.init.zeros_(self.up.weight)

    def forward(self, x_ND: Tensor) -> Tensor:
        """Return (N, D) rows of length 1."""
        moved_ND: Tensor = x_ND + self.up(self.down(x_ND))
        return nn.functional.normalize(moved_ND, dim=1)
