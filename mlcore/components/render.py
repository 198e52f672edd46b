"""A component laid on two materials: the clip that the encoder sees."""

from dataclasses import replace

import torch
from torch import Tensor

from mlcore.components.artwork import Artwork
from mlcore.components.component import Component
from mlcore.components.programs.registry import program_of
from mlcore.components.stretch import Layout, Stretch


def render(
    component: Component | None,
    a: Tensor,
    b: Tensor,
    layout: Layout,
    *,
    clip: int = 0,
    artwork: Artwork | None = None,
) -> Tensor:
    """Return (t, 3, h, w) 0..1 of a component on materials A and B.

    `a` and `b`, (t, 3, h, w) 0..1, are what each material shows at each of the layout's
    frames; a still repeats. `clip` seeds what differs from clip to clip (a text's words,
    a sticker's place). Without a component: A, then B, a plain cut in the middle.
    Raises ValueError for materials of another shape.
    """
    _check(layout, a, b)
    seconds = layout.times(a.device)
    half = layout.seconds / 2
    plain = torch.where((seconds >= half)[:, None, None, None], b, a)
    if component is None:
        return plain
    whole = Stretch(
        frames=plain,
        entering=b,
        seconds=seconds,
        progress=seconds / layout.seconds,
        chance=torch.Generator().manual_seed(component.seed(clip)),
        artwork=artwork,
    )
    if component.category == "transition":
        return _crossed(whole, a, b, layout, component).clamp(0, 1)
    if component.category == "animation":
        whole = replace(whole, progress=(seconds % half) / half)
    draw = program_of(component).draw
    return draw(whole, **component.settings).clamp(0, 1)


def _check(layout: Layout, *materials: Tensor) -> None:
    shape = (layout.frames, 3, layout.height, layout.width)
    for each in materials:
        if tuple(each.shape) != shape:
            raise ValueError(f"materials must be {shape}, got {tuple(each.shape)}")


def _crossed(
    whole: Stretch, a: Tensor, b: Tensor, layout: Layout, component: Component
) -> Tensor:
    """The transition over the middle half of the clip, plain material outside it."""
    begin, length = layout.seconds / 4, layout.seconds / 2
    since = whole.seconds - begin
    inside = (since >= 0) & (since < length)
    over = Stretch(
        frames=a[inside],
        entering=b[inside],
        seconds=since[inside],
        progress=since[inside] / length,
        chance=whole.chance,
    )
    drawn = whole.frames.clone()
    drawn[inside] = program_of(component).draw(over, **component.settings)
    return drawn
