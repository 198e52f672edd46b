"""The pictures are cards in space: they flip, swing, and stand on cubes."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import mixed
from mlcore.components.programs.cards import card, lit, pitched, vectors, yawed
from mlcore.components.programs.easing import column, eased, hump, span
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import sampled
from mlcore.components.stretch import Stretch


def _black(over: Stretch) -> Tensor:
    return torch.zeros_like(over.frames)


def _ends(over: Stretch, drawn: Tensor) -> Tensor:
    """The pictures themselves at both ends, where a card is resampled by a hair."""
    p = over.progress
    drawn = torch.where(column(p <= 0), over.frames, drawn)
    return torch.where(column(p >= 1), over.entering, drawn)


def _flip(over: Stretch, way: str, easing: str) -> Tensor:
    """A card with a picture on either side turns over."""
    p = eased(over.progress, easing)
    angle = p * math.pi if way in ("right", "down") else -p * math.pi
    axes = yawed if way in ("right", "left") else pitched
    centre = vectors(0 * p, 0.0, 0.9 * hump(p))
    front = card(_black(over), over.frames, centre, axes(angle), lit(angle))
    back = card(_black(over), over.entering, centre, axes(angle - math.pi), lit(angle))
    return _ends(over, torch.where(column(p < 0.5), front, back))


for _way in ("left", "right", "up", "down"):
    _settings = every(way=[_way], easing=["cubic both", "back both"])
    program("transition", f"card flip {_way}", _settings)(_flip)


def _cube(over: Stretch, way: str, inside: int) -> Tensor:
    """The pictures are neighbouring sides of a cube that turns, seen from out- or inside."""
    height, width = over.size
    level = way in ("left", "right")
    half = width / height / 2 if level else 0.5
    sign = 1.0 if way in ("left", "up") else -1.0
    p = eased(over.progress, "cubic both")
    turns = p * math.pi / 2, (p - 1) * math.pi / 2
    far = half * (-1 if inside else 1)
    back = hump(p) * (0.0 if inside else 0.45)
    # The side that is turned farther away is drawn first.
    early = column(p < 0.5)
    pictures = (
        torch.where(early, over.entering, over.frames),
        torch.where(early, over.frames, over.entering),
    )
    angles = torch.where(p < 0.5, *turns[::-1]), torch.where(p < 0.5, *turns)
    drawn = _black(over)
    for picture, angle in zip(pictures, angles, strict=True):
        turn = angle * sign
        aside, depth = -torch.sin(turn) * far, far - torch.cos(turn) * far + back
        if level:
            centre, axes = vectors(aside, 0.0, depth), yawed(-turn)
        else:
            centre, axes = vectors(0 * p, aside, depth), pitched(-turn)
        drawn = card(drawn, picture, centre, axes, lit(turn))
    return _ends(over, drawn)


for _way in ("left", "right", "up", "down"):
    program("transition", f"cube {_way}", every(way=[_way], inside=[0, 1]))(_cube)


def _door(over: Stretch, hinge: str, easing: str) -> Tensor:
    """The leaving picture is a door that swings open towards the camera."""
    height, width = over.size
    half, side = width / height / 2, -1.0 if hinge == "left" else 1.0
    p = eased(over.progress, easing)
    angle = p * math.pi * 0.5
    right, down = yawed(angle * side)
    centre = torch.stack([0 * p + side * half, 0 * p, 0 * p], 1) - right * side * half
    ground = over.entering * column(0.4 + 0.6 * p)
    return _ends(over, card(ground, over.frames, centre, (right, down), lit(angle)))


for _hinge in ("left", "right"):
    _settings = every(hinge=[_hinge], easing=["quad both", "bounce out"])
    program("transition", f"door {_hinge}", _settings)(_door)


@program("transition", "double doors", every(way=["away", "near"]))
def double_doors(over: Stretch, way: str) -> Tensor:
    """The leaving picture's halves swing open on hinges at the left and right."""
    height, width = over.size
    half = width / height / 2
    p = eased(over.progress, "quad both")
    angle = p * math.pi * 0.5 * (1 if way == "away" else -1)
    drawn = over.entering * column(0.4 + 0.6 * p)
    middle = width // 2
    for side, part in (
        (-1.0, over.frames[..., :middle]),
        (1.0, over.frames[..., middle:]),
    ):
        right, down = yawed(-angle * side)
        leaf = torch.zeros_like(over.frames)
        # The half stands in a card of full width, whose other half is not there.
        at = slice(None, middle) if side < 0 else slice(middle, None)
        leaf[..., at] = part
        there = torch.zeros_like(over.frames[:, :1])
        there[..., at] = 1
        centre = (
            torch.stack([0 * p + side * half, 0 * p, 0 * p], 1) - right * side * half
        )
        both = card(
            torch.zeros_like(torch.cat([leaf, there], 1)),
            torch.cat([leaf * column(lit(angle)), there], 1),
            centre,
            (right, down),
        )
        drawn = drawn * (1 - both[:, 3:]) + both[:, :3]
    # Open leaves would still be seen, along the walls.
    return _ends(over, mixed(drawn, over.entering, column(span(over.progress, 0.7, 1))))


