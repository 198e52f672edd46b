"""The picture stands still in its slot and is bared, or covered, by a shape or piece by piece."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import matte, mixed
from mlcore.components.programs.blurs import gaussian
from mlcore.components.programs.easing import column, eased, span
from mlcore.components.programs.noise import cell_noise, evened, fractal_noise
from mlcore.components.programs.poses import ground as ground_of
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.shapes import reach
from mlcore.components.programs.warps import plane, polar, pulled
from mlcore.components.stretch import Stretch

GROUNDS = ["black", "blurred"]
SHARE = 0.6
"""Of the slot that it takes."""


def _bared(
    stretch: Stretch, arrival: Tensor, ground: str, soft: float = 0.04
) -> Tensor:
    """The picture where the edge has passed, the ground elsewhere."""
    seen = matte(arrival, span(stretch.progress, 0, SHARE), soft)
    return mixed(ground_of(stretch, ground), stretch.frames, seen)


def _wipe(stretch: Stretch, way: str, ground: str) -> Tensor:
    """An edge bares the picture."""
    x, y = stretch.grid()
    place = {"left": 1 - x, "right": x, "up": 1 - y, "down": y}[way] + 0 * (x + y)
    return _bared(stretch, place, ground)


for _way in ("left", "right", "up", "down"):
    program("animation", f"wipe in {_way}", every(way=[_way], ground=GROUNDS))(_wipe)


def _iris(stretch: Stretch, shape: str, ground: str) -> Tensor:
    """A shape opens on the picture."""
    size = reach(shape, *plane(stretch.frames))
    return _bared(stretch, size / size.max(), ground)


for _shape in ("circle", "plus", "star", "heart"):
    _settings = every(shape=[_shape], ground=GROUNDS)
    program("animation", f"iris in {_shape}", _settings)(_iris)


@program("animation", "clock in", every(ground=GROUNDS))
def clock_in(stretch: Stretch, ground: str) -> Tensor:
    """A hand sweeps round and leaves the picture behind."""
    _, angle = polar(*plane(stretch.frames))
    swept = torch.remainder(angle + math.pi / 2, math.tau) / math.tau
    return _bared(stretch, swept, ground)


@program("animation", "blinds in", every(slats=[5, 9], ground=GROUNDS))
def blinds_in(stretch: Stretch, slats: int, ground: str) -> Tensor:
    """Slats turn aside."""
    x, y = stretch.grid()
    soft = max(0.15, slats / stretch.size[0])
    return _bared(stretch, (y + 0 * x) * slats % 1, ground, soft)


@program("animation", "blocks in", every(rows=[8, 4], ground=GROUNDS))
def blocks_in(stretch: Stretch, rows: int, ground: str) -> Tensor:
    """Block by block, in no order."""
    drawn = cell_noise(
        stretch.chance, stretch.size, (rows, rows), device=stretch.device
    )
    return _bared(stretch, drawn[0], ground)


@program("animation", "clouds in", every(ground=GROUNDS))
def clouds_in(stretch: Stretch, ground: str) -> Tensor:
    """Out of drifting clouds."""
    clouds = fractal_noise(stretch.chance, stretch.size, 3, device=stretch.device)
    return _bared(stretch, evened(clouds), ground, 0.3)


@program("animation", "letterbox", every(share=[0.32, 0.2]))
def letterbox(stretch: Stretch, share: float) -> Tensor:
    """Black bars close in from above and below, as for the wide screen."""
    _, y = stretch.grid()
    tall = share * eased(span(stretch.progress, 0, 0.5), "cubic out")[:, None, None]
    inside = (0.5 - (y - 0.5).abs() - tall) * stretch.size[0] + 0.5
    return stretch.frames * inside.clamp(0, 1)[:, None]


@program("animation", "pixels in", every(largest=[0.3, 0.12]))
def pixels_in(stretch: Stretch, largest: float) -> Tensor:
    """Out of a few large squares, ever finer ones."""
    left = 1 - span(stretch.progress, 0, 0.75)
    size = (largest * left).clamp(min=1e-4)
    x, y = plane(stretch.frames)
    side = size[:, None, None]
    rough = pulled(
        gaussian(stretch.frames, size * 0.35),
        ((x / side).floor() + 0.5) * side,
        ((y / side).floor() + 0.5) * side,
    )
    return mixed(stretch.frames, rough, column((left * 12).clamp(0, 1)))


@program("animation", "torch light", every(radius=[0.28, 0.45]))
def torch_light(stretch: Stretch, radius: float) -> Tensor:
    """A beam of light wanders over the picture in the dark."""
    x, y = plane(stretch.frames)
    angle = math.tau * stretch.progress
    right, down = torch.sin(angle) * 0.3, torch.sin(2 * angle) * 0.2
    distance = torch.hypot(x - right[:, None, None], y - down[:, None, None])
    beam = ((radius - distance) / 0.1 + 0.5).clamp(0, 1)[:, None]
    return stretch.frames * (0.06 + 0.94 * beam)


@program("animation", "scanner", every(way=["down", "right"]))
def scanner(stretch: Stretch, way: str) -> Tensor:
    """A bright line runs over the picture and lights it up on its way."""
    x, y = stretch.grid()
    place = y + 0 * x if way == "down" else x + 0 * y
    front = (stretch.progress * 1.3 - 0.15)[:, None, None]
    line = torch.exp(-(((place - front) / 0.035) ** 2))[:, None]
    lit = ((front - place) / 0.03).clamp(0, 1)[:, None]
    return stretch.frames * (0.35 + 0.65 * lit) + 0.9 * line
