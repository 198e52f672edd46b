"""How a movement gets from 0 to 1: the curves that editors name."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

_OVERSHOOT = 1.70158
"""Of the back curves: a tenth too far, R. Penner's choice (easing equations, 2001)."""


def _bounce(p: Tensor) -> Tensor:
    """Four parabolas, each lower than the last (Penner's easeOutBounce)."""
    n = 7.5625
    first = n * p**2
    second = n * (p - 1.5 / 2.75) ** 2 + 0.75
    third = n * (p - 2.25 / 2.75) ** 2 + 0.9375
    fourth = n * (p - 2.625 / 2.75) ** 2 + 0.984375
    late = torch.where(p < 2.5 / 2.75, third, fourth)
    return torch.where(
        p < 1 / 2.75, first, torch.where(p < 2 / 2.75, second, late)
    ).clamp(max=1)


def _elastic(p: Tensor) -> Tensor:
    """A spring that swings out, three swings to the whole (Penner's easeOutElastic)."""
    swing = torch.pow(2.0, -10 * p) * torch.sin((p * 10 - 0.75) * math.tau / 3) + 1
    # The formula ends a thousandth off and starts a hair off.
    return torch.where(p <= 0, 0.0, torch.where(p >= 1, 1.0, swing))


def _expo(p: Tensor) -> Tensor:
    return torch.where(p >= 1, 1.0, (1 - torch.pow(2.0, -10 * p)) / (1 - 2**-10))


def _back(p: Tensor) -> Tensor:
    return 1 + (_OVERSHOOT + 1) * (p - 1) ** 3 + _OVERSHOOT * (p - 1) ** 2


_OUT: dict[str, Callable[[Tensor], Tensor]] = {
    "sine": lambda p: torch.sin(p * math.pi / 2),
    "quad": lambda p: 1 - (1 - p) ** 2,
    "cubic": lambda p: 1 - (1 - p) ** 3,
    "quint": lambda p: 1 - (1 - p) ** 5,
    "expo": _expo,
    "circle": lambda p: (1 - (1 - p) ** 2).clamp(min=0).sqrt(),
    "back": _back,
    "elastic": _elastic,
    "bounce": _bounce,
}

EASINGS = (
    "linear",
    *(f"{curve} {way}" for curve in _OUT for way in ("in", "out", "both")),
)
"""What `eased` knows: `out` slows down at the end, `in` sets off slowly, `both` does both."""


def eased(progress: Tensor, easing: str) -> Tensor:
    """Return progress along a named curve: 0 at 0 and 1 at 1, any shape.

    Back and elastic curves leave 0..1 between. The curves are R. Penner's easing equations
    (2001). Raises KeyError for a name not in EASINGS.
    """
    p = progress.clamp(0, 1)
    if easing == "linear":
        return p
    curve, way = easing.split()
    out = _OUT[curve]
    if way == "out":
        return out(p)
    if way == "in":
        return 1 - out(1 - p)
    early, late = (1 - out(1 - 2 * p)) / 2, (1 + out(2 * p - 1)) / 2
    return torch.where(p < 0.5, early, late)


def span(progress: Tensor, begin: float | Tensor, end: float | Tensor) -> Tensor:
    """Return how far progress is from `begin` to `end`, 0 before and 1 after."""
    return ((progress - begin) / (end - begin)).clamp(0, 1)


def smooth(share: Tensor) -> Tensor:
    """Return 3s² - 2s³ of a share: level at 0 and at 1."""
    s = share.clamp(0, 1)
    return s * s * (3 - 2 * s)


def hump(progress: Tensor) -> Tensor:
    """Return half a sine wave: 0 at 0, 1 in the middle, 0 at 1."""
    # In floats the sine of pi is a hair below 0, which has no root.
    return torch.sin(progress.clamp(0, 1) * math.pi).clamp(min=0)


def column(values: Tensor) -> Tensor:
    """Return (t, 1, 1, 1) of (t,), to meet a clip."""
    return values[:, None, None, None]


def sheet(values: Tensor) -> Tensor:
    """Return (t, 1, 1) of (t,), to meet coordinates and fields."""
    return values[:, None, None]
