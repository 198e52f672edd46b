"""The picture fills the screen throughout, and what is seen of it moves: as by a camera."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blurs import smeared, zoom
from mlcore.components.programs.easing import eased, hump, sheet, span
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import (
    moved,
    plane,
    pulled,
    sampled,
    turned,
    within,
)
from mlcore.components.stretch import Stretch

_WAYS = {
    "left": (-1.0, 0.0),
    "right": (1.0, 0.0),
    "up": (0.0, -1.0),
    "down": (0.0, 1.0),
}


def _seen(stretch: Stretch, size: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """What a camera sees that shows the picture (t,) times as large, (t,) heights aside."""
    x, y = plane(stretch.frames)
    size = sheet(size)
    return pulled(stretch.frames, x / size + sheet(right), y / size + sheet(down))


def _push(stretch: Stretch, way: str, times: float) -> Tensor:
    """Slowly nearer, or farther."""
    p = stretch.progress if way == "in" else 1 - stretch.progress
    return _seen(stretch, times ** (0.1 + 0.9 * p), 0 * p, 0 * p)


for _way in ("in", "out"):
    program("animation", f"slow zoom {_way}", every(way=[_way], times=[1.8, 3.5]))(
        _push
    )


def _pan(stretch: Stretch, way: str, times: float) -> Tensor:
    """Along the picture at an even pace."""
    right, down = _WAYS[way]
    height, width = stretch.size
    p = (stretch.progress - 0.5) * (1 - 1 / times)
    return _seen(stretch, 0 * p + times, p * right * width / height, p * down)


for _way in _WAYS:
    program("animation", f"pan {_way}", every(way=[_way], times=[1.6, 3.0]))(_pan)


def _scroll(stretch: Stretch, way: str, times: int) -> Tensor:
    """Runs past without end, itself after itself."""
    right, down = _WAYS[way]
    p = stretch.progress * times
    return moved(stretch.frames, p * right, p * down, "wrap")


for _way in _WAYS:
    program("animation", f"scroll {_way}", every(way=[_way], times=[1, 3]))(_scroll)


def _whip(stretch: Stretch, way: str, length: float) -> Tensor:
    """Arrives in a smeared sweep of the camera."""
    right, down = _WAYS[way]
    q = span(stretch.progress, 0, 0.6)
    left = (1 - eased(q, "cubic out")) * 1.6
    swept = moved(stretch.frames, -left * right, -left * down, "mirror")
    return smeared(swept, length * (1 - q) ** 2, "across" if right else "upright")


for _way in ("left", "right", "up"):
    program("animation", f"whip in {_way}", every(way=[_way], length=[0.9, 0.25]))(
        _whip
    )


@program("animation", "crash zoom", every(times=[3.0, 1.7]))
def crash_zoom(stretch: Stretch, times: float) -> Tensor:
    """Rushes in on the middle, smeared, in the first half, and stays close."""
    q = span(stretch.progress, 0.15, 0.5)
    near = _seen(stretch, times ** eased(q, "cubic both"), 0 * q, 0 * q)
    return zoom(near, 0.8 * math.log(times) * hump(q))


@program("animation", "dutch tilt", every(angle=[0.45, -0.45]))
def dutch_tilt(stretch: Stretch, angle: float) -> Tensor:
    """The camera leans over slowly and stays so."""
    turn = sheet(angle * eased(stretch.progress, "sine both"))
    x, y = turned(*plane(stretch.frames), -turn)
    size = 1 + turn.abs() * 0.9
    return pulled(stretch.frames, x / size, y / size)


@program("animation", "mirror scroll", every(times=[1, -2]))
def mirror_scroll(stretch: Stretch, times: int) -> Tensor:
    """The picture and its mirror image run past by turns."""
    p = stretch.progress * 2 * times
    return moved(stretch.frames, p, 0 * p, "mirror")


@program("animation", "flag", every(waves=[1.5, 4.0]))
def flag(stretch: Stretch, waves: float) -> Tensor:
    """The picture is cloth in the wind."""
    x, y = stretch.grid()
    p = sheet(stretch.progress)
    phase = math.tau * (waves * x - 2 * p)
    free = (0.25 + x) * 0.3 / waves
    u, v = x + 0 * p + 0 * y, y + torch.sin(phase) * free
    shade = 1 + 0.35 * torch.cos(phase) * (0.3 + x) + 0 * y
    cloth = sampled(stretch.frames, u, v) * shade[:, None]
    return cloth * within(u, v, stretch.size)


@program("animation", "water bed", every(waves=[2.0, 5.0]))
def water_bed(stretch: Stretch, waves: float) -> Tensor:
    """The picture lies on water, whose waves cross."""
    x, y = stretch.grid()
    p = sheet(stretch.progress)
    right = torch.sin(math.tau * (waves * y + p)) * 0.22 / waves
    down = torch.sin(math.tau * (waves * x - 2 * p)) * 0.22 / waves
    return sampled(stretch.frames, x + right, y + down, "mirror")


@program("animation", "twist", every(turns=[0.3, -0.6]))
def twist(stretch: Stretch, turns: float) -> Tensor:
    """Wrung about its middle, one way and back."""
    x, y = plane(stretch.frames)
    near = (1 - torch.hypot(x, y) / 0.8).clamp(min=0)
    angle = near * turns * math.tau * sheet(torch.sin(math.tau * stretch.progress))
    return pulled(stretch.frames, *turned(x, y, angle), "mirror")


@program("animation", "fish eye breath", every(depth=[1.4, -1.0]))
def fish_eye_breath(stretch: Stretch, depth: float) -> Tensor:
    """The middle swells through a round lens and sinks back."""
    x, y = plane(stretch.frames)
    scale = torch.exp(
        -depth * sheet(hump(stretch.progress) ** 2) * (0.7 - torch.hypot(x, y))
    )
    return pulled(stretch.frames, x * scale, y * scale, "mirror")


@program("animation", "split screen", every(parts=[2, 3]))
def split_screen(stretch: Stretch, parts: int) -> Tensor:
    """The one picture becomes several, side by side and above each other."""
    x, y = stretch.grid()
    count = sheet(1 + (parts - 1) * eased(span(stretch.progress, 0.2, 0.6), "back out"))
    u, v = x * count + 0 * y, y * count + 0 * x
    return sampled(stretch.frames, u, v, "wrap")
