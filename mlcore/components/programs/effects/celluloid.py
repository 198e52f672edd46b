"""Effects of film: its grain, its dirt, its way through a projector."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.colours import (
    blended,
    colour,
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
    points,
    soft,
)
from mlcore.components.programs.noise import fractal_noise, value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import moved, plane, polar, sampled
from mlcore.components.stretch import Stretch


def _whole(over: Stretch) -> Tensor:
    """A moment a frame of 24 a second, for what is another on each frame of film."""
    return (over.seconds * 24).floor()


@program(
    "effect",
    "film grain",
    every(cells=[48.0, 22.0], strength=[0.45, 0.8], hue=["grey", "colour"]),
)
def film_grain(over: Stretch, cells: float, strength: float, hue: str) -> Tensor:
    """Clumps of silver or of dye, other ones on each frame, strongest in middle grey."""
    layers = 1 if hue == "grey" else 3
    grain = torch.stack(
        [
            value_noise(over.chance, over.size, cells, _whole(over), over.device)
            for _ in range(layers)
        ],
        1,
    )
    level = luma(over.frames)
    return over.frames + (grain - 0.5) * strength * (0.35 + 2.6 * level * (1 - level))


@program(
    "effect",
    "scratches",
    every(many=[4, 9], tint=["#f4ffe8", "#101408"], width=[0.006, 0.014]),
)
def scratches(over: Stretch, many: int, tint: str, width: float) -> Tensor:
    """Lines down the film that wander, come and go; a worn, unsteady print."""
    place, phase = drawn(over, many), drawn(over, many)
    there = (held(over, 5.0, many) < 0.65).float()
    t = over.seconds[:, None]
    x = place + 0.012 * torch.sin(t * 7 + phase * math.tau)
    along, _ = over.grid()
    away = (along[0] - x[..., None]) * (over.size[1] / over.size[0])
    line = (torch.exp(-((away / width) ** 2)) * there[..., None]).sum(1)
    worn = saturated(over.frames, 0.55) * column(0.86 + 0.16 * held(over, 9.0)[:, 0])
    cover = layer(line[:, None, :].clamp(0, 1)).expand(-1, -1, over.size[0], -1)
    return blended(worn, colour(tint, over.device), cover * 0.9)


@program(
    "effect",
    "gate weave",
    every(reach=[0.025, 0.06], rate=[3.0, 9.0], zoom=[1.04, 1.14]),
)
def gate_weave(over: Stretch, reach: float, rate: float, zoom: float) -> Tensor:
    """The film does not lie still in the gate: small jumps, mostly up and down."""
    jump = (held(over, rate, 2) - 0.5) * 2 * reach
    x, y = over.grid()
    right, down = late(jump[:, 0]) * 0.5, late(jump[:, 1])
    return sampled(
        over.frames,
        (x - 0.5) / zoom + 0.5 + right,
        (y - 0.5) / zoom + 0.5 + down,
        "mirror",
    )


@program(
    "effect",
    "dust and hair",
    every(many=[14, 28], size=[0.02, 0.04], paper=["#14100c", "#f8f4e8"]),
)
def dust_and_hair(over: Stretch, many: int, size: float, paper: str) -> Tensor:
    """Specks and one curled hair, other ones a dozen times a second."""
    place = held(over, 8.0, many * 3).view(-1, 3, many)
    radius = size * (0.3 + place[:, 2])
    specks = points(
        over,
        place[:, 0],
        place[:, 1],
        radius,
        radius * 0.7,
        torch.ones_like(radius) * 2,
    )
    spot = held(over, 2.5, 3)
    x, y = plane(over.frames)
    aspect = over.size[1] / over.size[0]
    away, angle = polar(
        x - late((spot[:, 0] - 0.5) * aspect), y - late(spot[:, 1] - 0.5)
    )
    hair = soft((away - 0.16 - 0.04 * torch.sin(angle * 2)).abs() - 0.004, 0.016)
    hair = hair * (torch.cos(angle - late(spot[:, 2]) * math.tau) > -0.3)
    faded = saturated(over.frames, 0.7) * 0.94 + 0.02
    cover = layer((specks + hair).clamp(0, 1))
    return blended(faded, colour(paper, over.device), cover)


@program(
    "effect",
    "film burn",
    every(tint=["#ff8c1a", "#ff4a2a"], cells=[2.0, 4.0], rate=[0.5, 1.0]),
)
def film_burn(over: Stretch, tint: str, cells: float, rate: float) -> Tensor:
    """The film stops and melts, heals, melts again: white holes with glowing rims."""
    cloud = fractal_noise(
        over.chance, over.size, cells, over.seconds * 0.4, octaves=3, device=over.device
    )
    beats = over.seconds * rate
    part = beats - beats.floor()
    level = cloud - late(0.75 - 0.55 * part)
    hole = (level * 14).clamp(0, 1)
    rim = torch.exp(-(((level + 0.06) / 0.07) ** 2))
    heat = blended(
        over.frames * (1 - 0.5 * layer(rim)), colour(tint, over.device), layer(rim)
    )
    return blended(heat, colour("#fff4d8", over.device), layer(hole))


@program(
    "effect",
    "super 8",
    every(warm=[1.0, 0.5], corner=[0.06, 0.16], weave=[0.008, 0.045]),
)
def super_8(over: Stretch, warm: float, corner: float, weave: float) -> Tensor:
    """Home film: soft, warm, grainy, in a gate with round corners."""
    jump = (held(over, 9.0, 2) - 0.5) * 2 * weave
    seen = moved(over.frames, jump[:, 0], jump[:, 1], "mirror")
    grain = value_noise(over.chance, over.size, 34, _whole(over), over.device)
    tones = mapped(luma(seen), "#1c0c04 #a0703c #fff0c0")
    film = blended(saturated(seen, 1.3), tones, 0.5 * warm) + layer(grain - 0.5) * 0.25
    x, y = plane(over.frames)
    half = over.size[1] / over.size[0] / 2
    right, down = x.abs() - half + corner * 2.2, y.abs() - 0.5 + corner * 2.2
    gate = torch.hypot(right.clamp(min=0), down.clamp(min=0)) - corner * 1.4
    return film * layer(soft(gate, 0.04))


@program(
    "effect",
    "projector flicker",
    every(rate=[6.5, 11.0], depth=[0.35, 0.65], hot=[0.7, 1.3]),
)
def projector_flicker(over: Stretch, rate: float, depth: float, hot: float) -> Tensor:
    """A shutter out of step and a lamp that is brighter in the middle."""
    level = 1.1 - depth * held(over, rate)[:, 0]
    x, y = plane(over.frames)
    lamp = torch.exp(-((torch.hypot(x, y) / (0.75 / hot**0.5)) ** 2)) * hot
    return (
        over.frames
        * column(level)
        * layer(0.35 + lamp)
        * colour("#fff2d8", over.device)
    )


@program(
    "effect",
    "film leader",
    every(share=[0.75, 0.4], ink=["#181410", "#e8e0c8"], rate=[0.8, 1.6]),
)
def film_leader(over: Stretch, share: float, ink: str, rate: float) -> Tensor:
    """A count-down's sweeping hand, rings and cross over the picture."""
    x, y = plane(over.frames)
    away, _ = polar(x, y)
    angle = torch.atan2(x, -y) / math.tau % 1
    swept = soft(angle - late(over.seconds * rate % 1), 0.01)
    rings = torch.minimum((away - 0.3).abs(), (away - 0.38).abs())
    cross = torch.minimum(x.abs(), y.abs())
    lines = soft(torch.minimum(rings, cross) - 0.006, 0.014)
    paper = screened(luma(over.frames) * 0.6, colour("#6c6454", over.device))
    old = paper * (1 - 0.45 * layer(swept))
    return blended(
        over.frames, blended(old, colour(ink, over.device), layer(lines)), share
    )


