"""Effects of many small things: sparks, flakes of paper, bubbles, stars, hearts."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from mlcore.components.programs.colours import blended, colour, screened
from mlcore.components.programs.effects.fields import (
    apart,
    drawn,
    inks,
    late,
    layer,
    points,
    round_again,
    soft,
    swing,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "sparks",
    every(tint=["#ffb040", "#60c8ff"], burst=[0.7, 1.3], many=[60, 110]),
)
def sparks(over: Stretch, tint: str, burst: float, many: int) -> Tensor:
    """Bursts from a grinder below: thrown out, pulled down, cooling."""
    angle, power, delay = drawn(over, 3, many)
    life = (over.seconds[:, None] * burst + delay) % 1
    way = math.pi * (0.15 + 0.7 * angle)
    x = 0.5 + torch.cos(way) * power * life * 0.9
    y = 0.95 - torch.sin(way) * (0.4 + power) * life * 1.3 + 0.9 * life * life
    size = 0.02 * (1.2 - life)
    shower = points(over, x, y, size, size * 1.5, 1.3 * (1 - life))
    glow = points(over, x, y, size * 4, size * 4, 0.16 * (1 - life))
    return screened(
        over.frames * 0.8,
        layer(shower + glow) * colour(tint, over.device) + layer(shower) * 0.3,
    )


@program(
    "effect",
    "embers",
    every(tint=["#ff6a14", "#ff2a40"], rise=[0.18, 0.4], many=[50, 110]),
)
def embers(over: Stretch, tint: str, rise: float, many: int) -> Tensor:
    """Glowing ash climbs and winks over a fire that is out of sight."""
    start, phase = drawn(over, 2, many), drawn(over, many)
    t = over.seconds[:, None]
    x = start[0] + 0.06 * torch.sin(t * 1.7 + phase * 9)
    y = round_again(start[1] - rise * t * (0.5 + phase))
    size = (0.01 + 0.016 * phase)[None]
    ash = points(over, x, y, size, size, 0.3 + 1.1 * swing(t, 1.3, phase))
    _, down = over.grid()
    unsteady = swing(over.seconds, 1.1)[:, None, None] * 0.15 + 0.35
    fire = (unsteady * down**3).expand(-1, -1, over.size[1])
    return screened(over.frames * 0.85, layer(ash + fire) * colour(tint, over.device))


@program(
    "effect",
    "confetti",
    every(
        hues=["#ff4060 #ffd040 #40c0ff #60e080", "#f0d060 #c09020 #fff0c0 #e0b040"],
        many=[16, 26],
        size=[0.06, 0.095],
    ),
)
def confetti(over: Stretch, hues: str, many: int, size: float) -> Tensor:
    """Slips of paper flutter down, turning over."""
    start, phase, which = drawn(over, 2, many), drawn(over, many), drawn(over, many)
    t = over.seconds[:, None]
    x = round_again(start[0] + 0.05 * torch.sin(t * 2.2 + phase * 9))
    y = round_again(start[1] + (0.25 + 0.25 * phase) * t)
    flip = 0.2 + torch.cos(t * 3.7 + phase * 9).abs()
    tilt, ink = (phase - 0.5) * 1.6, inks(over, hues, which)
    shown = over.frames
    for each in range(many):
        right, down = apart(over, x[:, each], y[:, each])
        slip = torch.maximum(
            (right + tilt[each] * down).abs() - size * 0.5,
            down.abs() - size * 0.7 * late(flip[:, each]),
        )
        shown = blended(shown, ink[each], layer(soft(slip, 0.02)))
    return shown


@program(
    "effect",
    "bubbles",
    every(size=[0.09, 0.15], many=[9, 16], rise=[0.14, 0.3]),
)
def bubbles(over: Stretch, size: float, many: int, rise: float) -> Tensor:
    """Soap bubbles rise, a rim of hues and a highlight each."""
    start, phase = drawn(over, 2, many), drawn(over, many)
    t = over.seconds[:, None]
    x = start[0] + 0.05 * torch.sin(t * 1.3 + phase * 9)
    y = round_again(start[1] - rise * t * (0.6 + phase), 0.2)
    shown = over.frames
    for each in range(many):
        right, down = apart(over, x[:, each], y[:, each])
        radius = size * (0.5 + phase[each])
        share = torch.hypot(right, down) / radius
        rim = soft(share - 1, 0.12) * share.clamp(max=1) ** 4
        glint = torch.hypot(right + 0.4 * radius, down + 0.4 * radius) - radius * 0.16
        hue = (phase[each] + torch.arange(3, device=over.device) / 3) * math.tau
        film = (0.55 + 0.4 * torch.sin(hue)).view(1, 3, 1, 1)
        light = layer(rim) * film + layer(soft(glint, 0.03)) * 0.8
        shown = screened(shown, light)
    return shown


@program(
    "effect",
    "fireflies",
    every(tint=["#d8ff40", "#50b8ff"], many=[16, 34], dusk=[0.4, 0.7]),
)
def fireflies(over: Stretch, tint: str, many: int, dusk: float) -> Tensor:
    """Soft lamps fly loops in the dusk, on and off."""
    home, phase, pace = drawn(over, 2, many), drawn(over, 2, many), drawn(over, many)
    t = over.seconds[:, None] * (0.6 + pace)
    x = home[0] + 0.09 * torch.sin(t * 1.9 + phase[0] * math.tau)
    y = home[1] + 0.08 * torch.sin(t * 2.7 + phase[1] * math.tau)
    light = swing(t, 0.45, phase[0]) ** 2
    core = points(over, x, y, x * 0 + 0.018, x * 0 + 0.018, light * 1.3)
    glow = points(over, x, y, x * 0 + 0.07, x * 0 + 0.07, light * 0.5)
    night = over.frames * dusk * colour("#90b0d8", over.device)
    return screened(night, layer(core + glow) * colour(tint, over.device))


@program(
    "effect",
    "glitter",
    every(tint=["#d8e8ff", "#ffc020"], many=[70, 150], reach=[0.05, 0.09]),
)
def glitter(over: Stretch, tint: str, many: int, reach: float) -> Tensor:
    """Four-pointed stars flash up all over the picture and go out."""
    place, phase, pace = drawn(over, 2, many), drawn(over, many), drawn(over, many)
    t = over.seconds[:, None]
    light = swing(t, 0.6, phase * 3 + pace) ** 6
    long = light * reach * (0.5 + pace)
    thin = long * 0 + 0.007
    across = points(over, place[:1], place[1:], long, thin, light)
    upright = points(over, place[:1], place[1:], thin, long, light)
    heart = points(over, place[:1], place[1:], long * 0.3, long * 0.3, light)
    stars = layer(across + upright + heart)
    ink = colour(tint, over.device)
    return screened(over.frames * (0.8 + 0.2 * ink), stars * 1.5 * ink)


@program(
    "effect",
    "fireworks",
    every(hue=["#ff5080", "#50d0ff"], rate=[0.7, 1.2], dark=[0.5, 0.8]),
)
def fireworks(over: Stretch, hue: str, rate: float, dark: float) -> Tensor:
    """Shells open in rings of sparks that sag and fade."""
    shells, rays = 3, 28
    light = torch.zeros(len(over.seconds), *over.size, device=over.device)
    rest = drawn(over, shells, 2, 9)
    angle = torch.arange(rays, device=over.device) * (math.tau / rays)
    for shell in range(shells):
        beats = over.seconds * rate + shell / shells
        life = (beats - beats.floor())[:, None]
        at = rest[shell][:, beats.long() % 9]
        spread = 0.34 * (1 - (1 - life) ** 3)
        x = 0.15 + 0.7 * at[0][:, None] + torch.cos(angle) * spread * 0.7
        y = 0.15 + 0.45 * at[1][:, None] + torch.sin(angle) * spread + 0.2 * life**2
        size = 0.018 + 0 * x
        light = light + points(over, x, y, size, size, (1.2 - 1.2 * life).expand_as(x))
    fire = layer(light)
    return screened(over.frames * dark, fire * colour(hue, over.device) + fire**2 * 0.3)


def _heart(u: Tensor, v: Tensor) -> Tensor:
    """Signed, about, for |u|, |v| < 1: two circles over a corner."""
    lobes = torch.hypot(u.abs() - 0.38, v + 0.22) - 0.44
    point = (u.abs() * 0.78 + v * 0.62) - 0.5
    return torch.minimum(lobes, torch.maximum(point, -v - 0.22))


def _star(u: Tensor, v: Tensor) -> Tensor:
    """Signed: a pentagram's edges, its ten halves folded onto one."""
    tenth = math.pi / 5
    u = u.abs()
    for side in (1, -1):
        across, along = side * math.cos(tenth), -math.sin(tenth)
        beyond = (across * u - along * v).clamp(min=0) * 2
        u, v = u - beyond * across, v + beyond * along
    # From the tip, at 0.95 up, to the notch at 0.38, a tenth of a round on.
    tip, notch = 0.95, (0.38 * math.sin(tenth), 0.38 * math.cos(tenth))
    run = (notch[0], notch[1] - tip)
    return (run[0] * (-v - tip) - run[1] * u.abs()) / math.hypot(*run)


