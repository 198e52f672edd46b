"""A shape opens on the entering picture, or closes on the leaving one."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import matte, mixed
from mlcore.components.programs.easing import eased
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.shapes import reach
from mlcore.components.programs.warps import plane, polar, turned
from mlcore.components.stretch import Stretch


def _iris(over: Stretch, shape: str, way: str, soft: float) -> Tensor:
    """Grow or shrink a shape about the middle."""
    size = reach(shape, *plane(over.frames))
    size = size / size.max()
    arrival = size if way == "open" else 1 - size
    return mixed(over.frames, over.entering, matte(arrival, over.progress, soft))


_OPENING = (
    "circle",
    "diamond",
    "square",
    "triangle",
    "star",
    "heart",
    "plus",
)
for _shape in _OPENING:
    _settings = every(shape=[_shape], way=["open"], soft=[0.03, 0.5])
    program("transition", f"iris {_shape}", _settings)(_iris)
for _shape in ("circle", "diamond", "square", "star", "heart"):
    _settings = every(shape=[_shape], way=["close"], soft=[0.03, 0.5])
    program("transition", f"iris {_shape} close", _settings)(_iris)


@program("transition", "iris in and out", every(x=[0.0, -0.22]))
def iris_in_and_out(over: Stretch, x: float) -> Tensor:
    """The old films' ending: a black iris closes, and another opens, `x` off the middle."""
    across, down = plane(over.frames)
    size = reach("circle", across - x, down)
    largest = size.max() * 1.1
    p = over.progress[:, None, None]
    radius = (1 - 2 * p).abs() * largest - 0.02 * (1 - (1 - 2 * p).abs())
    seen = ((radius - size) / 0.03).clamp(0, 1)[:, None]
    early = (over.progress < 0.5)[:, None, None, None]
    return torch.where(early, over.frames, over.entering) * seen


@program("transition", "spinning star", every(turns=[0.5, -1.5]))
def spinning_star(over: Stretch, turns: float) -> Tensor:
    """A star that turns as it grows."""
    x, y = turned(
        *plane(over.frames), (over.progress * turns * math.tau)[:, None, None]
    )
    size = reach("star", x, y)
    now = eased(over.progress, "quad in")[:, None, None] * size.max() * 1.05
    return mixed(over.frames, over.entering, ((now - size) / 0.03).clamp(0, 1)[:, None])


@program("transition", "flower iris", every(petals=[6, 3]))
def flower_iris(over: Stretch, petals: int) -> Tensor:
    """A flower opens."""
    distance, angle = polar(*plane(over.frames))
    size = distance / (0.65 + 0.35 * torch.cos(angle * petals))
    size = (size / size.max().clamp(max=2.2)).clamp(max=1)
    return mixed(over.frames, over.entering, matte(size, over.progress, 0.05))


@program("transition", "eyelids", every(blinks=[1, 2]))
def eyelids(over: Stretch, blinks: int) -> Tensor:
    """An eye blinks: curved lids shut on the one picture and open on the other."""
    x, y = plane(over.frames)
    wide = x.abs().max()
    # Each blink shuts and opens once; the pictures change while the last is shut.
    phase = over.progress * blinks
    opening = torch.cos(math.pi * phase).abs()[:, None, None]
    lid = opening * 1.5 * (1 - 0.6 * (x / wide) ** 2)
    seen = ((lid - y.abs()) / 0.03).clamp(0, 1)[:, None]
    late = (phase > blinks - 0.5)[:, None, None, None]
    return torch.where(late, over.entering, over.frames) * seen


@program("transition", "ripples of rings", every(rings=[4, 9]))
def ripples_of_rings(over: Stretch, rings: int) -> Tensor:
    """Every ring of the picture opens at once, the inner ones first."""
    distance, _ = polar(*plane(over.frames))
    out = distance / distance.max()
    arrival = 0.6 * ((out * rings) % 1) + 0.4 * out
    return mixed(over.frames, over.entering, matte(arrival, over.progress, 0.08))


@program("transition", "keyhole", every(foot=[0.12, 0.35]))
def keyhole(over: Stretch, foot: float) -> Tensor:
    """A keyhole comes nearer until one is through it."""
    x, y = plane(over.frames)
    head = reach("circle", x, y + 0.25)
    side = (x.abs() - foot - 0.3 * y.clamp(min=0)) * 3
    slot = (torch.maximum(y - 0.6 + 0 * x, side) + 0.35).clamp(min=0)
    size = torch.minimum(head, slot)
    arrival = (size / size.max()) ** 0.8
    return mixed(over.frames, over.entering, matte(arrival, over.progress, 0.03))
