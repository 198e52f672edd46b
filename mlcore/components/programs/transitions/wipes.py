"""An edge runs over the picture and the entering one is behind it."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from mlcore.components.programs.blending import matte, mixed
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, polar
from mlcore.components.stretch import Stretch

SOFT = [0.03, 0.7]
"""Shares of the way over which an edge is spread: a clean one and a gradient."""

Arrival = Callable[..., Tensor]
"""(x (1, w), y (h, 1), **settings) -> (h, w) 0..1 of when the edge passes; x and y are 0..1."""


def wipe(over: Stretch, arrival: Tensor, soft: float) -> Tensor:
    """Return the entering picture where the edge has passed."""
    return mixed(over.frames, over.entering, matte(arrival, over.progress, soft))


def _flat(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    return x + 0 * y, y + 0 * x


def _linear(over: Stretch, side: str, soft: float) -> Tensor:
    """A straight edge that runs towards a side."""
    x, y = _flat(*over.grid())
    arrival = {"left": 1 - x, "right": x, "up": 1 - y, "down": y}[side]
    return wipe(over, arrival, soft)


for _side in ("left", "right", "up", "down"):
    _settings = every(side=[_side], soft=SOFT)
    program("transition", f"wipe {_side}", _settings)(_linear)


def _diagonal(over: Stretch, corner: str, soft: float) -> Tensor:
    """A slanted edge that runs towards a corner."""
    x, y = _flat(*over.grid())
    across = 1 - x if "left" in corner else x
    down = 1 - y if "upper" in corner else y
    return wipe(over, (across + down) / 2, soft)


for _corner in ("upper left", "upper right", "lower left", "lower right"):
    _settings = every(corner=[_corner], soft=SOFT)
    program("transition", f"diagonal wipe {_corner}", _settings)(_diagonal)


def _box(over: Stretch, corner: str, soft: float) -> Tensor:
    """A box that grows out of a corner."""
    x, y = _flat(*over.grid())
    across = 1 - x if "right" in corner else x
    down = 1 - y if "lower" in corner else y
    return wipe(over, across.maximum(down), soft)


for _corner in ("upper left", "lower right"):
    _settings = every(corner=[_corner], soft=SOFT)
    program("transition", f"box wipe {_corner}", _settings)(_box)


def _barn_doors(over: Stretch, along: str, way: str, soft: float) -> Tensor:
    """Two edges between the middle and both sides."""
    x, y = _flat(*over.grid())
    out = ((x if along == "across" else y) - 0.5).abs() * 2
    return wipe(over, out if way == "open" else 1 - out, soft)


for _way in ("open", "close"):
    for _along in ("across", "upright"):
        _settings = every(along=[_along], way=[_way], soft=SOFT)
        program("transition", f"barn doors {_way} {_along}", _settings)(_barn_doors)


def _clock(over: Stretch, way: str, hands: int, soft: float) -> Tensor:
    """Hands turn about the middle from the top and leave the entering picture behind."""
    _, angle = polar(*plane(over.frames))
    from_top = torch.remainder(angle + math.pi / 2, math.tau) / math.tau
    if way == "back":
        from_top = 1 - from_top
    return wipe(over, from_top * hands % 1, soft)


for _way in ("on", "back"):
    _settings = [{"way": _way, "hands": 1, "soft": 0.02}]
    _settings += [{"way": _way, "hands": 1, "soft": 0.5}]
    program("transition", f"clock wipe {_way}", _settings)(_clock)

program(
    "transition",
    "windmill wipe",
    [{"way": "on", "hands": hands, "soft": 0.05} for hands in (4, 9)],
)(_clock)


@program("transition", "clock wipe double", every(soft=[0.02, 0.5]))
def clock_wipe_double(over: Stretch, soft: float) -> Tensor:
    """Two hands part at the top and meet at the bottom."""
    _, angle = polar(*plane(over.frames))
    from_top = torch.remainder(angle + math.pi / 2, math.tau) / math.tau
    return wipe(over, 1 - (from_top * 2 - 1).abs(), soft)


def _fan(over: Stretch, side: str, soft: float) -> Tensor:
    """A hand that turns about the middle of a side."""
    x, y = over.grid()
    down = 1 - y if side == "lower" else y
    ahead = torch.atan2(down + 0 * x, x - 0.5 + 0 * y) / math.pi
    return wipe(over, 1 - ahead if side == "lower" else ahead, soft)


for _side in ("upper", "lower"):
    _settings = every(side=[_side], soft=SOFT)
    program("transition", f"fan wipe {_side}", _settings)(_fan)


@program("transition", "windscreen wipe", every(soft=[0.02, 0.35]))
def windscreen_wipe(over: Stretch, soft: float) -> Tensor:
    """A wiper about the lower edge: its blade's half sweeps there, the rest on its way back."""
    x, y = over.grid()
    distance = torch.hypot((x - 0.5) * 1.2, 1.15 - y)
    turn = torch.atan2(1.15 - y + 0 * x, 0.5 - x + 0 * y) / math.pi
    blade = (distance > 0.35) & (distance < 0.95)
    return wipe(over, torch.where(blade, turn / 2, 1 - turn / 2), soft)