def _fall(over: Stretch, way: str, easing: str) -> Tensor:
    """The leaving picture falls away about its lower or upper edge."""
    p = eased(over.progress, easing)
    sign = 1.0 if way == "back" else -1.0
    angle = -p * math.pi / 2 * sign
    right, down = pitched(angle)
    centre = torch.stack([0 * p, 0 * p + 0.5, 0 * p], 1) - down * 0.5
    drawn = card(over.entering, over.frames, centre, (right, down), lit(angle))
    # Lying back it would still be seen, on the floor.
    return _ends(over, mixed(drawn, over.entering, column(span(over.progress, 0.7, 1))))


for _way in ("back", "forward"):
    _settings = every(way=[_way], easing=["cubic in", "bounce out"])
    program("transition", f"fall {_way}", _settings)(_fall)


@program("transition", "hang down", every(easing=["elastic out", "cubic out"]))
def hang_down(over: Stretch, easing: str) -> Tensor:
    """The entering picture swings down from over the camera, hung on its upper edge."""
    p = eased(over.progress, easing)
    angle = (p - 1) * math.pi / 2
    right, down = pitched(angle)
    centre = torch.stack([0 * p, 0 * p - 0.5, 0 * p], 1) + down * 0.5
    ground = over.frames * column(1 - 0.6 * p.clamp(0, 1))
    return _ends(over, card(ground, over.entering, centre, (right, down), lit(angle)))


@program("transition", "tumble away", every(side=["right", "left"]))
def tumble_away(over: Stretch, side: str) -> Tensor:
    """The leaving picture tumbles off into the distance."""
    p = eased(over.progress, "quad in")
    sign = 1.0 if side == "right" else -1.0
    right, down = yawed(p * 2.2 * sign)
    roll = (p * 1.2 * sign)[:, None]
    right, down = (
        right * torch.cos(roll) + down * torch.sin(roll),
        down * torch.cos(roll) - right * torch.sin(roll),
    )
    centre = vectors(p * 3.6 * sign, -0.9 * p, p * 3.0)
    return _ends(over, card(over.entering, over.frames, centre, (right, down)))


def _tiles(over: Stretch, rows: int, columns: int, delay: float) -> Tensor:
    """Tiles turn over about their upright middles, those at the left first."""
    x, y = over.grid()
    column_of, row_of = (x * columns).floor(), (y * rows).floor()
    late = (column_of / columns + row_of / rows * 0.4) / 1.4 * delay
    p = ((over.progress[:, None, None] - late) / (1 - delay)).clamp(0, 1)
    turn = torch.cos(p * math.pi)
    within_tile = x * columns - column_of - 0.5
    # Beyond a quarter turn the back is seen, which is the entering picture unmirrored.
    narrow = turn.abs().clamp(min=1e-3)
    at = within_tile / narrow
    pixels = over.size[1] / columns
    seen = ((narrow / 2 - within_tile.abs()) * pixels + 0.5).clamp(0, 1)
    seen = torch.where(narrow >= 1, torch.ones_like(seen), seen)
    seen = (seen * (0.5 + 0.5 * narrow))[:, None]
    place = (at.clamp(-0.5, 0.5) + 0.5 + column_of) / columns
    flat = y + 0 * place
    front, back = sampled(over.frames, place, flat), sampled(over.entering, place, flat)
    return torch.where((turn > 0)[:, None], front, back) * seen


