"""A denoiser of pictures made one of clips, after US 2025/0265752 A1, FIG. 4.

Self-attention looks at the clip's first frame and at the one before (sparse-causal, as in
Tune-A-Video, arXiv 2212.11565); after spatial and cross attention each place looks at
itself in all frames, through a layer that begins at nothing. So an inflated network that
is shown one frame again and again still says what it said of that picture.

An inflated network takes the frames of one clip as its batch.

T: frames, N: places, D: width, H: heads
"""

import math
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

OWN, CROSS, TEMPORAL = "attn1", "attn2", "temporal"
"""Self-attention and cross-attention in diffusers' names, and what is added here"""


class SparseCausal:
    """diffusers' attention processor that looks at the first frame and the one before.

    Keys and values of frame i are those of frame 0 and of frame i - 1; frame 0 looks at
    itself twice, which is the same as once.
    """

    def __call__(
        self,
        attention: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,  # noqa: ARG002  self-attention has none
        attention_mask: Tensor | None = None,  # noqa: ARG002  frames are whole
        **_: Any,
    ) -> Tensor:
        """Return (T, N, D) of what each place finds."""
        asked, key, value = (
            _by_head(ask(hidden_states), attention.heads)
            for ask in (attention.to_q, attention.to_k, attention.to_v)
        )
        found = scaled_dot_product_attention(asked, _seen(key), _seen(value))
        told, drop = attention.to_out
        out: Tensor = drop(told(found.transpose(1, 2).flatten(2)))
        return out


def _by_head(x_TND: Tensor, heads: int) -> Tensor:
    T, N, _ = x_TND.shape
    return x_TND.view(T, N, heads, -1).transpose(1, 2)


def _seen(x_THND: Tensor) -> Tensor:
    """(T, H, 2N, D): of the first frame, and of the one before."""
    before = torch.cat([x_THND[:1], x_THND[:-1]])
    return torch.cat([x_THND[:1].expand_as(x_THND), before], dim=2)


class TemporalAttention(nn.Module):
    """Each place looks at itself in all frames, each of which knows where it is in time."""

    def __init__(self, dims: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dims)
        self.to_q, self.to_k, self.to_v = (
            nn.Linear(dims, dims, bias=False) for _ in range(3)
        )
        self.to_out = nn.Linear(dims, dims)
        nn.init.zeros_(self.to_out.weight)
        nn.init.zeros_(self.to_out.bias)

    def forward(self, x_TND: Tensor) -> Tensor:
        """Return (T, N, D)."""
        x_NTD = x_TND.transpose(0, 1)
        normed = self.norm(x_NTD)
        normed = normed + places_in_time(*normed.shape[1:], like=normed)
        asked, key, value = (
            _by_head(ask(normed), self.heads)
            for ask in (self.to_q, self.to_k, self.to_v)
        )
        found = scaled_dot_product_attention(asked, key, value)
        told = self.to_out(found.transpose(1, 2).flatten(2))
        added: Tensor = (x_NTD + told).transpose(0, 1)
        return added


def places_in_time(frames: int, dims: int, *, like: Tensor) -> Tensor:
    """Return (T, D): sines and cosines of each frame's number (arXiv 1706.03762, 3.5)."""
    half = torch.arange(dims // 2, device=like.device, dtype=torch.float32)
    slow = torch.exp(-math.log(10_000.0) * 2 * half / dims)
    turned = torch.arange(frames, device=like.device)[:, None] * slow
    placed = torch.zeros(frames, dims, device=like.device)
    placed[:, 0 : 2 * (dims // 2) : 2] = turned.sin()
    placed[:, 1 : 2 * (dims // 2) : 2] = turned.cos()
    return placed.to(like.dtype)


class InflatedBlock(nn.Module):
    """diffusers' transformer block (self, cross, feed-forward), then attention in time."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block
        own = getattr(block, OWN)
        self.temporal = TemporalAttention(own.to_q.in_features, own.heads)

    def forward(self, hidden_states: Tensor, *given: Any, **named: Any) -> Tensor:
        """Return (T, N, D)."""
        looked: Tensor = self.temporal(self.block(hidden_states, *given, **named))
        return looked


def inflate(unet: UNet2DConditionModel, chance: torch.Generator) -> None:
    """Make a network of pictures one of clips, in place.

    Queries, keys and values of attention in time begin as those of the block's
    self-attention, which knows already what is alike, and a little noise. Raises ValueError for a network that is inflated, or has no
    attention.
    """
    if any(isinstance(each, InflatedBlock) for each in unet.modules()):
        raise ValueError("this network sees clips already")
    hosts = [each for each in unet.modules() if hasattr(each, "transformer_blocks")]
    if not hosts:
        raise ValueError("a network without attention cannot be made to see clips")
    for host in hosts:
        host.transformer_blocks = nn.ModuleList(
            _inflated(block, chance) for block in host.transformer_blocks
        )
    unet.set_attn_processor(
        {
            name: SparseCausal() if f".{OWN}." in name else processor
            for name, processor in unet.attn_processors.items()
        }
    )


@torch.no_grad()
def _inflated(block: nn.Module, chance: torch.Generator) -> InflatedBlock:
    inflated = InflatedBlock(block)
    own = getattr(block, OWN)
    for name in ("to_q", "to_k", "to_v"):
        theirs = getattr(own, name).weight
        mine = getattr(inflated.temporal, name).weight
        drawn = torch.randn(mine.shape, generator=chance) * 0.02 * theirs.std().cpu()
        mine.copy_(theirs.cpu() + drawn)
    like = next(block.parameters())
    return inflated.to(device=like.device, dtype=like.dtype)
