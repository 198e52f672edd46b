"""Effects that show the picture more than once."""

import math

import torch
from torch import Tensor

from mlcore.components.programs import blurs
from mlcore.components.programs.colours import blended, colour, luma, of_hue, saturated
from mlcore.components.programs.easing import column
from mlcore.components.programs.effects.fields import (
    drawn,
    held,
    kick,
    late,
    layer,
    soft,
    swing,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled, sampled, turned
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "split in two",
    every(way=["beside", "above"], slide=[0.12, 0.3], mirrored=[0, 1]),
)
def split_in_two(over: Stretch, way: str, slide: float, mirrored: int) -> Tensor:
    """Two halves with one middle each, sliding against each other."""
    x, y = over.grid()
    along = x if way == "beside" else y
    half = (along * 2).floor()
    inside = along * 2 - half
    if mirrored:
        inside = torch.where(half > 0, 1 - inside, inside)
    move = late(slide * torch.sin(over.seconds * 2.3)) * (1 - 2 * half)
    middle = 0.25 + inside * 0.5
    if way == "beside":
        return sampled(over.frames, middle, y + move, "mirror")
    return sampled(over.frames, x + move, middle, "mirror")


@program(
    "effect",
    "split in three",
    every(way=["beside", "above"], late_by=[0.12, 0.3], tint=["none", "three"]),
)
def split_in_three(over: Stretch, way: str, late_by: float, tint: str) -> Tensor:
    """Three strips of the same, each pushed in turn."""
    x, y = over.grid()
    along = x if way == "beside" else y
    strip = (along * 3).floor()
    inside = along * 3 - strip
    push = late_by * torch.sin(late(over.seconds) * 2.6 - strip * 1.9)
    middle = 0.3 + inside * 0.4
    places = (middle, y + push) if way == "beside" else (x + push, middle)
    shown = sampled(over.frames, *places, "mirror")
    if tint == "none":
        return shown
    hue = layer(strip / 3 + 0 * x + 0 * y)
    return luma(shown) * 1.2 * of_hue(hue, torch.ones_like(hue) * 0.6, hue * 0 + 1)


def grid(over: Stretch, side: int, rate: float, look: str) -> Tensor:
    """side x side pictures; one after another is in colour, or large, or grey."""
    x, y = over.grid()
    u, v = x * side, y * side
    tile = u.floor() + v.floor() * side
    now = late((over.seconds * rate).floor() % (side * side))
    chosen = layer((tile == now).float())
    shown = sampled(over.frames, u - u.floor(), v - v.floor(), "edge")
    if look == "lit":
        return shown * (0.35 + 0.75 * chosen)
    if look == "negative":
        return blended(shown, 1 - shown, chosen)
    hue = (layer(tile) / (side * side) + column(over.seconds) * 0.23 * rate) % 1
    one = torch.ones_like(hue)
    return luma(shown) * 1.2 * of_hue(hue, one * 0.75, one)


for _name, _side in (
    ("four pictures", 2),
    ("nine pictures", 3),
    ("sixteen pictures", 4),
):
    program(
        "effect",
        _name,
        every(side=[_side], rate=[1.3, 3.1], look=["lit", "pop", "negative"]),
    )(grid)


@program(
    "effect",
    "picture in picture",
    every(size=[0.3, 0.45], rate=[0.25, 0.6], ground=["blurred", "grey"]),
)
def picture_in_picture(over: Stretch, size: float, rate: float, ground: str) -> Tensor:
    """A small, framed picture goes round on the large one."""
    x, y = over.grid()
    t = over.seconds * rate * math.tau
    u = (x - 0.5 - late(0.26 * torch.cos(t))) / size
    v = (y - 0.5 - late(0.22 * torch.sin(t))) / size
    small = sampled(over.frames, u + 0.5, v + 0.5, "edge")
    edge = torch.maximum(u.abs(), v.abs())
    behind = (
        blurs.gaussian(over.frames, 0.05)
        if ground == "blurred"
        else saturated(over.frames, 0) * 0.6
    )
    framed = blended(
        behind, colour("#ffffff", over.device), layer(soft(edge - 0.55, 0.03))
    )
    return blended(framed, small, layer(soft(edge - 0.5, 0.03)))


