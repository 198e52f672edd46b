"""What strips of film, projectors, shutters and paper do."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import matte, mixed, paint
from mlcore.components.programs.blurs import smeared
from mlcore.components.programs.easing import column, eased, hump, sheet, smooth, span
from mlcore.components.programs.noise import evened, fractal_noise, value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.shapes import polygon
from mlcore.components.programs.warps import (
    plane,
    polar,
    pulled,
    sampled,
    turned,
    within,
)
from mlcore.components.stretch import Stretch


@program("transition", "film strip", every(frames=[3, 7]))
def film_strip(over: Stretch, frames: int) -> Tensor:
    """The strip is pulled through: frames fly upwards, the entering picture's last."""
    x, y = over.grid()
    p = eased(over.progress, "cubic both")
    place = y + sheet(p) * frames
    turn = place.floor()
    v = place - turn
    entering = (turn >= frames / 2).float() + 0 * x
    a, b = (
        sampled(clip, x + 0 * v, v + 0 * x) for clip in (over.frames, over.entering)
    )
    line = smooth(((v - 0.5).abs() - 0.47) / 0.02) * sheet(
        span(hump(over.progress), 0, 0.3)
    )
    shown = mixed(a, b, entering[:, None]) * (1 - line[:, None])
    return smeared(shown, hump(p) * 0.25, "upright")


@program("transition", "shutter blades", every(blades=[4, 3]))
def shutter_blades(over: Stretch, blades: int) -> Tensor:
    """Blades of a diaphragm turn shut on black and open again."""
    x, y = turned(*plane(over.frames), sheet(over.progress) * 2.0)
    size = polygon(x, y, blades)
    largest = size.max()
    opening = sheet((1 - 2 * over.progress).abs()) * (largest + 0.05) - 0.02
    seen = ((opening - size) / 0.02).clamp(0, 1)
    picture = torch.where(column(over.progress < 0.5), over.frames, over.entering)
    return picture * seen[:, None]


@program("transition", "curtain", every(pleats=[5, 9]))
def curtain(over: Stretch, pleats: int) -> Tensor:
    """A red curtain is drawn from both sides, and opens on the other picture."""
    x, y = over.grid()
    shut = smooth(1 - (1 - 2 * over.progress).abs() * 1.15 + 0.1)
    shut = torch.where((over.progress <= 0) | (over.progress >= 1), 0 * shut, shut)
    out = 0.5 - (x - 0.5).abs()
    reach = sheet(shut) * 0.52
    fold = torch.sin(math.tau * pleats * out / reach.clamp(min=0.02) * reach * 2)
    cloth = paint(0.98, 0.85, 0.55, over.frames) * (0.75 + 0.35 * fold + 0 * y)[:, None]
    there = ((reach - out + 0.012 * fold + 0 * y) / 0.01).clamp(0, 1)[:, None]
    there = there * column((shut > 0).float())
    picture = torch.where(column(over.progress < 0.5), over.frames, over.entering)
    return mixed(picture, cloth, there)


@program("transition", "film burn", every(speed=[1.0, 2.2]))
def film_burn(over: Stretch, speed: float) -> Tensor:
    """The film stands still in the gate: it browns, boils white, and has burnt through."""
    x, y = plane(over.frames)
    ragged = fractal_noise(over.chance, over.size, 4, device=over.device)
    size = torch.hypot(x + 0.15, y - 0.05) / 1.1 + (ragged - 0.5) * 0.9
    size = (size - size.min()) / (size.max() - size.min())
    heat = (sheet(eased(over.progress, "quad in")) * (1 + 0.3 * speed) - size) / (
        0.3 * speed
    )
    brown = smooth(heat * 3)[:, None]
    white = smooth(heat * 3 - 0.8)[:, None]
    hole = smooth(heat * 3 - 2.0)[:, None]
    scorched = mixed(over.frames, over.frames * paint(0.06, 0.8, 0.5, brown), brown)
    molten = mixed(scorched, paint(0.12, 0.35, 1.0, white), white)
    return mixed(molten, over.entering, hole)


