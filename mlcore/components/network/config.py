"""The shape of a component encoder, checked at birth and saved with its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mlcore.components.component import CATEGORIES

Guidance = Literal["types", "clusters", "learned", "random"]
"""What the guidance tokens are: centres of categories, k-means centres, or a control."""


@dataclass(frozen=True, kw_only=True)
class EncoderConfig:
    """The network's shape; without given values, what trains on a processor."""

    size: int = 64
    """Height and width of a frame in pixels"""
    frames: int = 8
    patch: int = 8
    convolved: bool = True
    """Whether patches are made by several small convolutions instead of one"""
    dims: int = 192
    heads: int = 6
    spatial: int = 4
    """Blocks of the spatial encoder; CLIP's own where `clip` is given"""
    temporal: int = 2
    decoder: int = 2
    """Blocks of the decoder; 0: the mean of the frames is read instead"""
    embedding: int = 192
    guided_encoder: bool = True
    guided_decoder: bool = True
    guidance: Guidance = "types"
    guides: int = len(CATEGORIES)
    """G"""
    raw: bool = False
    """Whether the decoder also sees the clip without its component"""
    moving: bool = True
    """Whether patches also see how their place differs in the frames before and after"""
    ends: bool = True
    """Whether they also see how it differs in the clip's first and last frame"""
    statistics: bool = True
    """Whether a frame's colours, frequencies and changes are told beside its patches"""
    clip: Mapping[str, Any] | None = None
    """transformers' config of a CLIP vision network that is the spatial encoder"""

    def __post_init__(self) -> None:
        if self.size % self.patch:
            raise ValueError(f"patches of {self.patch} do not tile {self.size} pixels")
        if self.dims % self.heads:
            raise ValueError(f"{self.heads} heads do not share {self.dims} evenly")
        if min(self.frames, self.embedding, self.guides) < 1 or self.decoder < 0:
            raise ValueError("frames, embedding and guides must be at least 1")
        if self.clip is not None and (self.moving or self.statistics):
            raise ValueError("CLIP's network sees patches of single frames alone")
        if self.ends and not self.moving:
            raise ValueError("patches that see single frames see no ends of a clip")
        if not self.decoder and (self.guided_decoder or self.raw):
            raise ValueError(
                "without a decoder nothing in it is guided or sees raw clips"
            )
