"""Effects of light in the lens and in the air."""

import math

import torch
from torch import Tensor

from mlcore.components.programs import blurs
from mlcore.components.programs.colours import blended, colour, luma, screened
from mlcore.components.programs.easing import column
from mlcore.components.programs.effects.fields import (
    apart,
    drawn,
    held,
    inks,
    kick,
    late,
    layer,
    points,
    soft,
    swing,
)
from mlcore.components.programs.noise import fractal_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, polar, pulled
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "light leak",
    every(tint=["#ff7a1e", "#ff2e6a"], side=["left", "right"], strength=[1.0, 0.6]),
)
def light_leak(over: Stretch, tint: str, side: str, strength: float) -> Tensor:
    """Light through the camera's back: a ragged glow that grows in from one side."""
    x, y = over.grid()
    away = x if side == "left" else 1 - x
    seconds = late(over.seconds)
    reach = 0.5 + 0.3 * torch.sin(seconds * 1.9) + 0.12 * torch.sin(y * 5 + seconds)
    cloud = fractal_noise(
        over.chance, over.size, 2, over.seconds * 0.7, octaves=2, device=over.device
    )
    leak = (1 - away / reach).clamp(0, 1) ** 1.3 * (0.5 + cloud) * strength
    return screened(
        over.frames,
        layer(leak) * colour(tint, over.device) + layer(leak**3) * 0.6,
    )


@program(
    "effect",
    "lens flare",
    every(tint=["#ffd9a0", "#9cc8ff"], height=[0.25, 0.7], ghosts=[0.35, 0.7]),
)
def lens_flare(over: Stretch, tint: str, height: float, ghosts: float) -> Tensor:
    """A lamp crosses; its reflections stand on the line through the picture's middle."""
    lamp_x = (0.1 + 0.8 * over.progress)[:, None]
    lamp_y = height + 0.08 * torch.sin(over.seconds)[:, None]
    along = over.frames.new_tensor([0.45, 0.8, 1.25, 1.6, 2.0])
    x, y = lamp_x + (0.5 - lamp_x) * along, lamp_y + (0.5 - lamp_y) * along
    flare = torch.zeros_like(over.frames)
    for each, (size, code) in enumerate(_GHOSTS):
        right, down = apart(over, x[:, each], y[:, each])
        ring = soft(torch.hypot(right, down) - size, 0.05)
        flare = flare + layer(ring) * colour(code, over.device) * ghosts

    one = torch.ones_like(lamp_x)
    glow = points(over, lamp_x, lamp_y, one * 0.16, one * 0.16, one)
    streak = points(over, lamp_x, lamp_y, one * 1.2, one * 0.02, one * 0.8)
    return screened(
        over.frames, flare + layer(glow + streak) * colour(tint, over.device)
    )


_GHOSTS = (
    (0.06, "#40a060"),
    (0.11, "#8050c0"),
    (0.05, "#d08030"),
    (0.16, "#306090"),
    (0.24, "#503870"),
)
"""Radius, in heights, and colour of each reflection, from the lamp outwards"""


@program(
    "effect",
    "bokeh lights",
    every(
        hues=["#ffb060 #ff6080", "#60b0ff #a060ff"],
        size=[0.09, 0.17],
        speed=[0.05, 0.14],
    ),
)
def bokeh_lights(over: Stretch, hues: str, size: float, speed: float) -> Tensor:
    """Discs of lamps far out of focus drift and breathe."""
    many = 14
    place, phase = drawn(over, 2, many), drawn(over, many)
    t = over.seconds[:, None]
    x = (place[0] + speed * t * (0.5 + phase)) % 1.2 - 0.1
    y = place[1] + 0.05 * torch.sin(t * 1.3 + phase * 6)
    radius = size * (0.5 + drawn(over, many))
    bright = 0.25 + 0.5 * swing(t, 0.4, phase)
    ink = inks(over, hues, drawn(over, many))
    lights = torch.zeros_like(over.frames)
    for each in range(many):
        right, down = apart(over, x[:, each], y[:, each])
        disc = soft(torch.hypot(right, down) - radius[each], 0.03)
        lights = lights + layer(disc * late(bright[:, each])) * ink[each]
    return screened(over.frames, lights)


@program(
    "effect",
    "god rays",
    every(source=[-0.6, 0.6], length=[0.7, 1.3], gain=[0.9, 1.6]),
)
def god_rays(over: Stretch, source: float, length: float, gain: float) -> Tensor:
    """What is light is drawn out away from a source above that moves slowly."""
    x, y = plane(over.frames)
    bright = ((luma(over.frames) - 0.45) * 2).clamp(0, 1)
    haze = fractal_noise(
        over.chance, over.size, 4, over.seconds * 0.9, octaves=2, device=over.device
    )
    rays = bright * 0.6 + layer((haze - 0.42).clamp(0, 1) * 2)
    centre = (source, -0.7)
    rays = blurs.zoom(rays, length, centre)
    turn = layer(
        0.5
        + 0.5
        * torch.sin(torch.atan2(y + 0.7, x - source) * 22 + late(over.seconds) * 1.4)
    )
    return screened(over.frames, rays * (0.45 + 0.55 * turn) * gain * 0.8)


