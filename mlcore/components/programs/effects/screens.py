"""Effects that build the picture of cells, dots or signs, or see it through an instrument."""

import math

import torch
from torch import Tensor

from mlcore.components.programs import blurs
from mlcore.components.programs.colours import (
    blended,
    colour,
    contrasted,
    luma,
    mapped,
    saturated,
    screened,
)
from mlcore.components.programs.easing import column
from mlcore.components.programs.effects.fields import (
    apart,
    drawn,
    held,
    late,
    layer,
    soft,
    swing,
)
from mlcore.components.programs.noise import value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled, sampled, turned
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "pixelate pulse",
    every(cells=[7.0, 12.0], rate=[0.5, 1.2], least=[0.25, 0.6]),
)
def pixelate_pulse(over: Stretch, cells: float, rate: float, least: float) -> Tensor:
    """Pixels as large as a coin, coarser and finer in time."""
    x, y = plane(over.frames)
    share = late(least + (1 - least) * swing(over.seconds, rate, 0.5))
    many = cells / share.clamp(min=0.2)
    smooth = blurs.gaussian(over.frames, 0.25 / cells)
    return pulled(
        smooth,
        ((x * many).floor() + 0.5) / many,
        ((y * many).floor() + 0.5) / many,
        "mirror",
    )


@program(
    "effect",
    "hexagon mosaic",
    every(cells=[8.0, 13.0], drift=[0.05, 0.15], joint=[0.0, 0.6]),
)
def hexagon_mosaic(over: Stretch, cells: float, drift: float, joint: float) -> Tensor:
    """Honeycomb that slides over the picture; the nearest of two lattices of centres."""
    x, y = plane(over.frames)
    t = late(over.seconds) * drift
    u, v = (x + t) * cells, y * cells / 1.732 + 0 * t
    first = (u.round(), v.round())
    second = ((u - 0.5).round() + 0.5, (v - 0.5).round() + 0.5)
    away = [(u - a) ** 2 + 3 * (v - b) ** 2 for a, b in (first, second)]
    nearer = away[0] < away[1]
    right = torch.where(nearer, first[0], second[0]) / cells - t
    down = torch.where(nearer, first[1], second[1]) * 1.732 / cells
    shown = pulled(blurs.gaussian(over.frames, 0.25 / cells), right, down, "mirror")
    edge = soft((away[0] - away[1]).abs() - 0.12, 0.2)
    return shown * layer(1 - joint * edge)


@program(
    "effect",
    "stained glass",
    every(panes=[14, 26], lead=[0.02, 0.045], glow=[1.2, 1.7]),
)
def stained_glass(over: Stretch, panes: int, lead: float, glow: float) -> Tensor:
    """Panes about wandering centres (Voronoi's cells), in lead."""
    seed, phase = drawn(over, 2, panes), drawn(over, panes)
    t = over.seconds[:, None]
    centre_x = seed[0] + 0.07 * torch.sin(t * 1.4 + phase * 9)
    centre_y = seed[1] + 0.07 * torch.cos(t * 1.2 + phase * 7)
    nearest = torch.full((len(t), *over.size), 9.0, device=over.device)
    second, pane_x, pane_y = nearest, nearest, nearest
    for each in range(panes):
        away = torch.hypot(*apart(over, centre_x[:, each], centre_y[:, each]))
        nearer = away < nearest
        second = torch.where(nearer, nearest, torch.minimum(second, away))
        pane_x = torch.where(nearer, late(centre_x[:, each]), pane_x)
        pane_y = torch.where(nearer, late(centre_y[:, each]), pane_y)
        nearest = torch.minimum(nearest, away)
    pane = sampled(blurs.gaussian(over.frames, 0.03), pane_x, pane_y, "mirror")
    joint = soft(second - nearest - lead, 0.02)
    return saturated(pane, 1.5) * glow * layer(1 - joint)


@program(
    "effect",
    "halftone",
    every(pitch=[7.0, 11.0], ink=["#101018", "#c01060"], turn=[0.15, 0.45]),
)
def halftone(over: Stretch, pitch: float, ink: str, turn: float) -> Tensor:
    """Dots that swell with the dark, on a screen that turns slowly."""
    angle = late(0.6 + over.seconds * turn)
    u, v = turned(*plane(over.frames), angle)
    dot = torch.cos(u * pitch * math.tau) + torch.cos(v * pitch * math.tau)
    grey = luma(over.frames)[:, 0]
    printed = soft(grey * 1.1 - 0.05 - (0.5 + dot / 4), 0.26)
    return blended(
        colour("#fbf7ec", over.device).expand_as(over.frames),
        colour(ink, over.device),
        layer(printed),
    )


