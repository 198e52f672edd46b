"""What the tests of effects and of filters ask alike."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from mlcore.components.component import Component
from mlcore.components.programs.registry import program_of
from mlcore.components.stretch import Layout, Stretch
from tests.mlcore.photographs import photographs

SMALL = Layout(frames=12, height=32, width=32)
LARGE = Layout(frames=12, height=64, width=64)


def still(layout: Layout, detail: int | None = None) -> Tensor:
    """(t, 3, h, w) of the dahlia; with `detail`, no finer than so many pixels a side."""
    photo = torch.tensor(photographs()["flower"]).permute(2, 0, 1)[None] / 255
    size = (layout.height, layout.width)
    if detail:
        photo = interpolate(photo, (detail, detail), mode="area")
        one = interpolate(photo, (128, 128), mode="bicubic").clamp(0, 1)
        one = avg_pool2d(one, 128 // layout.height)
    else:
        one = interpolate(photo, size, mode="area")
    return one.repeat(layout.frames, 1, 1, 1)


def over(frames: Tensor, layout: Layout, seed: int = 5) -> Stretch:
    seconds = layout.times()
    return Stretch(
        frames=frames,
        entering=frames.flip(-1),
        seconds=seconds,
        progress=seconds / layout.seconds,
        chance=torch.Generator().manual_seed(seed),
    )


def draw(component: Component, stretch: Stretch) -> Tensor:
    return program_of(component).draw(stretch, **component.settings)


def off_by(component: Component) -> float:
    """How far a clip drawn large and made small is from one drawn small, of 255."""
    large = draw(component, over(still(LARGE, 16), LARGE)).clamp(0, 1)
    small = draw(component, over(still(SMALL, 16), SMALL)).clamp(0, 1)
    return float((avg_pool2d(large, 2) - small).abs().mean()) * 255