def _note(u: Tensor, v: Tensor) -> Tensor:
    """Signed, about: a head, a stem, a flag."""
    head = torch.hypot((u + 0.2) * 0.8, v - 0.6) - 0.3
    stem = torch.maximum((u - 0.1).abs() - 0.07, (v + 0.1).abs() - 0.75)
    flag = torch.maximum((v + 0.72 - u * 0.5).abs() - 0.14, (u - 0.35).abs() - 0.3)
    return torch.minimum(torch.minimum(head, stem), flag)


def _drop(u: Tensor, v: Tensor) -> Tensor:
    """Signed, about: a circle with a corner above."""
    return torch.minimum(
        torch.hypot(u, v - 0.3) - 0.5,
        torch.maximum(u.abs() * 0.85 - (v + 0.95) * 0.42, v - 0.3),
    )


_SHAPES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "hearts": _heart,
    "stars": _star,
    "music notes": _note,
    "drops": _drop,
}
_INKS = {
    "hearts": ["#ff3060 #ff80a0", "#c02040 #ffffff"],
    "stars": ["#ffe050 #fff8d0", "#80a0ff #e0d0ff"],
    "music notes": ["#202028 #404858", "#ff60a0 #60d0ff"],
    "drops": ["#40a0ff #a0d8ff", "#a01020 #600810"],
}


def floating(over: Stretch, shape: str, hues: str, many: int, size: float) -> Tensor:
    """Shapes drawn from their distances rise, sway and swell; drops fall."""
    start, phase, which = drawn(over, 2, many), drawn(over, many), drawn(over, many)
    t = over.seconds[:, None]
    way = 0.28 if shape == "drops" else -0.2
    x = start[0] + 0.05 * torch.sin(t * 1.8 + phase * 9)
    y = round_again(start[1] + way * t * (0.6 + phase), 0.15)
    radius = size * (0.55 + 0.45 * phase + 0.15 * torch.sin(t * 3.1 + phase * 9))
    ink = inks(over, hues, which)
    shown = over.frames
    for each in range(many):
        right, down = apart(over, x[:, each], y[:, each])
        wide = late(radius[:, each])
        inside = soft(_SHAPES[shape](right / wide, down / wide), 0.16)
        shown = blended(shown, ink[each], layer(inside))
    return shown


for _shape, _hues in _INKS.items():
    program(
        "effect",
        f"floating {_shape}",
        every(shape=[_shape], hues=_hues, many=[7, 12], size=[0.12, 0.18]),
    )(floating)