@program(
    "effect",
    "mirror tiles",
    every(tiles=[2.0, 3.0], speed=[0.15, 0.4], turn=[0.0, 0.35]),
)
def mirror_tiles(over: Stretch, tiles: float, speed: float, turn: float) -> Tensor:
    """A floor of pictures and mirror images passes by."""
    x, y = turned(*plane(over.frames), turn)
    t = late(over.seconds) * speed
    return pulled(over.frames, (x + t) * tiles, (y + 0.5 * t) * tiles, "mirror")


@program(
    "effect",
    "film strip",
    every(speed=[0.3, 0.7], way=["across", "along"], base=["#101010", "#3a1c08"]),
)
def film_strip(over: Stretch, speed: float, way: str, base: str) -> Tensor:
    """Frames between perforations run past."""
    x, y = over.grid()
    aspect = over.size[1] / over.size[0]
    across, along = (y, x * aspect) if way == "across" else (x, y)
    run = along + late(over.seconds) * speed
    frame = run / 0.72
    inside = frame - frame.floor()
    u, v = (inside - 0.04) / 0.92, (across - 0.16) / 0.68
    places = (u, v) if way == "across" else (v, u)
    shown = sampled(over.frames, *places, "edge")
    window = soft(torch.maximum((u - 0.5).abs(), (v - 0.5).abs()) - 0.5, 0.02)
    hole = run * 7
    hole_along = (hole - hole.floor() - 0.5).abs() - 0.28
    hole_across = torch.minimum((across - 0.07).abs(), (across - 0.93).abs()) * 7 - 0.28
    holes = soft(torch.maximum(hole_along, hole_across), 0.15)
    strip = blended(colour(base, over.device).expand_as(shown), shown, layer(window))
    return blended(strip, colour("#f0ece0", over.device), layer(holes))


@program(
    "effect",
    "endless zoom",
    every(ratio=[0.4, 0.55], speed=[0.4, -0.4], turn=[0.0, 0.5]),
)
def endless_zoom(over: Stretch, ratio: float, speed: float, turn: float) -> Tensor:
    """The picture stands in itself, in itself (Droste's), and is flown through."""
    x, y = plane(over.frames)
    t = late(over.seconds) * speed
    x, y = turned(x, y, t * turn)
    half = over.size[1] / over.size[0] / 2
    away = torch.maximum((x / half).abs(), (y * 2).abs()).clamp(min=1e-3)
    depth = torch.log(away) / math.log(ratio)
    scale = ratio ** (depth + t).floor() / ratio**t
    u, v = x / scale, y / scale
    edge = torch.maximum((u / half).abs(), (v * 2).abs())
    shown = pulled(over.frames, u, v, "mirror")
    return shown * layer(1 - 0.7 * ((edge - 0.94) * 25).clamp(0, 1))


