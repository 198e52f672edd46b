"""Effects of weather and of what floats in the air."""

import math

import torch
from torch import Tensor

from mlcore.components.programs import blurs
from mlcore.components.programs.colours import blended, colour, luma, screened
from mlcore.components.programs.effects.fields import (
    apart,
    drawn,
    inks,
    late,
    layer,
    points,
    round_again,
    swing,
)
from mlcore.components.programs.noise import fractal_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "rain",
    every(lean=[0.08, 0.45], density=[26.0, 48.0], gloom=[0.85, 0.6]),
)
def rain(over: Stretch, lean: float, density: float, gloom: float) -> Tensor:
    """Streaks in three depths, each column of them with its own speed and start."""
    x, y = plane(over.frames)
    fall = torch.zeros(len(over.seconds), *over.size, device=over.device)
    for depth in (1.0, 1.5, 2.1):
        across = (x + lean * y) * density / depth
        table = drawn(over, 2, 257)
        start, speed = (each[across.floor().long() % 257] for each in table)
        along = y * 1.4 / depth - late(over.seconds) * (2.1 + speed) / depth + start * 7
        tail = ((along - along.floor()) - 0.55).clamp(min=0) / 0.45
        middle = 1 - (2 * (across - across.floor()) - 1).abs()
        fall = fall + tail * middle * (0.3 + 0.25 * depth)
    cold = over.frames * colour("#c8d4e4", over.device) * gloom
    return screened(cold, layer(fall) * 0.6)


@program(
    "effect",
    "snow",
    every(many=[90, 220], size=[0.012, 0.026], wind=[0.03, 0.22]),
)
def snow(over: Stretch, many: int, size: float, wind: float) -> Tensor:
    """Flakes sink, sway and are carried by the wind; near ones are large and quick."""
    start, near, sway = drawn(over, 2, many), drawn(over, many), drawn(over, many)
    t = over.seconds[:, None]
    x = start[0] + wind * t * (0.5 + near)
    x = x + 0.03 * torch.sin(t * 2 + sway * math.tau)
    y = start[1] + (0.12 + 0.22 * near) * t
    wide = (size * (0.4 + near))[None]
    flakes = points(
        over, round_again(x), round_again(y), wide, wide, (0.5 + 0.5 * near)[None]
    )
    cold = over.frames * colour("#dce6f4", over.device)
    return screened(cold, layer(flakes))


@program(
    "effect",
    "blizzard",
    every(wind=[0.9, 1.7], white=[0.35, 0.6], lean=[0.25, -0.25]),
)
def blizzard(over: Stretch, wind: float, white: float, lean: float) -> Tensor:
    """A wall of driven snow, thick and thin in gusts."""
    x, y = plane(over.frames)
    t = late(over.seconds)
    cloud = fractal_noise(over.chance, over.size, 5, octaves=3, device=over.device)
    gust = pulled(
        cloud[None].expand(len(over.seconds), -1, -1, -1),
        (x * 0.4 - t * wind * 0.5),
        y + lean * (x - t * wind),
        "mirror",
    )[:, 0]
    many = 120
    start, near = drawn(over, 2, many), drawn(over, many)
    s = over.seconds[:, None]
    along = round_again(start[0] + wind * s * (0.7 + near))
    down = round_again(start[1] + (0.3 + lean * wind) * s)
    flakes = points(
        over,
        along,
        down,
        (0.05 + 0.03 * near)[None],
        (0.008 + 0.008 * near)[None],
        torch.ones_like(near)[None],
    )
    veil = (white + 0.9 * (gust - 0.5)).clamp(0, 1)
    return screened(
        blended(over.frames, colour("#e8eef6", over.device), layer(veil)),
        layer(flakes) * 0.8,
    )


@program(
    "effect",
    "fog bank",
    every(tint=["#d8dce0", "#a8b4c8"], thick=[0.75, 1.1], speed=[0.12, 0.35]),
)
def fog_bank(over: Stretch, tint: str, thick: float, speed: float) -> Tensor:
    """Fog rolls along the ground and thins upwards."""
    x, y = plane(over.frames)
    cloud = fractal_noise(
        over.chance, over.size, 2, over.seconds * 0.5, octaves=3, device=over.device
    )
    rolled = pulled(cloud[:, None], x + late(over.seconds) * speed, y, "mirror")
    bank = (rolled[:, 0] * 1.5 - 0.2 + 0.7 * y).clamp(0, 1) * thick
    return blended(over.frames, colour(tint, over.device), layer(bank.clamp(0, 0.95)))


@program(
    "effect",
    "smoke",
    every(tint=["#8c8884", "#2c2a2c"], rise=[0.25, 0.6], thick=[1.0, 1.6]),
)
def smoke(over: Stretch, tint: str, rise: float, thick: float) -> Tensor:
    """Smoke climbs from below and curls as it goes."""
    x, y = plane(over.frames)
    t = late(over.seconds)
    cloud = fractal_noise(
        over.chance, over.size, 3, over.seconds * 0.6, octaves=3, device=over.device
    )
    curl = 0.08 * torch.sin(y * 9 + t * 2.3)
    climbed = pulled(cloud[:, None], x + curl, y + t * rise, "mirror")[:, 0]
    plume = ((climbed - 0.42) * 2.6 + 0.3 * y).clamp(0, 1) * thick
    return blended(over.frames, colour(tint, over.device), layer(plume.clamp(0, 0.92)))


