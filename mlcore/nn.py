"""What networks of several families are built from.

B: batch, N: tokens, S: tokens that are looked at, G: guidance tokens, D: width, H: heads
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention


class Attention(nn.Module):
    """Every token asks; what it sees answers (Vaswani et al., arXiv 1706.03762)."""

    def __init__(self, dims: int, heads: int) -> None:
        super().__init__()
        if dims % heads:
            raise ValueError(f"{heads} heads do not share {dims} evenly")
        self.heads = heads
        self.ask = nn.Linear(dims, dims)
        self.answer = nn.Linear(dims, 2 * dims)
        self.out = nn.Linear(dims, dims)

    def forward(
        self,
        x_BND: Tensor,
        seen_BSD: Tensor,
        beside_1GD: Tensor | None = None,
        gate_H: Tensor | None = None,
    ) -> Tensor:
        """Return (B, N, D) of what `x` finds in `seen`.

        With `beside`, what it finds there, by a softmax of its own, is added through a
        gate a head: at a gate of 0 nothing changes (LLaMA-Adapter, arXiv 2303.16199,
        section 3.2).
        """
        asked_BHND = self._by_head(self.ask(x_BND))
        found_BHND = self._found(asked_BHND, seen_BSD)
        if beside_1GD is not None and gate_H is not None:
            also_BHND = self._found(asked_BHND, beside_1GD)
            found_BHND = found_BHND + gate_H.tanh()[:, None, None] * also_BHND
        found: Tensor = self.out(found_BHND.transpose(1, 2).flatten(2))
        return found

    def _found(self, asked_BHND: Tensor, seen_BSD: Tensor) -> Tensor:
        key, value = map(self._by_head, self.answer(seen_BSD).chunk(2, dim=-1))
        if len(key) != len(asked_BHND):
            key, value = (
                each.expand(len(asked_BHND), -1, -1, -1) for each in (key, value)
            )
        if asked_BHND.is_cuda:
            return scaled_dot_product_attention(asked_BHND, key, value)
        # On a processor torch's own is slow for short sequences, backward in bfloat16
        # above all: ten times the time of the three lines it stands for.
        alike = (asked_BHND * asked_BHND.shape[-1] ** -0.5) @ key.transpose(-2, -1)
        found_BHND: Tensor = alike.softmax(dim=-1).to(value.dtype) @ value
        return found_BHND

    def _by_head(self, x_BND: Tensor) -> Tensor:
        B, N = x_BND.shape[:2]
        return x_BND.reshape(B, N, self.heads, -1).transpose(1, 2)


class FeedForward(nn.Module):
    """Each token by itself: widen four times, GELU, narrow."""

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.widen = nn.Linear(dims, 4 * dims)
        self.narrow = nn.Linear(4 * dims, dims)

    def forward(self, x_BND: Tensor) -> Tensor:
        """Return (B, N, D)."""
        narrowed: Tensor = self.narrow(gelu(self.widen(x_BND)))
        return narrowed


class Block(nn.Module):
    """A pre-norm transformer block; guidance tokens may be looked at beside the own ones."""

    def __init__(self, dims: int, heads: int, *, guided: bool = False) -> None:
        super().__init__()
        self.look_norm = nn.LayerNorm(dims)
        self.look = Attention(dims, heads)
        self.think_norm = nn.LayerNorm(dims)
        self.think = FeedForward(dims)
        self.gate = nn.Parameter(torch.zeros(heads)) if guided else None

    def forward(
        self,
        x_BND: Tensor,
        guides_1GD: Tensor | None = None,
        asking: int | None = None,
    ) -> Tensor:
        """Return (B, N, D); of the first `asking` tokens alone where only they are read."""
        normed_BND = self.look_norm(x_BND)
        beside = None if guides_1GD is None else self.look_norm(guides_1GD)
        x_BND = x_BND[:, :asking] + self.look(
            normed_BND[:, :asking], normed_BND, beside, self.gate
        )
        thought: Tensor = x_BND + self.think(self.think_norm(x_BND))
        return thought


@torch.no_grad()
def begin_weights(network: nn.Module, chance: torch.Generator) -> None:
    """Draw the weights of linear and convolutional layers, with a deviation of .02.

    As vision transformers usually begin (timm, mae): normal, cut off at two units;
    biases at zero. Layer norms and free parameters are as they were made.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.Conv3d):
            nn.init.trunc_normal_(layer.weight, std=0.02, generator=chance)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