@program(
    "effect",
    "strobe",
    every(rate=[2.7, 5.3], flash=["#ffffff", "#000000"], strength=[0.9, 0.6]),
)
def strobe(over: Stretch, rate: float, flash: str, strength: float) -> Tensor:
    """Flashes, on for four tenths of each beat."""
    beats = over.seconds * rate
    lit = ((beats - beats.floor()) < 0.4).float() * strength
    return blended(over.frames, colour(flash, over.device), column(lit))


@program(
    "effect",
    "flickering lamp",
    every(rate=[4.0, 11.0], depth=[0.9, 0.55], tint=["#ffd8a8", "#c8e0ff"]),
)
def flickering_lamp(over: Stretch, rate: float, depth: float, tint: str) -> Tensor:
    """A lamp with a bad contact, in its own colour."""
    level = 1.1 - depth * held(over, rate)[:, 0] ** 0.7
    return over.frames * column(level) * colour(tint, over.device)


@program(
    "effect",
    "glow pulse",
    every(rate=[0.55, 1.3], softness=[0.03, 0.16], strength=[0.7, 1.2]),
)
def glow_pulse(over: Stretch, rate: float, softness: float, strength: float) -> Tensor:
    """Lights bloom and fall back."""
    glow = blurs.gaussian((over.frames - 0.25).clamp(min=0) * 1.3, softness)
    return screened(over.frames, glow * column(swing(over.seconds, rate)) * strength)


@program(
    "effect",
    "spotlight",
    every(radius=[0.22, 0.38], rate=[0.28, 0.6], dark=[0.08, 0.35]),
)
def spotlight(over: Stretch, radius: float, rate: float, dark: float) -> Tensor:
    """A round light searches the picture."""
    angle = over.seconds * rate * math.tau + drawn(over, 1) * math.tau
    x, y = plane(over.frames)
    right = x - late(0.4 * torch.sin(angle))
    down = y - late(0.25 * torch.sin(angle * 1.4))
    lit = soft(torch.hypot(right, down) - radius, 0.16)
    return over.frames * layer(dark + (1.25 - dark) * lit)


@program(
    "effect",
    "neon edges",
    every(hue=["#00f0ff", "#ff30c0"], ground=[0.12, 0.5], rate=[0.5, 1.7]),
)
def neon_edges(over: Stretch, hue: str, ground: float, rate: float) -> Tensor:
    """Outlines light up and go out in waves, over a darkened picture."""
    step = 0.012
    x, y = plane(over.frames)
    grey = luma(over.frames)
    across = pulled(grey, x + step, y, "mirror") - pulled(grey, x - step, y, "mirror")
    along = pulled(grey, x, y + step, "mirror") - pulled(grey, x, y - step, "mirror")
    edge = (torch.hypot(across, along) * 3.5).clamp(0, 1)
    tube = edge + 0.8 * blurs.gaussian(edge, 0.03)
    wave = 0.55 + 0.45 * torch.sin(x * 5 - late(over.seconds) * rate * math.tau)
    return screened(
        over.frames * ground, tube * layer(wave) * colour(hue, over.device) * 1.4
    )


@program(
    "effect",
    "light sweep",
    every(angle=[0.5, -0.5], width=[0.08, 0.2], rate=[0.45, 0.8]),
)
def light_sweep(over: Stretch, angle: float, width: float, rate: float) -> Tensor:
    """A bar of light passes again and again, brightening what it meets."""
    x, y = plane(over.frames)
    beats = over.seconds * rate
    at = late((beats - beats.floor()) * 3.4 - 1.7)
    across = x * math.cos(angle) + y * math.sin(angle) - at
    bar = torch.exp(-((across / width) ** 2))
    return screened(over.frames, layer(bar) * (0.35 + 0.65 * over.frames))


@program(
    "effect",
    "candle light",
    every(tint=["#ffa040", "#ff7038"], reach=[0.45, 0.75], side=[-0.5, 0.5]),
)
def candle_light(over: Stretch, tint: str, reach: float, side: float) -> Tensor:
    """A small flame beside the picture: warm, near, unsteady."""
    unsteady = (
        0.75 + 0.3 * held(over, 7.0) + 0.12 * torch.sin(over.seconds * 4)[:, None]
    )
    x, y = plane(over.frames)
    away, _ = polar(x - side, y - 0.2)
    lit = torch.exp(-((away / (reach * late(unsteady[:, 0]))) ** 2))
    return over.frames * (0.12 + 1.5 * layer(lit) * colour(tint, over.device))


@program(
    "effect",
    "lightning",
    every(rate=[0.6, 1.1], storm=[0.3, 0.6], tint=["#b8c8ff", "#ffd8f0"]),
)
def lightning(over: Stretch, rate: float, storm: float, tint: str) -> Tensor:
    """A dark blue storm, torn by double flashes."""
    first = kick(over.seconds, rate, 9)
    second = kick(over.seconds - 0.17, rate, 14)
    flash = column((first + 0.7 * second) * (0.6 + 0.4 * held(over, rate)[:, 0]))
    dark = over.frames * storm * colour("#8aa0d0", over.device)
    return dark + flash * (0.25 + 1.3 * over.frames) * colour(tint, over.device)