@program(
    "effect",
    "dust motes",
    every(many=[50, 120], tint=["#fff0c8", "#c8dcff"], size=[0.012, 0.022]),
)
def dust_motes(over: Stretch, many: int, tint: str, size: float) -> Tensor:
    """Motes wander in a warm or cold shaft of light and glint."""
    start, phase = drawn(over, 2, many), drawn(over, 2, many)
    t = over.seconds[:, None]
    x = start[0] + 0.07 * torch.sin(t * 0.9 + phase[0] * math.tau)
    y = start[1] - 0.05 * t + 0.05 * torch.sin(t * 1.1 + phase[1] * math.tau)
    wide = (size * (0.4 + phase[0]))[None]
    light = 0.2 + swing(t, 0.7, phase[1])
    motes = points(over, x, round_again(y), wide, wide, light)
    along, down = over.grid()
    shaft = 0.3 * (1 - (along - 0.3 - 0.4 * down).abs() * 1.8).clamp(0, 1)
    return screened(over.frames, layer(motes + shaft) * colour(tint, over.device))


@program(
    "effect",
    "sandstorm",
    every(tint=["#d09850", "#b06838"], thick=[0.55, 0.8], wind=[0.8, 1.6]),
)
def sandstorm(over: Stretch, tint: str, thick: float, wind: float) -> Tensor:
    """Streaming sand, drawn out along the wind, in the sand's colour."""
    x, y = plane(over.frames)
    grain = fractal_noise(over.chance, over.size, 9, octaves=3, device=over.device)
    t = late(over.seconds)
    flow = pulled(
        grain[None].expand(len(over.seconds), -1, -1, -1),
        x * 0.16 - t * wind * 0.35,
        y + 0.04 * torch.sin(x * 4 - t * wind * 5),
        "mirror",
    )[:, 0]
    veil = (thick + 1.2 * (flow - 0.5)).clamp(0, 0.95)
    return blended(over.frames, colour(tint, over.device), layer(veil))


@program(
    "effect",
    "drifting clouds",
    every(shade=[0.75, 0.5], scale=[2.0, 4.0], speed=[0.2, 0.5]),
)
def drifting_clouds(over: Stretch, shade: float, scale: float, speed: float) -> Tensor:
    """Shadows of clouds pass over the scene."""
    x, y = plane(over.frames)
    cloud = fractal_noise(over.chance, over.size, scale, octaves=3, device=over.device)
    t = late(over.seconds) * speed
    passed = pulled(
        cloud[None].expand(len(over.seconds), -1, -1, -1), x - t, y - 0.3 * t, "mirror"
    )
    shadow = ((passed - 0.38) * 3.2).clamp(0, 1)
    return over.frames * (1.12 - shade * shadow)


@program(
    "effect",
    "rain on glass",
    every(cells=[5.0, 8.0], blur=[0.015, 0.04], slip=[0.12, 0.35]),
)
def rain_on_glass(over: Stretch, cells: float, blur: float, slip: float) -> Tensor:
    """A misted pane; drops that run down it show the scene small and upside down."""
    x, y = plane(over.frames)
    column_ = (x * cells).floor()
    table = drawn(over, 2, 101)
    start, speed = (each[(column_.long()) % 101] for each in table)
    run = (
        y * cells * 0.7 - late(over.seconds) * slip * cells * (0.4 + speed) + start * 5
    )
    across, down = x * cells - column_ - 0.5, run - run.floor() - 0.5
    away = torch.hypot(across * 1.25, down)
    drop = ((0.36 - away) * 9).clamp(0, 1)
    mist = blurs.gaussian(over.frames, blur)
    seen = pulled(over.frames, x - across * 0.5, y - down * 0.5, "mirror")
    rim = layer(drop * (away * 2.2) ** 3 * 0.5)
    return blended(mist * 0.92 + 0.06, seen * 1.1 - rim, layer(drop))


@program(
    "effect",
    "falling leaves",
    every(
        hues=["#c85010 #901c10", "#f0d840 #60a828"], many=[14, 22], size=[0.17, 0.25]
    ),
)
def falling_leaves(over: Stretch, hues: str, many: int, size: float) -> Tensor:
    """Leaves tumble down, turning their edge and their face."""
    start, phase = drawn(over, 2, many), drawn(over, many)
    t = over.seconds[:, None]
    x = round_again(start[0] + 0.1 * torch.sin(t * 1.6 + phase * 9) + 0.06 * t)
    y = round_again(start[1] + (0.2 + 0.12 * phase) * t)
    angle = phase * math.tau + t * (1.0 + phase)
    c, s = torch.cos(angle), torch.sin(angle)
    face = 0.25 + 0.75 * torch.sin(t * 2.6 + phase * 5).abs()
    ink = inks(over, hues, phase)
    shade = 0.9 + 0.2 * luma(over.frames)
    shown = over.frames
    for each in range(many):
        right, down = apart(over, x[:, each], y[:, each])
        cosine, sine = late(c[:, each]), late(s[:, each])
        u = (right * cosine + down * sine) / size
        v = (down * cosine - right * sine) / (size * late(face[:, each]))
        leaf = ((0.25 - u * u) * 1.1 - v.abs()).mul(9).clamp(0, 1)
        shown = blended(shown, ink[each] * shade, layer(leaf))
    return shown