@program("transition", "projector jump", every(jumps=[5, 9]))
def projector_jump(over: Stretch, jumps: int) -> Tensor:
    """The film slips in the gate, between light and dark, until the splice is through."""
    drawn = torch.rand(jumps, 3, generator=over.chance).to(over.device)
    now = drawn[(over.progress * jumps).long().clamp(max=jumps - 1)]
    rise = hump(over.progress)
    x, y = over.grid()
    v = y + sheet((now[:, 0] - 0.5) * rise) * 0.9 + 0 * x
    picked = column((now[:, 2] * 0.8 + 0.1 < over.progress).float())
    shown = sampled(mixed(over.frames, over.entering, picked), x + 0 * v, v, "wrap")
    line = smooth((0.04 - ((v % 1) - 0.0).minimum(1 - v % 1)) / 0.02)[:, None]
    level = column(1 + (now[:, 1] - 0.45) * 0.9 * rise)
    return shown * level * (1 - line * column(span(rise, 0, 0.2)))


def _ragged(over: Stretch, cells: float) -> Tensor:
    return fractal_noise(over.chance, over.size, cells, device=over.device)[0] - 0.5


@program("transition", "paper tear", every(way=["across", "upright"]))
def paper_tear(over: Stretch, way: str) -> Tensor:
    """The leaving picture is torn in two, and the halves are pulled apart."""
    x, y = plane(over.frames)
    ragged = _ragged(over, 5)
    middle = int(over.size[0] // 2 if way == "across" else over.size[1] // 2)
    line = (
        ragged[middle : middle + 1]
        if way == "across"
        else ragged[:, middle : middle + 1]
    )
    line = line * 0.25 + 0.1 * (x if way == "across" else y)
    p = sheet(eased(over.progress, "quad in")) * 1.3
    drawn = over.entering
    for side in (-1.0, 1.0):
        turn = side * p * 0.25
        u, v = (x, y - side * p * 0.7) if way == "across" else (x - side * p * 1.1, y)
        u, v = turned(u + 0 * v, v + 0 * u, turn)
        away = ((v if way == "across" else u) - line) * side
        inside = ((u.abs() < x.abs().max() * 1.02) & (v.abs() < 0.51)).float()
        seen = (away / 0.01 + 0.5).clamp(0, 1) * inside
        fibre = smooth(1 - away / 0.03) * (p > 0.002)
        shade = (
            smooth((away + 0.08) / 0.08) * inside * sheet(span(over.progress, 0, 0.1))
        )
        paper = mixed(pulled(over.frames, u, v), torch.ones(()).to(u), fibre[:, None])
        drawn = mixed(drawn * (1 - 0.4 * shade[:, None]), paper, seen[:, None])
    return torch.where(column(over.progress <= 0), over.frames, drawn)


@program("transition", "brush strokes", every(strokes=[5, 9]))
def brush_strokes(over: Stretch, strokes: int) -> Tensor:
    """The entering picture is painted on in strokes from side to side."""
    x, y = over.grid()
    rough = value_noise(over.chance, over.size, 30, device=over.device)[0]
    bristle = value_noise(over.chance, (over.size[0], 2), 60, device=over.device)[0][
        :, :1
    ]
    row = (
        (y * strokes + 0.35 * (rough - 0.5) + 0.2 * x).clamp(0, strokes - 0.01).floor()
    )
    across = torch.where(row % 2 == 0, x + 0 * row, 1 - x + 0 * row)
    arrival = (row + 0.75 * across + 0.25 * bristle) / strokes
    return mixed(over.frames, over.entering, matte(arrival, over.progress, 0.05))


@program("transition", "smoke", every(tone=[0.85, 0.1]))
def smoke(over: Stretch, tone: float) -> Tensor:
    """Smoke rises over the picture, and the other one is there when it has gone."""
    x, y = over.grid()
    clouds = fractal_noise(
        over.chance, over.size, 3, over.seconds * 1.2, device=over.device
    )
    rise = sheet(hump(over.progress))
    thick = smooth(
        (clouds - 0.85 + 1.25 * rise + 0.25 * (y + 0 * x - 0.5) * rise) * 1.8
    )
    grey = tone * (0.75 + 0.5 * (clouds[:, None] - 0.5))
    both = mixed(
        over.frames, over.entering, column(smooth(span(over.progress, 0.35, 0.65)))
    )
    return mixed(both, grey.expand_as(both), (thick * span(rise, 0, 0.15))[:, None])


@program("transition", "shatter", every(shards=[14, 40]))
def shatter(over: Stretch, shards: int) -> Tensor:
    """The leaving picture breaks like a pane, and its shards drop out."""
    x, y = over.grid()
    height, width = over.size
    places = torch.rand(shards, 4, generator=over.chance).to(over.device)
    u, v = places[:, 0, None, None], places[:, 1, None, None]
    apart = torch.hypot((x - u) * width / height, y - v)
    nearest = apart.topk(3, dim=0, largest=False)
    which = nearest.indices[0]
    late = places[:, 2][which] * 0.5
    p = ((sheet(over.progress) - 0.1 - late * 0.8) / 0.5).clamp(0, 1)
    crack = smooth(1 - (nearest.values[1] - nearest.values[0]) / 0.025)
    cracked = (
        over.frames * (1 - 0.6 * crack * sheet(span(over.progress, 0, 0.1)))[:, None]
    )
    # Shards shrink on their own middles as they fall behind the pane.
    size = (1 - p).clamp(min=1e-3)
    at_x = u[which, 0, 0] + (x - u[which, 0, 0]) / size
    at_y = v[which, 0, 0] + (y - v[which, 0, 0]) / size
    moved = sampled(cracked, at_x, at_y)
    own, *others = (
        torch.hypot((at_x - u[each, 0, 0]) * width / height, at_y - v[each, 0, 0])
        for each in nearest.indices
    )
    # What is drawn from a place nearer to another shard is that one's, and has gone.
    inside = (own <= torch.minimum(*others)).float()
    inside = inside * within(at_x, at_y, over.size)[:, 0]
    there = smooth((1 - p) * 2)[:, None] * inside[:, None]
    return mixed(over.entering, moved * (1 - 0.4 * p[:, None]), there)


@program("transition", "contour lines", every(rings=[5, 10]))
def contour_lines(over: Stretch, rings: int) -> Tensor:
    """A map's contours grow: each height's band fills with the entering picture."""
    field = evened(
        fractal_noise(over.chance, over.size, 2, octaves=2, device=over.device)
    )
    band = (field * rings) % 1
    return mixed(over.frames, over.entering, matte(band, over.progress, 0.1))


@program("transition", "countdown", every(turns=[2, 3]))
def countdown(over: Stretch, turns: int) -> Tensor:
    """The leader's hand sweeps round on grey over cross hairs, between the pictures."""
    x, y = plane(over.frames)
    distance, angle = polar(x, y)
    swept = torch.remainder(angle + math.pi / 2, math.tau) / math.tau
    p = span(over.progress, 0.15, 0.85)
    grey = torch.where(swept < sheet(p * turns % 1), 0.35, 0.65)
    lines = smooth(1 - torch.minimum(x.abs(), y.abs()) / 0.015)
    rings = smooth(
        1 - ((distance - 0.33).abs().minimum((distance - 0.4).abs())) / 0.012
    )
    leader = (grey * (1 - 0.8 * lines) * (1 - 0.8 * rings))[:, None]
    shown = column(span(hump(over.progress), 0.2, 0.5))
    picture = torch.where(column(over.progress < 0.5), over.frames, over.entering)
    return mixed(picture, leader.expand_as(picture), shown)