@program(
    "effect",
    "film roll",
    every(rate=[0.45, 1.1], bar=[0.05, 0.12], tilt=[0.0, 0.05]),
)
def film_roll(over: Stretch, rate: float, bar: float, tilt: float) -> Tensor:
    """The loop is lost: frames roll through, with the black line between them."""
    x, y = over.grid()
    place = y + late(over.seconds) * rate + tilt * (x - 0.5)
    inside = place - place.floor()
    stretched = ((inside - bar) / (1 - bar)).clamp(0, 1)
    shown = sampled(over.frames, x, stretched)
    return shown * layer(((inside - bar) * 40).clamp(0, 1))


@program(
    "effect",
    "silent film",
    every(tone=["#8c7a5c", "#6c7c8c"], iris=[0.5, 0.75], speed=[4.0, 8.0]),
)
def silent_film(over: Stretch, tone: str, iris: float, speed: float) -> Tensor:
    """Hand-cranked and tinted: light that goes with the crank, an iris at the edge."""
    level = (luma(over.frames) * 1.35 - 0.12).clamp(0, 1)
    crank = 0.85 + 0.25 * held(over, speed)[:, 0]
    tones = mapped(level, f"#100c08 {tone} #fff6e0") * column(crank)
    x, y = plane(over.frames)
    breath = late(0.03 * torch.sin(over.seconds * 3.3))
    edge = soft(torch.hypot(x * 0.8, y) - iris - breath, 0.35)
    return tones * layer(edge)


@program(
    "effect",
    "cue marks",
    every(hue=["#ffa030", "#f0f0e8"], size=[0.07, 0.17], wear=[0.6, 1.0]),
)
def cue_marks(over: Stretch, hue: str, size: float, wear: float) -> Tensor:
    """End of the reel: changeover dots in a corner, flashes of raw stock, wear."""
    there = (held(over, 2.3)[:, 0] < 0.6).float()
    corner = over.frames.new_tensor([0.86, 0.14])
    right, down = apart(over, corner[:1], corner[1:])
    dot = soft(torch.hypot(right, down) - size, 0.02) * late(there)
    x, _ = over.grid()
    raw = (held(over, 6.0)[:, 0] ** 1.5)[:, None, None] * (0.4 + 0.6 * x)
    end = screened(
        over.frames, layer(raw.expand(-1, over.size[0], -1)) * colour(hue, over.device)
    )
    return blended(
        blended(over.frames, end, wear), colour(hue, over.device), layer(dot)
    )