@program(
    "effect",
    "four colour print",
    every(pitch=[6.0, 9.0], slip=[0.015, 0.05], rate=[0.5, 1.3]),
)
def four_colour_print(over: Stretch, pitch: float, slip: float, rate: float) -> Tensor:
    """Dots of cyan, magenta, yellow at angles of their own; the plates slip."""
    x, y = plane(over.frames)
    ways = late(torch.sin(over.seconds * rate * math.tau)) * slip
    inks = []
    for channel, (angle, way) in enumerate(((0.26, 1.0), (1.31, -1.0), (0.0, 0.4))):
        u, v = turned(x + ways * way, y - ways * way, angle)
        dot = torch.cos(u * pitch * math.tau) + torch.cos(v * pitch * math.tau)
        plate = pulled(
            over.frames[:, channel : channel + 1],
            x + ways * way,
            y - ways * way,
            "edge",
        )[:, 0]
        inks.append(1 - soft(plate * 1.1 - 0.05 - (0.5 + dot / 4), 0.24))
    return torch.stack(inks, 1) * colour("#fffaf0", over.device)


@program(
    "effect",
    "ordered dither",
    every(
        pitch=[8.0, 16.0], pair=["#0f380f #9bbc0f", "#000000 #ffffff"], rate=[0.0, 0.6]
    ),
)
def ordered_dither(over: Stretch, pitch: float, pair: str, rate: float) -> Tensor:
    """Two colours in a pattern of thresholds (Bayer's two by two), sliding; rate pulses."""
    x, y = plane(over.frames)
    u = (x * pitch + late(over.seconds) * 1.1).floor().long() % 2
    v = (y * pitch).floor().long() % 2
    order = over.frames.new_tensor([[0.125, 0.625], [0.875, 0.375]])
    bias = late(0.25 * swing(over.seconds, rate)) if rate else 0.0
    lit = luma(over.frames)[:, 0] + bias > order[v, u]
    return mapped(layer(lit.float()), pair)


@program(
    "effect",
    "sign screen",
    every(rows=[6.0, 9.0], ink=["#30ff60", "#ffb030"], rate=[2.0, 5.0]),
)
def sign_screen(over: Stretch, rows: float, ink: str, rate: float) -> Tensor:
    """A terminal: each cell a sign of few strokes, more of them the lighter it is."""
    x, y = plane(over.frames)
    u, v = x * rows * 1.4, y * rows
    level = pulled(
        blurs.gaussian(luma(over.frames), 0.3 / rows),
        (u.floor() + 0.5) / (rows * 1.4),
        (v.floor() + 0.5) / rows,
        "mirror",
    )[:, 0]
    right, down = u - u.floor() - 0.5, v - v.floor() - 0.5
    change = late((over.seconds * rate).floor())
    code = torch.sin(u.floor() * 12.99 + v.floor() * 78.2 + change * 37.7) * 43.7 % 1
    shapes = (right, down, right - down, right + down, torch.hypot(right, down) - 0.3)
    strokes = torch.stack([each.expand(over.size) for each in shapes])
    lines = soft(strokes.abs() - 0.07, 0.14)
    order = (torch.arange(5, device=over.device)[:, None, None, None] * 0.37 + code) % 1
    inked = (lines[:, None] * (order < level * 1.25)).amax(0)
    inside = soft(torch.maximum(right.abs(), down.abs()) - 0.4, 0.12)
    shine = layer(inked * inside) * (0.45 + 0.75 * layer(level))
    return shine * colour(ink, over.device) + 0.03


