"""Sizes that an encoder is trained in."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlcore.components.network.config import EncoderConfig


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A network's size with the batch that goes with it."""

    encoder: EncoderConfig
    batch: int
    """Components a step, two clips each"""


SHAPES: Mapping[str, Shape] = {
    # To compare arms on a processor: minutes each.
    "small": Shape(
        encoder=EncoderConfig(size=48, dims=128, heads=4, embedding=128), batch=24
    ),
    # What a processor trains in a night.
    "cpu": Shape(encoder=EncoderConfig(), batch=48),
    # As wide as 16 MB in half precision allow.
    "gpu": Shape(
        encoder=EncoderConfig(
            size=112, frames=16, dims=228, heads=6, spatial=5, embedding=228
        ),
        batch=512,
    ),
    # Around CLIP's ViT-B/32, as the source's; its weights are placed by whoever has them.
    "clip": Shape(
        encoder=EncoderConfig(
            size=224,
            frames=16,
            patch=32,
            dims=512,
            heads=8,
            embedding=512,
            moving=False,
            ends=False,
            statistics=False,
        ),
        batch=8,
    ),
}
