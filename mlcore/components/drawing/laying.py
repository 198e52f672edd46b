"""A component laid on frames of a film, at their own rate and length."""

import torch
from torch import Tensor

from mlcore.components.artwork import Artwork
from mlcore.components.component import Component
from mlcore.components.programs.registry import program_of
from mlcore.components.stretch import Stretch


def lay(
    component: Component,
    frames: Tensor,
    rate: float,
    *,
    entering: Tensor | None = None,
    artwork: Artwork | None = None,
) -> Tensor:
    """Return the frames, (t, 3, h, w) 0..1, with the component over all of them.

    `rate` is frames a second. Of a transition, `frames` are the leaving shot's while it
    is under way and `entering` the other's, of the same shape. Raises ValueError for a
    transition without them, and for anything else with them.
    """
    if (component.category == "transition") != (entering is not None):
        raise ValueError(f"{component.key}: only a transition has an entering side")
    if entering is not None and entering.shape != frames.shape:
        raise ValueError(
            f"both sides must be alike, got {tuple(frames.shape)} "
            f"and {tuple(entering.shape)}"
        )
    count = len(frames)
    middles = torch.arange(count, device=frames.device, dtype=torch.float32) + 0.5
    stretch = Stretch(
        frames=frames,
        entering=frames if entering is None else entering,
        seconds=middles / rate,
        progress=middles / count,
        chance=torch.Generator().manual_seed(component.seed()),
        artwork=artwork,
    )
    drawn: Tensor = program_of(component).draw(stretch, **component.settings)
    return drawn.clamp(0, 1)
