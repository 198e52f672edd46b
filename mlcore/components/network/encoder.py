"""The guided encoder of editing components: a clip in, one vector of length 1 out.

After US 12,394,445 B2 (FIG. 5 to 7) and Gu et al., "Edit3K" (arXiv 2403.16048): a
spatial encoder that sees guidance tokens beside the patches, a temporal encoder, a
decoder whose query asks the guidance tokens, then the frames. Departures, because noisy
guidance hurts a young network: pre-norm blocks, gates on all guidance that begin at
zero, no guidance before `begin_guidance`, and a query that begins as the frames' mean
instead of zero. And patches see how their place changes from frame to frame
(`spatial.Moving`).

B: clips, T: frames, H, W: picture, N: patches, D: width, E: length of an embedding,
G: guidance tokens
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from mlcore.components.network.config import EncoderConfig
from mlcore.components.network.spatial import SmallViT, SpatialEncoder
from mlcore.nn import Attention, Block, FeedForward, begin_weights


class ComponentEncoder(nn.Module):
    """Clips (B, T, 3, H, W) in 0..1 to embeddings (B, E) of length 1."""

    guides: Tensor
    begun: Tensor

    def __init__(self, config: EncoderConfig, chance: torch.Generator) -> None:
        super().__init__()
        self.config = config
        self.spatial = spatial_encoder(config)
        self.temporal = TemporalEncoder(config)
        self.decoder = GuidedDecoder(config)
        self.guide = nn.Linear(config.embedding, config.dims)
        self.norm = nn.LayerNorm(config.dims)
        self.head = nn.Linear(config.dims, config.embedding)
        begin_weights(self, chance)
        drawn = torch.randn(config.guides, config.embedding, generator=chance)
        if config.guidance == "learned":
            self.guides = nn.Parameter(normalize(drawn, dim=1))
        else:
            self.register_buffer("guides", normalize(drawn, dim=1))
        self.register_buffer("begun", torch.tensor(data=False))
        self.spatial.begin(chance)
        nn.init.trunc_normal_(self.temporal.place, std=0.02, generator=chance)

    def forward(self, clips_BTCHW: Tensor, raw_BTCHW: Tensor | None = None) -> Tensor:
        """Return (B, E), each row of length 1."""
        return normalize(self.embed(clips_BTCHW, raw_BTCHW), dim=1)

    def embed(self, clips_BTCHW: Tensor, raw_BTCHW: Tensor | None = None) -> Tensor:
        """Return (B, E) of any length. Raises ValueError for clips of another shape."""
        self._check(clips_BTCHW, raw_BTCHW)
        guides_1GD = self.guide(self.guides)[None] if self.begun else None
        frames_BTD = self._frames(clips_BTCHW, guides_1GD)
        raw_BTD = None if raw_BTCHW is None else self._frames(raw_BTCHW, guides_1GD)
        read_BD = self.decoder(frames_BTD, guides_1GD, raw_BTD)
        embedded: Tensor = self.head(self.norm(read_BD))
        return embedded.float()

    def begin_guidance(self) -> None:
        """Let guidance tokens be seen from now on; they are saved with the weights."""
        self.begun.fill_(value=True)

    def _frames(self, clips_BTCHW: Tensor, guides_1GD: Tensor | None) -> Tensor:
        B, T = clips_BTCHW.shape[:2]
        seen_FD = self.spatial(clips_BTCHW.flatten(0, 1), guides_1GD)
        frames_BTD: Tensor = self.temporal(seen_FD.view(B, T, -1))
        return frames_BTD

    def _check(self, clips: Tensor, raw: Tensor | None) -> None:
        c = self.config
        if tuple(clips.shape[1:]) != (c.frames, 3, c.size, c.size):
            raise ValueError(
                f"clips must be (B, {c.frames}, 3, {c.size}, {c.size}), got {tuple(clips.shape)}"
            )
        if c.raw != (raw is not None):
            raise ValueError(
                "this encoder is made for clips "
                + ("with" if c.raw else "without")
                + " their raw material"
            )


def spatial_encoder(config: EncoderConfig) -> SpatialEncoder:
    """Return the spatial encoder of a config: CLIP's where it has one, else a small one."""
    if config.clip is None:
        return SmallViT(config)
    # transformers takes seconds to import, and most installations have no such weights.
    from mlcore.components.network.clip import ClipViT  # noqa: PLC0415

    return ClipViT(config)


class TemporalEncoder(nn.Module):
    """Frames (B, T, D) that have looked at one another, each knowing its place in time."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.zeros(1, config.frames, config.dims))
        self.blocks = nn.ModuleList(
            Block(config.dims, config.heads) for _ in range(config.temporal)
        )
        self.norm = nn.LayerNorm(config.dims)

    def forward(self, x_BTD: Tensor) -> Tensor:
        """Return (B, T, D)."""
        x_BTD = x_BTD + self.place
        for block in self.blocks:
            x_BTD = block(x_BTD)
        out: Tensor = self.norm(x_BTD)
        return out


class GuidedDecoder(nn.Module):
    """One query a clip asks the guidance tokens, then the frames; again in each block."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            DecoderBlock(config.dims, config.heads, guided=config.guided_decoder)
            for _ in range(config.decoder)
        )
        self.raw = nn.Parameter(torch.zeros(1, 1, config.dims)) if config.raw else None

    def forward(
        self, frames_BTD: Tensor, guides_1GD: Tensor | None, raw_BTD: Tensor | None
    ) -> Tensor:
        """Return (B, D)."""
        query_B1D = frames_BTD.mean(dim=1, keepdim=True)
        if raw_BTD is not None and self.raw is not None:
            frames_BTD = torch.cat([frames_BTD, raw_BTD + self.raw], dim=1)
        for block in self.blocks:
            query_B1D = block(query_B1D, frames_BTD, guides_1GD)
        return query_B1D[:, 0]


class DecoderBlock(nn.Module):
    """Cross-attention to the guidance tokens, cross-attention to the frames, feed-forward."""

    def __init__(self, dims: int, heads: int, *, guided: bool) -> None:
        super().__init__()
        self.guided = guided
        if guided:
            self.guide_norm = nn.LayerNorm(dims)
            self.token_norm = nn.LayerNorm(dims)
            self.look_at_guides = Attention(dims, heads)
            self.gate = nn.Parameter(torch.zeros(()))
        self.look_norm = nn.LayerNorm(dims)
        self.look_at_frames = Attention(dims, heads)
        self.think_norm = nn.LayerNorm(dims)
        self.think = FeedForward(dims)

    def forward(
        self, query_B1D: Tensor, frames_BTD: Tensor, guides_1GD: Tensor | None
    ) -> Tensor:
        """Return (B, 1, D)."""
        if self.guided and guides_1GD is not None:
            asked = self.guide_norm(query_B1D)
            found = self.look_at_guides(asked, self.token_norm(guides_1GD))
            query_B1D = query_B1D + self.gate.tanh() * found
        query_B1D = query_B1D + self.look_at_frames(
            self.look_norm(query_B1D), frames_BTD
        )
        thought: Tensor = query_B1D + self.think(self.think_norm(query_B1D))
        return thought