@program(
    "effect",
    "bulb wall",
    every(rows=[7.0, 11.0], rate=[0.6, 1.5], tint=["#ffffff", "#ffc070"]),
)
def bulb_wall(over: Stretch, rows: float, rate: float, tint: str) -> Tensor:
    """A wall of round lamps; a wave of brightness runs along it."""
    x, y = plane(over.frames)
    u, v = x * rows, y * rows
    seen = pulled(
        blurs.gaussian(over.frames, 0.3 / rows),
        (u.floor() + 0.5) / rows,
        (v.floor() + 0.5) / rows,
        "mirror",
    )
    away = torch.hypot(u - u.floor() - 0.5, v - v.floor() - 0.5)
    run = 1.25 + 0.55 * torch.sin(x * 4 + y * 2 - late(over.seconds) * rate * math.tau)
    lamp = soft(away - 0.34, 0.24) * run
    return seen * layer(lamp) * colour(tint, over.device) * 1.3


@program(
    "effect",
    "thermal camera",
    every(
        colours=[
            "#0c0040 #5c0c94 #d42c6c #fc8c20 #fcf490",
            "#001040 #00a0c0 #40e040 #f0e000 #f02000",
        ],
        noise=[0.12, 0.3],
        drift=[0.12, 0.3],
    ),
)
def thermal_camera(over: Stretch, colours: str, noise: float, drift: float) -> Tensor:
    """Heat, blurred and coarse, on a scale that keeps recalibrating."""
    heat = blurs.gaussian(luma(over.frames), 0.018)
    grain = value_noise(
        over.chance, over.size, 18, (over.seconds * 9).floor(), over.device
    )
    scale = column(drift * torch.sin(over.seconds * 3.7))
    return mapped(heat + scale + layer(grain - 0.5) * noise, colours)


@program(
    "effect",
    "night vision",
    every(gain=[1.7, 2.6], noise=[0.3, 0.6], tube=[0.4, 0.62]),
)
def night_vision(over: Stretch, gain: float, noise: float, tube: float) -> Tensor:
    """An intensifier tube: green, boiling with noise, round."""
    grain = value_noise(
        over.chance, over.size, 30, (over.seconds * 16).floor(), over.device
    )
    level = luma(over.frames) ** 0.8 * gain * 0.55 + layer(grain - 0.5) * noise
    x, y = plane(over.frames)
    unsteady = 0.9 + 0.2 * held(over, 7.0)[:, 0]
    round_ = soft(torch.hypot(x, y) - tube, 0.12)
    return mapped(level * column(unsteady), "#000400 #18a030 #d8ffd0") * layer(round_)


@program(
    "effect",
    "x ray",
    every(tint=["#b0dcff", "#d8d8d8"], rate=[0.3, 0.75], width=[0.2, 0.4]),
)
def x_ray(over: Stretch, tint: str, rate: float, width: float) -> Tensor:
    """A plate that is passed along: negative and glowing inside it, dark elsewhere."""
    x, _ = plane(over.frames)
    at = (
        late(0.55 * torch.sin(over.seconds * rate * math.tau))
        * over.size[1]
        / over.size[0]
    )
    inside = layer(soft((x - at).abs() - width, 0.03)).expand(-1, -1, over.size[0], -1)
    ray = contrasted(1 - luma(over.frames), 1.35, 0.5)
    glow = screened(ray, blurs.gaussian(ray, 0.03) * 0.4) * colour(tint, over.device)
    return blended(over.frames * 0.4, glow, inside)


@program(
    "effect",
    "brick toy",
    every(rows=[6.0, 9.0], shine=[0.3, 0.6], rate=[0.3, 0.9]),
)
def brick_toy(over: Stretch, rows: float, shine: float, rate: float) -> Tensor:
    """Studded bricks in few colours, under a lamp that moves."""
    x, y = plane(over.frames)
    u, v = x * rows, y * rows
    seen = pulled(
        blurs.gaussian(over.frames, 0.3 / rows),
        (u.floor() + 0.5) / rows,
        (v.floor() + 0.5) / rows,
        "mirror",
    )
    flat = (saturated(seen, 1.5).clamp(0, 1) * 4).round() / 4
    right, down = u - u.floor() - 0.5, v - v.floor() - 0.5
    turn = late(over.seconds * rate * math.tau)
    away = torch.hypot(right, down)
    facing = (right * torch.cos(turn) + down * torch.sin(turn)) / away.clamp(min=0.1)
    stud = torch.exp(-(((away - 0.3) / 0.1) ** 2)) * facing
    joint = soft(0.44 - torch.maximum(right.abs(), down.abs()), 0.08)
    return flat * layer(1 - 0.35 * joint) + layer(stud) * shine