@program(
    "effect",
    "shuffled panels",
    every(side=[3, 4], rate=[1.1, 2.7], gap=[0.02, 0.07]),
)
def shuffled_panels(over: Stretch, side: int, rate: float, gap: float) -> Tensor:
    """The picture is cut up and the pieces change places on the beat."""
    order = held(over, rate, side * side).argsort(1)
    x, y = over.grid()
    u, v = x * side, y * side
    tile = (u.floor() + v.floor() * side).long()
    source = order[:, tile]
    shown = sampled(
        over.frames,
        (source % side + (u - u.floor())) / side,
        (source // side + (v - v.floor())) / side,
    )
    edge = torch.maximum((u - u.floor() - 0.5).abs(), (v - v.floor() - 0.5).abs())
    return shown * layer(soft(edge - 0.5 + gap, 0.02))


@program(
    "effect",
    "sliding bands",
    every(bands=[5.0, 9.0], reach=[0.25, 0.6], way=["across", "along"]),
)
def sliding_bands(over: Stretch, bands: float, reach: float, way: str) -> Tensor:
    """Bands slide by turns one way and the other."""
    x, y = over.grid()
    along = y if way == "across" else x
    side = 1 - 2 * ((along * bands).floor() % 2)
    shift = late(reach * torch.sin(over.seconds * 1.9)) * side
    if way == "across":
        return sampled(over.frames, x + shift, y, "wrap")
    return sampled(over.frames, x, y + shift, "wrap")


@program(
    "effect",
    "ghost copies",
    every(copies=[3, 5], spread=[0.12, 0.26], hue=["own", "rainbow"]),
)
def ghost_copies(over: Stretch, copies: int, spread: float, hue: str) -> Tensor:
    """Faint copies circle round the picture and join it."""
    x, y = plane(over.frames)
    total = over.frames * 0.5
    for each in range(copies):
        turn = over.seconds * 1.3 + each * math.tau / copies
        reach = spread * (0.4 + 0.6 * swing(over.seconds, 0.4, 0.25))
        copy = pulled(
            over.frames,
            x + late(reach * torch.cos(turn)),
            y + late(reach * torch.sin(turn)),
            "mirror",
        )
        if hue == "rainbow":
            angle = torch.full((1, 1, 1, 1), each / copies, device=over.device)
            one = torch.ones_like(angle)
            copy = luma(copy) * of_hue(angle, one * 0.8, one) * 1.6
        total = total + copy * (0.6 / copies)
    return total


@program(
    "effect",
    "beat copies",
    every(copies=[3, 5], growth=[0.2, 0.45], rate=[0.7, 1.4]),
)
def beat_copies(over: Stretch, copies: int, growth: float, rate: float) -> Tensor:
    """On every beat larger copies burst out of the picture."""
    x, y = plane(over.frames)
    burst = late(kick(over.seconds, rate, 2.2))
    total = over.frames
    for each in range(1, copies + 1):
        near = 1 / (1 + growth * each * (1.15 - burst))
        copy = pulled(over.frames, x * near, y * near, "mirror")
        total = blended(total, copy, layer(burst) * 0.75 / (1 + 0.35 * each))
    return total


@program(
    "effect",
    "polaroids",
    every(cards=[3, 5], size=[0.3, 0.42], dim=[0.3, 0.7]),
)
def polaroids(over: Stretch, cards: int, size: float, dim: float) -> Tensor:
    """White-framed prints, each of its part of the picture, swing over the dimmed whole."""
    x, y = plane(over.frames)
    aspect = over.size[1] / over.size[0]
    shown = saturated(over.frames, 0.4) * dim
    place, phase = drawn(over, 2, cards) - 0.5, drawn(over, cards)
    place[0] = (
        torch.arange(cards, device=over.device) + 0.7 * place[0] + 0.5
    ) / cards - 0.5
    for card in range(cards):
        at_x, at_y = place[0, card] * aspect * 0.9, place[1, card] * 0.85
        lean = late(0.35 * torch.sin(over.seconds * 1.4 + phase[card] * 6.3))
        u, v = turned(x - at_x, y - at_y, lean)
        inner = torch.maximum(u.abs(), v.abs()) - size / 2
        outer = (
            torch.maximum(u.abs(), (v - size * 0.06).abs() - size * 0.07) - size * 0.57
        )
        seen = pulled(over.frames, u * 1.3 + at_x, v * 1.3 + at_y, "mirror")
        shown = blended(shown, colour("#f8f6f0", over.device), layer(soft(outer, 0.02)))
        shown = blended(shown, seen, layer(soft(inner, 0.02)))
    return shown
