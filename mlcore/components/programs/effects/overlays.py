"""Effects that lay frames, lines and light on the picture."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.colours import (
    blended,
    colour,
    of_hue,
    screened,
)
from mlcore.components.programs.easing import eased
from mlcore.components.programs.effects.fields import (
    drawn,
    inked,
    late,
    layer,
    points,
    soft,
    swing,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, polar, pulled, turned
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "breathing vignette",
    every(radius=[0.3, 0.5], rate=[0.4, 0.85], ink=["#000000", "#ffffff"]),
)
def breathing_vignette(over: Stretch, radius: float, rate: float, ink: str) -> Tensor:
    """Corners close in and draw back."""
    x, y = plane(over.frames)
    reach = radius * (0.75 + 0.6 * late(swing(over.seconds, rate)))
    away = torch.hypot(x * 0.85, y) / reach
    return inked(over, 1 - torch.exp(-(away**3) * 0.6), ink)


@program(
    "effect",
    "closing bars",
    every(height=[0.16, 0.28], ink=["#000000", "#f4f0e8"], way=["above", "beside"]),
)
def closing_bars(over: Stretch, height: float, ink: str, way: str) -> Tensor:
    """Letterbox bars slide in, in the first second and a half; the picture pushes in."""
    came = eased(over.seconds / 1.5, "cubic out")
    x, y = plane(over.frames)
    near = 1 - 0.12 * late(over.progress)
    seen = pulled(over.frames, x * near, y * near)
    along, down = over.grid()
    edge = down if way == "above" else along
    away = torch.minimum(edge, 1 - edge) - height * late(came)
    cover = soft(away, 0.012).expand(-1, *over.size)
    return inked(over, cover, ink, seen)


@program(
    "effect",
    "space grid",
    every(pitch=[6.0, 11.0], ink=["#00e0ff", "#ff40c0"], dim=[0.35, 0.75]),
)
def space_grid(over: Stretch, pitch: float, ink: str, dim: float) -> Tensor:
    """Lines of a floor and a ceiling run towards us in perspective."""
    x, y = plane(over.frames)
    depth = 0.12 / y.abs().clamp(min=0.02)
    u = x * depth * pitch * 2
    v = depth * pitch + late(over.seconds) * 1.7
    line = torch.minimum(
        (u - u.round()).abs() / depth.clamp(max=3), (v - v.round()).abs()
    )
    near = (y.abs() * 2.2).clamp(0, 1) ** 2
    cover = soft(line - 0.06, 0.16) * near
    return screened(over.frames * dim, layer(cover) * colour(ink, over.device))


_LINES = 36  # wedges of the whole round


@program(
    "effect",
    "speed lines",
    every(ink=["#ffffff", "#101014"], share=[0.8, 0.45], inner=[0.22, 0.36]),
)
def speed_lines(over: Stretch, ink: str, share: float, inner: float) -> Tensor:
    """A comic's lines of hurry, drawn anew ten times a second."""
    x, y = plane(over.frames)
    away, angle = polar(x, y)
    wedge = (angle / math.tau + 0.5) * _LINES
    moment = late((over.seconds * 10).floor())
    chance = torch.sin(wedge.floor() * 12.9898 + moment * 4.233) * 437.58 % 1
    reach = inner + 0.3 * chance / share
    thick = (away - reach) * 2.2
    line = soft((wedge - wedge.floor() - 0.5).abs() - thick.clamp(max=0.45), 0.5)
    return inked(over, line * (chance < share) * (away > reach), ink)


@program(
    "effect",
    "neon frame",
    every(ink=["#ff40a0", "#40ffe0"], inset=[0.1, 0.17], run=[0.35, 0.8]),
)
def neon_frame(over: Stretch, ink: str, inset: float, run: float) -> Tensor:
    """A tube all round, with a light that runs along it."""
    x, y = plane(over.frames)
    half = over.size[1] / over.size[0] / 2
    edge = torch.maximum(x.abs() - half + inset, y.abs() - 0.5 + inset).abs()
    _, angle = polar(x / half, y * 2)
    ahead = (late(over.seconds) * run - angle / math.tau) % 1
    bright = 0.3 + 1.1 * torch.exp(-ahead * 4)
    tube = (torch.exp(-((edge / 0.02) ** 2)) + 0.45 * torch.exp(-edge / 0.07)) * bright
    light = layer(tube)
    return screened(
        over.frames * 0.7, light * colour(ink, over.device) + light**3 * 0.25
    )


@program(
    "effect",
    "rainbow border",
    every(width=[0.07, 0.14], rate=[0.3, 0.9], corner=[0.0, 0.3]),
)
def rainbow_border(over: Stretch, width: float, rate: float, corner: float) -> Tensor:
    """A border of all hues that goes round."""
    x, y = plane(over.frames)
    half = over.size[1] / over.size[0] / 2
    right = x.abs() - half + width + corner
    down = y.abs() - 0.5 + width + corner
    inner = torch.maximum(right, down).clamp(max=0)
    outside = torch.hypot(right.clamp(min=0), down.clamp(min=0)) + inner - corner
    _, angle = polar(x, y)
    hue = layer((angle / math.tau - late(over.seconds) * rate) % 1)
    one = torch.ones_like(hue)
    return blended(
        over.frames, of_hue(hue, one * 0.85, one), layer(soft(-outside, 0.02))
    )


@program(
    "effect",
    "keyhole",
    every(size=[0.2, 0.32], rate=[0.3, 0.7], ink=["#000000", "#40101c"]),
)
def keyhole(over: Stretch, size: float, rate: float, ink: str) -> Tensor:
    """Seen through a keyhole that is held unsteadily."""
    t = over.seconds * rate * math.tau + drawn(over, 1) * math.tau
    x, y = turned(*plane(over.frames), late(0.15 * torch.sin(t * 0.7)))
    x, y = x - late(0.2 * torch.sin(t)), y - late(0.1 * torch.cos(1.4 * t))
    head = torch.hypot(x, y + size * 0.45) - size
    slot = torch.maximum(
        x.abs() - size * 0.38 - 0.3 * y.clamp(min=0), (y - 0.1).abs() - size
    )
    return inked(over, 1 - soft(torch.minimum(head, slot), 0.02), ink)


@program(
    "effect",
    "laser show",
    every(beams=[4, 7], ink=["#30ff50", "#ff30e0"], rate=[0.25, 0.6]),
)
def laser_show(over: Stretch, beams: int, ink: str, rate: float) -> Tensor:
    """Thin beams fan out of a point below and sweep; dots where they end."""
    x, y = plane(over.frames)
    foot = y - 0.55
    light = torch.zeros(len(over.seconds), *over.size, device=over.device)
    for each in range(beams):
        swung = torch.sin(over.seconds * rate * math.tau + each * 0.9)
        lean = late(swung) * 0.9
        off = (x + lean * foot) / (1 + lean * lean) ** 0.5
        light = (
            light
            + torch.exp(-((off / 0.014) ** 2))
            + 0.25 * torch.exp(-off.abs() / 0.05)
        )
    ends = points(
        over,
        drawn(over, 1, 8),
        drawn(over, 1, 8) * 0.3,
        *(torch.full((1, 8), 0.03, device=over.device),) * 2,
        swing(over.seconds[:, None], 1.1, drawn(over, 8)),
    )
    return screened(over.frames * 0.6, layer(light + ends) * colour(ink, over.device))
