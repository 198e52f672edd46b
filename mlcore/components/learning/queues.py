"""The last embeddings of every component, oldest out first.

N: components, K: places in a queue, B: batch, E: length of an embedding
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

PLACES = 5
"""As in the source (US 12,394,445 B2, col. 9)."""


class Queues(nn.Module):
    """A queue of at most K embeddings a component; saved like any network's weights."""

    entries: Tensor
    pushed: Tensor

    def __init__(self, components: int, embedding: int, places: int = PLACES) -> None:
        super().__init__()
        self.register_buffer("entries", torch.zeros(components, places, embedding))
        self.register_buffer("pushed", torch.zeros(components, dtype=torch.int64))

    @torch.no_grad()
    def push(self, components_B: Tensor, embeddings_BE: Tensor) -> None:
        """Append one embedding each, made length 1; a full queue loses its oldest.

        Raises ValueError when a component is named twice: which came first is not known.
        """
        if len(set(components_B.tolist())) != len(components_B):
            raise ValueError("a component may join its queue once a batch")
        places = self.entries.shape[1]
        at = self.pushed[components_B] % places
        self.entries[components_B, at] = normalize(embeddings_BE.float(), dim=1)
        self.pushed[components_B] += 1

    def references(self) -> tuple[Tensor, Tensor]:
        """Return (N, E) mean embeddings of length 1, and (N,) whose queue has any.

        The rows of empty queues are zero.
        """
        # Places not yet taken hold zeros and add nothing.
        return normalize(self.entries.sum(dim=1), dim=1), self.pushed > 0

    @property
    def full(self) -> bool:
        """Whether every component's queue has all its places taken."""
        return bool((self.pushed >= self.entries.shape[1]).all())
