"""Effects of lamps that are aimed, coloured or turned."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.colours import blended, colour, luma, of_hue, screened
from mlcore.components.programs.easing import column
from mlcore.components.programs.effects.fields import (
    drawn,
    held,
    kick,
    late,
    layer,
    swing,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, polar
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "police lights",
    every(first=["#ff1020", "#ffa010"], rate=[0.9, 1.9], strength=[0.9, 0.55]),
)
def police_lights(over: Stretch, first: str, rate: float, strength: float) -> Tensor:
    """One colour from the left, blue from the right, by turns."""
    x, _ = over.grid()
    turn = late(swing(over.seconds, rate))
    left = layer(turn * (1 - x)).expand(-1, -1, over.size[0], -1)
    right = layer((1 - turn) * x).expand(-1, -1, over.size[0], -1)
    light = left * colour(first, over.device) + right * colour("#1030ff", over.device)
    lit = over.frames * (0.35 + 2.2 * light) + 0.22 * light
    return blended(over.frames, lit, strength)


@program(
    "effect",
    "colour wash",
    every(rate=[0.24, 0.6], spread=[0.0, 0.7], strength=[0.75, 0.4]),
)
def colour_wash(over: Stretch, rate: float, spread: float, strength: float) -> Tensor:
    """All hues pass over the picture's light; with spread, from side to side."""
    x, y = over.grid()
    hue = layer(late(over.seconds) * rate + spread * (x + 0.4 * y)) % 1
    one = torch.ones_like(hue)
    wash = of_hue(hue, one * 0.85, one)
    return blended(over.frames, wash * (0.12 + luma(over.frames)), strength)


@program(
    "effect",
    "disco",
    every(cells=[5.0, 9.0], rate=[0.12, 0.3], ground=[0.35, 0.75]),
)
def disco(over: Stretch, cells: float, rate: float, ground: float) -> Tensor:
    """Spots of a mirror ball wander round, each of a hue of its own."""
    x, y = plane(over.frames)
    along = (x + late(over.seconds) * rate) * cells
    down = (y * cells).expand(len(over.seconds), -1, along.shape[-1])
    row = down.floor()
    along = along + (row % 2) * 0.5
    spot = torch.hypot(along % 1 - 0.5, down % 1 - 0.5)
    lit = ((0.36 - spot) * 7).clamp(0, 1)
    hue = torch.sin(along.floor() * 12.9898 + row * 78.233).abs() * 7.13 % 1
    one = torch.ones_like(hue)
    light = of_hue(layer(hue), layer(one * 0.8), layer(one))
    return screened(over.frames * ground, layer(lit) * light * 0.8)


@program(
    "effect",
    "lighthouse",
    every(width=[0.25, 0.55], rate=[0.3, 0.7], dark=[0.18, 0.5]),
)
def lighthouse(over: Stretch, width: float, rate: float, dark: float) -> Tensor:
    """A beam turns about a point under the picture."""
    x, y = plane(over.frames)
    _, angle = polar(x, y - 0.65)
    turn = late(-math.pi / 2 + 1.25 * torch.sin(over.seconds * rate * math.tau))
    beam = torch.exp(-(((angle - turn) / width) ** 2))
    return screened(over.frames * layer(dark + 0.9 * beam), layer(beam) * 0.22)


@program(
    "effect",
    "stage beams",
    every(beams=[3, 5], tint=["#60a0ff", "#ff60d0"], rate=[0.3, 0.75]),
)
def stage_beams(over: Stretch, beams: int, tint: str, rate: float) -> Tensor:
    """Cones of haze from above swing against each other."""
    x, y = plane(over.frames)
    aspect = over.size[1] / over.size[0]
    light = torch.zeros(len(over.seconds), *over.size, device=over.device)
    for each in range(beams):
        foot = ((each + 0.5) / beams - 0.5) * aspect
        lean = late(0.55 * torch.sin(over.seconds * rate * math.tau + each * 2.1))
        off = x - foot - lean * (y + 0.55)
        light = light + torch.exp(-((off / (0.03 + 0.16 * (y + 0.5))) ** 2)) * 0.75
    return screened(over.frames * 0.55, layer(light) * colour(tint, over.device))


@program(
    "effect",
    "camera flashes",
    every(rate=[1.3, 3.1], size=[0.3, 0.6], dark=[0.9, 0.5]),
)
def camera_flashes(over: Stretch, rate: float, size: float, dark: float) -> Tensor:
    """Somebody photographs, now here, now there."""
    at = held(over, rate, 2)
    x, y = over.grid()
    wide = over.size[1] / over.size[0]
    away = torch.hypot((x - late(at[:, 0])) * wide, y - late(at[:, 1]))
    flash = torch.exp(-((away / size) ** 2)) * late(kick(over.seconds, rate, 2.5))
    return screened(over.frames * dark, layer(flash) * 1.1)


@program(
    "effect",
    "window blinds",
    every(slats=[5.0, 9.0], lean=[0.0, 0.5], dark=[0.3, 0.6]),
)
def window_blinds(over: Stretch, slats: float, lean: float, dark: float) -> Tensor:
    """Light through slats that somebody keeps tilting; a warm bar, a dark bar."""
    x, y = plane(over.frames)
    phase = (y + lean * x) * slats + late(over.seconds) * 0.45
    gap = late(0.1 + 0.45 * swing(over.seconds, 0.35))
    bar = (torch.cos(phase * math.tau) * 0.5 + gap).mul(3).clamp(0, 1)
    lit = colour("#fff0d0", over.device) * 1.25
    shade = colour("#8090b0", over.device) * dark
    return over.frames * (shade + (lit - shade) * layer(bar))


@program(
    "effect",
    "rainbow prism",
    every(angle=[0.6, -0.4], width=[0.35, 0.7], strength=[0.5, 0.9]),
)
def rainbow_prism(over: Stretch, angle: float, width: float, strength: float) -> Tensor:
    """A band of the spectrum slides over the picture."""
    x, y = plane(over.frames)
    at = late(0.75 * torch.sin(over.seconds * 1.1 + drawn(over, 1) * math.tau))
    across = (x * math.cos(angle) + y * math.sin(angle) - at) / width
    band = layer(torch.exp(-((across * 1.6) ** 2)))
    hue = layer((across + 0.5).clamp(0, 1)) * 0.8
    one = torch.ones_like(hue)
    return screened(over.frames, of_hue(hue, one, one) * band * strength)


@program(
    "effect",
    "beat flash",
    every(rate=[0.9, 1.7], tint=["#ff4060", "#40a0ff", "#ffe060", "#ffffff"]),
)
def beat_flash(over: Stretch, rate: float, tint: str) -> Tensor:
    """On each beat the picture burns out in a colour and comes back."""
    burst = column(kick(over.seconds, rate, 3.5))
    burnt = over.frames * (1 + 1.2 * burst)
    return screened(burnt, colour(tint, over.device) * burst * 0.75)
