"""The camera goes in, out or through."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import mixed
from mlcore.components.programs.blurs import spin, zoom
from mlcore.components.programs.easing import column, eased, hump, smooth, span
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.transitions.slides import laid
from mlcore.components.programs.warps import Border, plane, pulled, turned
from mlcore.components.stretch import Stretch


def scaled(clip: Tensor, size: Tensor, border: Border = "mirror") -> Tensor:
    """Return the clip enlarged about its middle, (t,) times."""
    x, y = plane(clip)
    return pulled(clip, x / size[:, None, None], y / size[:, None, None], border)


def _shares(over: Stretch, size: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Where to sample a picture drawn (t,) times as large, turned (t,) radians."""
    height, width = over.size
    size, angle = size.clamp(min=1e-3)[:, None, None], angle[:, None, None]
    x, y = turned(*plane(over.frames), -angle)
    return x / size * height / width + 0.5, y / size + 0.5


@program("transition", "zoom in", every(times=[4.0, 1.6]))
def zoom_in(over: Stretch, times: float) -> Tensor:
    """The leaving picture grows and gives way to the entering one, which settles."""
    p = eased(over.progress, "quad both")
    grown = scaled(over.frames, times**p)
    settling = scaled(over.entering, times ** (p - 1), "mirror")
    return mixed(grown, settling, column(smooth(span(p, 0.25, 0.75))))


@program("transition", "zoom out", every(times=[4.0, 1.6]))
def zoom_out(over: Stretch, times: float) -> Tensor:
    """The camera goes back: the leaving picture shrinks, the entering one shrinks to size."""
    p = eased(over.progress, "quad both")
    shrunk = scaled(over.frames, times**-p)
    settling = scaled(over.entering, times ** (1 - p))
    return mixed(shrunk, settling, column(smooth(span(p, 0.25, 0.75))))


@program("transition", "cross zoom", every(strength=[1.2, 0.5]))
def cross_zoom(over: Stretch, strength: float) -> Tensor:
    """Into the leaving picture and out of the entering one, smeared by the speed."""
    p = over.progress
    leaving = scaled(over.frames, 1 + 2 * span(p, 0, 0.5) ** 2)
    entering = scaled(over.entering, 1 + 2 * (1 - span(p, 0.5, 1)) ** 2)
    both = mixed(leaving, entering, column(span(p, 0.4, 0.6)))
    return zoom(both, hump(p) ** 2 * strength)


@program("transition", "zoom through", every(easing=["quint in", "quad both"]))
def zoom_through(over: Stretch, easing: str) -> Tensor:
    """The leaving picture flies past as the entering one comes up from far away."""
    p = eased(over.progress, easing)
    still = torch.zeros_like(p)
    far = laid(torch.zeros_like(over.frames), over.entering, *_shares(over, p, still))
    past = scaled(over.frames, 1 + 5 * p)
    return mixed(past, far, column(span(over.progress, 0.3, 0.75)))


@program("transition", "shrink away", every(easing=["cubic both", "back in"]))
def shrink_away(over: Stretch, easing: str) -> Tensor:
    """The leaving picture shrinks into the middle of the entering one."""
    p = eased(over.progress, easing)
    drawn = laid(over.entering, over.frames, *_shares(over, 1 - p, 0 * p), 0.6)
    return mixed(drawn, over.entering, column((p >= 1).float()))


@program("transition", "grow over", every(easing=["cubic both", "elastic out"]))
def grow_over(over: Stretch, easing: str) -> Tensor:
    """The entering picture grows from the middle over the leaving one."""
    p = eased(over.progress, easing)
    drawn = laid(over.frames, over.entering, *_shares(over, p, 0 * p), 0.6)
    return mixed(drawn, over.frames, column((p <= 0).float()))


@program("transition", "spin away", every(turns=[1.0, -0.35]))
def spin_away(over: Stretch, turns: float) -> Tensor:
    """The leaving picture turns as it shrinks into the middle."""
    p = eased(over.progress, "cubic both")
    drawn = laid(
        over.entering, over.frames, *_shares(over, 1 - p, p * turns * math.tau), 0.6
    )
    return mixed(drawn, over.entering, column((p >= 1).float()))


@program("transition", "newspaper", every(turns=[3.0, 1.0]))
def newspaper(over: Stretch, turns: float) -> Tensor:
    """The entering picture spins up like a front page."""
    p = eased(over.progress, "quad out")
    drawn = laid(
        over.frames, over.entering, *_shares(over, p, (1 - p) * turns * math.tau), 0.6
    )
    return mixed(drawn, over.frames, column((p <= 0).float()))


def _roll(over: Stretch, way: str, angle: float) -> Tensor:
    """The camera rolls: both pictures turn, smeared, and change in the middle."""
    turn = angle if way == "right" else -angle
    p = eased(over.progress, "quint both")[:, None, None]
    x, y = plane(over.frames)
    leaving = pulled(over.frames, *turned(x, y, -p * turn), "mirror")
    entering = pulled(over.entering, *turned(x, y, (1 - p) * turn), "mirror")
    both = mixed(leaving, entering, column(span(over.progress, 0.45, 0.55)))
    return spin(both, hump(over.progress) ** 4 * 0.8)


for _way in ("left", "right"):
    _settings = every(way=[_way], angle=[math.pi, math.pi / 3])
    program("transition", f"camera roll {_way}", _settings)(_roll)


@program("transition", "whirl zoom", every(turns=[0.5, -0.2]))
def whirl_zoom(over: Stretch, turns: float) -> Tensor:
    """In with a turn, out of the other picture with the rest of it."""
    p = eased(over.progress, "cubic both")
    size = torch.where(p < 0.5, 1 + 6 * p**2, 1 + 6 * (1 - p) ** 2)[:, None, None]
    turn = (p * turns * math.tau)[:, None, None]
    rest = ((p - 1) * turns * math.tau)[:, None, None]
    x, y = plane(over.frames)
    leaving = pulled(over.frames, *turned(x / size, y / size, -turn), "mirror")
    entering = pulled(over.entering, *turned(x / size, y / size, -rest), "mirror")
    both = mixed(leaving, entering, column(span(p, 0.4, 0.6)))
    return zoom(both, hump(over.progress) ** 2 * 0.6)


@program("transition", "colour zoom", every(spread=[0.5, 0.2]))
def colour_zoom(over: Stretch, spread: float) -> Tensor:
    """Red, green and blue zoom at different speeds."""
    p = over.progress
    both = mixed(over.frames, over.entering, column(smooth(span(p, 0.3, 0.7))))
    parts = [
        scaled(both[:, at : at + 1], torch.exp(hump(p) * (0.5 + spread * at)))
        for at in range(3)
    ]
    return torch.cat(parts, 1)


@program(
    "transition", "picture in picture", every(corner=["upper right", "lower left"])
)
def picture_in_picture(over: Stretch, corner: str) -> Tensor:
    """The entering picture grows out of a small window in a corner."""
    side_x = 0.27 if "right" in corner else -0.27
    side_y = 0.27 if "lower" in corner else -0.27
    shown = smooth(span(over.progress, 0, 0.25))
    grown = eased(span(over.progress, 0.45, 1), "cubic both")
    size = (0.35 + 0.65 * grown)[:, None, None]
    right, down = (
        ((1 - grown) * side_x)[:, None, None],
        (1 - grown)[:, None, None] * side_y,
    )
    x, y = over.grid()
    at = (x - 0.5 - right) / size + 0.5 + 0 * y, (y - 0.5 - down) / size + 0.5 + 0 * x
    return mixed(over.frames, laid(over.frames, over.entering, *at, 0.5), column(shown))
