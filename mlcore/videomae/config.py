"""The shape of a masked video autoencoder, checked at birth and saved with its weights."""

from dataclasses import dataclass
from typing import Literal

Places = Literal["prefix", "strided"]
"""Where in time the slices of a clip shorter than the longest stand: in its beginning, for
clips cut out at a fixed stride, or spread over the whole of it, for clips sampled in
segments."""


@dataclass(frozen=True, kw_only=True)
class AutoencoderConfig:
    """Encoder and decoder; without given values, what trains on a processor."""

    size: int = 64
    """Height and width of a frame in pixels"""
    frames: int = 16
    """Of the longest clip; shorter ones go through the same weights"""
    patch: int = 8
    """Height and width of a cube in pixels"""
    tubelet: int = 2
    """Frames of a cube"""
    dims: int = 192
    heads: int = 3
    depth: int = 12
    decoder_dims: int = 96
    decoder_heads: int = 3
    decoder_depth: int = 2
    masked: float = 0.9
    """Share of the places in the picture that the encoder does not see in any slice
    (VideoMAE, arXiv 2203.12602, table 1)"""
    decoded: float = 1.0
    """Share of all cubes, out of the masked ones, that the decoder restores; .5 is the dual
    masking of VideoMAE V2 (arXiv 2303.16727, section 3.2)"""
    places: Places = "prefix"

    def __post_init__(self) -> None:
        if self.size % self.patch:
            raise ValueError(f"patches of {self.patch} do not tile {self.size} pixels")
        if self.frames % self.tubelet:
            raise ValueError(
                f"cubes of {self.tubelet} frames do not tile {self.frames} frames"
            )
        for dims, heads in (
            (self.dims, self.heads),
            (self.decoder_dims, self.decoder_heads),
        ):
            if dims % heads:
                raise ValueError(f"{heads} heads do not share {dims} evenly")
            if dims % 2:
                raise ValueError(f"places need an even width, got {dims}")
        if not (0 < self.visible < self.in_slice):
            raise ValueError(
                f"masking {self.masked} of {self.in_slice} places leaves nothing to see or nothing to restore"
            )
        if not 0 < self.decoded <= 1:
            raise ValueError(f"decoded is a share in 0..1, got {self.decoded}")

    @property
    def in_slice(self) -> int:
        """P: cubes of one slice, `tubelet` frames."""
        return (self.size // self.patch) ** 2

    @property
    def visible(self) -> int:
        """Cubes of one slice that the encoder sees in pretraining."""
        return self.in_slice - int(self.masked * self.in_slice)

    @property
    def restored(self) -> int:
        """Cubes of one slice that the decoder restores in pretraining."""
        masked = self.in_slice - self.visible
        return max(1, min(masked, round(self.decoded * self.in_slice)))

    @property
    def cube(self) -> int:
        """C: numbers of one cube, three colours each pixel."""
        return 3 * self.tubelet * self.patch**2

    def slices(self, frames: int) -> int:
        """Return S of a clip: a single frame stands in every frame of one slice.

        Raises ValueError for a length that no cubes tile, or beyond the longest.
        """
        if frames == 1:
            return 1
        if frames < 1 or frames % self.tubelet or frames > self.frames:
            raise ValueError(
                f"a clip has 1 frame, or a multiple of {self.tubelet} up to {self.frames}; got {frames}"
            )
        return frames // self.tubelet


def _large(dims: int, heads: int, depth: int, decoder_dims: int) -> AutoencoderConfig:
    """VideoMAE's own (arXiv 2203.12602, table 8): 224 pixels, decoders of four blocks."""
    return AutoencoderConfig(
        size=224,
        patch=16,
        dims=dims,
        heads=heads,
        depth=depth,
        decoder_dims=decoder_dims,
        decoder_heads=decoder_dims // 64,
        decoder_depth=4,
    )


SHAPES = {
    "toy": AutoencoderConfig(
        size=32,
        patch=8,
        dims=128,
        heads=4,
        depth=4,
        decoder_dims=64,
        decoder_heads=2,
        masked=0.75,
    ),
    "little": AutoencoderConfig(size=64, patch=16, depth=6, masked=0.75),
    "tiny": AutoencoderConfig(),
    "small": _large(384, 6, 12, 192),
    "base": _large(768, 12, 12, 384),
    "large": _large(1024, 16, 24, 512),
    "huge": _large(1280, 16, 32, 640),
}
"""toy compares arms on a processor (a million numbers; of its 16 places a slice, .9 masked
would leave two to see), little is a clip of 128 cubes: what one core encodes within hundredths
of a second, and in half precision, with what its vectors come from, 13 MB; tiny is what a
processor trains for use, the others are ViT-S, B, L and H."""
