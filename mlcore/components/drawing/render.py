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
    shape = (layout.frames, 3, layout.height, layout.width)
    if tuple(a.shape) != shape or tuple(b.shape) != shape:
        raise ValueError(
            f"materials must be {shape}, got {tuple(a.shape)} and {tuple(b.shape)}"
        )
    seconds = layout.times(a.device)
    second = (seconds >= layout.seconds / 2)[:, None, None, None]
    plain = torch.where(second, b, a)
    if component is None:
        return plain
    chance = torch.Generator().manual_seed(component.seed(clip))
    whole = Stretch(
        frames=plain,
        entering=b,
        seconds=seconds,
        progress=seconds / layout.seconds,
        chance=chance,
        artwork=artwork,
    )
    return _drawn(component, whole, (a, b), layout).clamp(0, 1)


def _drawn(
    component: Component, whole: Stretch, pair: tuple[Tensor, Tensor], layout: Layout
) -> Tensor:
    """The component where its category lies in time."""
    if component.category == "transition":
        return _crossed(whole, *pair, layout, component)
    if component.category == "animation":
        slot = layout.seconds / layout.slots
        whole = replace(whole, progress=(whole.seconds % slot) / slot)
    return program_of(component).draw(whole, **component.settings)


def _crossed(
    whole: Stretch, a: Tensor, b: Tensor, layout: Layout, component: Component
) -> Tensor:
    """The transition where the layout has it, plain material outside it."""
    begin, end = (share * layout.seconds for share in layout.crossing)
    length = end - begin
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