program("transition", "tile flip", every(rows=[4, 2], columns=[5], delay=[0.6]))(_tiles)
program("transition", "turning slats", every(rows=[1], columns=[6, 14], delay=[0.0]))(
    _tiles
)


@program("transition", "accordion", every(folds=[6, 3]))
def accordion(over: Stretch, folds: int) -> Tensor:
    """The leaving picture folds up towards the left."""
    x, y = over.grid()
    wide = (1 - eased(over.progress, "quad both")).clamp(min=1e-3)[:, None, None]
    at = x / wide
    crease = (at * folds) % 1
    side = torch.where((at * folds).floor() % 2 == 0, crease, 1 - crease)
    steep = (1 - wide**2).clamp(min=0).sqrt()
    # A fold's near creases look taller.
    tall = 1 + 0.25 * steep * (side - 0.5)
    rows = (y - 0.5) / tall + 0.5
    shade = (1 - 0.6 * steep * torch.where((at * folds).floor() % 2 == 0, 0.2, 1.0))[
        :, None
    ]
    there = ((at <= 1) & (rows >= 0) & (rows <= 1))[:, None]
    return torch.where(there, sampled(over.frames, at, rows) * shade, over.entering)


def _curl(over: Stretch, way: str, radius: float) -> Tensor:
    """The leaving page is rolled up over a cylinder and turned away.

    A point `ahead` of where the page leaves the ground lies once on the cylinder's lower
    half and once on its upper, at the arc's length from there.
    """
    height, width = over.size
    x, y = over.grid()
    x, y = (x - 0.5) * width / height + 0 * y, y - 0.5 + 0 * x
    slant = {"left": (1.0, 0.0), "corner": (0.8, 0.6), "up": (0.0, 1.0)}[way]
    along = x * slant[0] + y * slant[1]
    far = abs(slant[0]) * width / height / 2 + abs(slant[1]) / 2
    p = eased(over.progress, "sine both")[:, None, None]
    edge = far - p * (2 * far + math.pi * radius)
    ahead = along - edge
    arc = torch.asin((ahead / radius).clamp(-1, 1))
    lower = torch.where(ahead > 0, radius * arc, ahead)
    upper = torch.where(ahead > 0, radius * (math.pi - arc), radius * math.pi - ahead)
    front = _page(over, x, y, slant, lower - ahead, ahead <= radius)
    back = _page(over, x, y, slant, upper - ahead, ahead <= radius)
    shadow = torch.exp(-(ahead - radius).clamp(min=0) / 0.12)[:, None]
    drawn = over.entering * (1 - 0.5 * shadow)
    dark = (1 - 0.45 * (ahead / radius).clamp(0, 1) ** 2)[:, None]
    drawn = torch.where(front[1], front[0] * dark, drawn)
    paper = mixed(back[0], torch.full_like(back[0], 0.92), 0.75)
    bright = (0.65 + 0.35 * (1 - (ahead / radius).clamp(0, 1)))[:, None]
    return _ends(over, torch.where(back[1], paper * bright, drawn))


def _page(
    over: Stretch,
    x: Tensor,
    y: Tensor,
    slant: tuple[float, float],
    by: Tensor,
    there: Tensor,
) -> tuple[Tensor, Tensor]:
    """What the page shows `by` heights further along the slant, and where it is."""
    height, width = over.size
    u = (x + slant[0] * by) * height / width + 0.5
    v = y + slant[1] * by + 0.5
    inside = there & (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
    return sampled(over.frames, u, v), inside[:, None]


for _way in ("left", "corner", "up"):
    _settings = every(way=[_way], radius=[0.09, 0.3])
    program("transition", f"page curl {_way}", _settings)(_curl)