@program("transition", "chevron wipe", every(side=["right", "left"]))
def chevron_wipe(over: Stretch, side: str) -> Tensor:
    """An arrow head flies in over the picture."""
    x, y = over.grid()
    across = x if side == "right" else 1 - x
    return wipe(over, (across + (y - 0.5).abs()) / 1.5, 0.03)


@program("transition", "zigzag wipe", every(teeth=[5, 2]))
def zigzag_wipe(over: Stretch, teeth: int) -> Tensor:
    """An edge with saw teeth."""
    x, y = over.grid()
    tooth = ((y * teeth) % 1 - 0.5).abs() * 2
    return wipe(over, (x + tooth * 0.6 / teeth**0.5) / (1 + 0.6 / teeth**0.5), 0.03)


@program("transition", "wave wipe", every(waves=[1.5, 4.0]))
def wave_wipe(over: Stretch, waves: float) -> Tensor:
    """An edge that waves like a flag as it comes down."""
    x, y = over.grid()
    swing = torch.sin(math.tau * waves * x) * 0.3 / waves
    reach = 0.3 / waves
    return wipe(over, (y + swing + reach) / (1 + 2 * reach), 0.03)


@program("transition", "spiral wipe", every(turns=[3.0, 1.0]))
def spiral_wipe(over: Stretch, turns: float) -> Tensor:
    """A spiral winds in from the outside."""
    distance, angle = polar(*plane(over.frames))
    out = distance / distance.max()
    wound = (1 - out) * turns + (angle + math.pi) / math.tau
    return wipe(over, wound / (turns + 1), 0.06)


@program("transition", "corner cross wipe", every(soft=[0.03, 0.5]))
def corner_cross_wipe(over: Stretch, soft: float) -> Tensor:
    """From all four corners until a cross is left, and that goes last in its middle."""
    x, y = over.grid()
    return wipe(over, 1 - torch.minimum((x - 0.5).abs(), (y - 0.5).abs()) * 2, soft)


@program("transition", "cross wipe", every(soft=[0.03, 0.5]))
def cross_wipe(over: Stretch, soft: float) -> Tensor:
    """A cross through the middle, whose arms grow wide."""
    x, y = over.grid()
    return wipe(over, torch.minimum((x - 0.5).abs(), (y - 0.5).abs()) * 2, soft)


@program("transition", "bars wipe", every(bars=[3, 8]))
def bars_wipe(over: Stretch, bars: int) -> Tensor:
    """Bars run in from left and right by turns."""
    x, y = over.grid()
    odd = (y * bars).floor() % 2 == 1
    return wipe(over, torch.where(odd, x + 0 * y, 1 - x + 0 * y), 0.02)
