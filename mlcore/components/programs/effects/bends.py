"""Effects that bend the picture: waves, lenses, mirrors, a camera that is not still."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.colours import blended, colour
from mlcore.components.programs.effects.fields import (
    drawn,
    held,
    kick,
    late,
    layer,
    swing,
)
from mlcore.components.programs.noise import value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, polar, pulled, turned
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "wave",
    every(reach=[0.04, 0.09], waves=[1.5, 3.5], way=["across", "along"]),
)
def wave(over: Stretch, reach: float, waves: float, way: str) -> Tensor:
    """A sine runs through the picture, sideways or up and down."""
    x, y = plane(over.frames)
    t = late(over.seconds) * 1.1
    if way == "across":
        shift = reach * torch.sin((y * waves + t) * math.tau)
        return pulled(over.frames, x + shift, y, "mirror")
    shift = reach * torch.sin((x * waves + t) * math.tau)
    return pulled(over.frames, x, y + shift, "mirror")


@program(
    "effect",
    "ripple",
    every(reach=[0.03, 0.07], waves=[3.0, 6.0], speed=[0.7, 1.6]),
)
def ripple(over: Stretch, reach: float, waves: float, speed: float) -> Tensor:
    """Rings from a stone dropped in the middle."""
    x, y = plane(over.frames)
    away, _ = polar(x, y)
    push = reach * torch.sin((away * waves - late(over.seconds) * speed) * math.tau)
    grow = 1 + push / away.clamp(min=0.05)
    return pulled(over.frames, x * grow, y * grow, "mirror")


@program(
    "effect",
    "fish eye pulse",
    every(bulge=[1.2, 2.2], rate=[0.5, 1.2], way=[1, -1]),
)
def fish_eye_pulse(over: Stretch, bulge: float, rate: float, way: int) -> Tensor:
    """The middle swells, or is pinched, in time."""
    x, y = plane(over.frames)
    square = (x * x + y * y).clamp(max=0.6)
    amount = late(swing(over.seconds, rate)) * bulge
    grow = 1 + amount * (square - 0.25) * way
    return pulled(over.frames, x * grow, y * grow, "mirror")


@program(
    "effect",
    "swirl",
    every(turns=[0.25, 0.6], radius=[0.45, 0.8], rate=[0.3, 0.7]),
)
def swirl(over: Stretch, turns: float, radius: float, rate: float) -> Tensor:
    """The middle is wound up and let go, one way and the other."""
    x, y = plane(over.frames)
    away, _ = polar(x, y)
    hold = (1 - away / radius).clamp(min=0) ** 2
    angle = hold * turns * math.tau * late(torch.sin(over.seconds * rate * math.tau))
    return pulled(over.frames, *turned(x, y, angle), "mirror")


@program(
    "effect",
    "kaleidoscope",
    every(wedges=[6, 8, 12, 16], rate=[0.12, 0.3]),
)
def kaleidoscope(over: Stretch, wedges: int, rate: float) -> Tensor:
    """Two mirrors that stand at an angle, turned over the picture."""
    x, y = plane(over.frames)
    away, angle = polar(x, y)
    turn = late(over.seconds) * rate * math.tau
    wedge = math.tau / wedges
    folded = ((angle + turn * 0.5) % wedge - wedge / 2).abs() + turn
    return pulled(
        over.frames, away * torch.cos(folded), away * torch.sin(folded), "mirror"
    )


@program(
    "effect",
    "wandering mirror",
    every(way=["left", "top", "right", "bottom"], rate=[0.3, 0.75]),
)
def wandering_mirror(over: Stretch, way: str, rate: float) -> Tensor:
    """One side is the other's mirror image; where they meet wanders."""
    x, y = plane(over.frames)
    at = late(0.22 * torch.sin(over.seconds * rate * math.tau))
    sign = 1 if way in {"left", "top"} else -1
    if way in {"left", "right"}:
        folded = at - sign * (x - at).abs()
        return pulled(over.frames, folded, y, "mirror")
    folded = at - sign * (y - at).abs()
    return pulled(over.frames, x, folded, "mirror")


@program(
    "effect",
    "heat haze",
    every(reach=[0.035, 0.08], cells=[6.0, 12.0], rise=[0.3, 0.7]),
)
def heat_haze(over: Stretch, reach: float, cells: float, rise: float) -> Tensor:
    """Hot air climbs and wobbles what is behind it, most at the bottom."""
    x, y = plane(over.frames)
    t = late(over.seconds)
    field = value_noise(over.chance, over.size, cells, over.seconds * 2.2, over.device)
    risen = pulled(field[:, None], x, y + t * rise * 0.3, "mirror")[:, 0] - 0.5
    push = reach * 2.2 * risen * (0.55 + 0.9 * (y + 0.5))
    return pulled(over.frames, x + push, y + 0.7 * push, "mirror")


@program(
    "effect",
    "water surface",
    every(reach=[0.03, 0.06], scale=[5.0, 9.0], shine=[0.3, 0.65]),
)
def water_surface(over: Stretch, reach: float, scale: float, shine: float) -> Tensor:
    """Crossing waves bend the light, and glint on their crests."""
    x, y = plane(over.frames)
    t = late(over.seconds) * 3.1
    first = torch.sin(x * scale * 1.3 + y * scale * 2 + t)
    second = torch.sin(y * scale * 2.6 - x * scale + t * 1.3)
    third = torch.sin((x + y) * scale * 0.8 - t * 0.7)
    down = reach * (first + second)
    seen = pulled(over.frames, x + reach * (second + third), y + down, "mirror")
    crest = ((first + second + third - 1.1) / 1.6).clamp(0, 1)
    return blended(seen, colour("#d8f4ff", over.device), layer(crest) * shine)


@program(
    "effect",
    "camera shake",
    every(reach=[0.035, 0.08], rate=[4.0, 8.5], roll=[0.0, 0.12]),
)
def camera_shake(over: Stretch, reach: float, rate: float, roll: float) -> Tensor:
    """Blows against the camera: places and angles that jump."""
    jump = held(over, rate, 3) * 2 - 1
    x, y = turned(*plane(over.frames), late(jump[:, 2]) * roll)
    near = 1 - 1.3 * reach
    return pulled(
        over.frames,
        x * near + late(jump[:, 0]) * reach,
        y * near + late(jump[:, 1]) * reach,
        "mirror",
    )


@program(
    "effect",
    "hand held",
    every(reach=[0.03, 0.065], rate=[0.35, 0.8], zoom=[1.1, 1.25]),
)
def hand_held(over: Stretch, reach: float, rate: float, zoom: float) -> Tensor:
    """Slow sway of two sines that never meet, with a breath of roll."""
    phase = drawn(over, 3) * math.tau
    t = over.seconds * rate * math.tau
    right = torch.sin(t + phase[0]) + 0.5 * torch.sin(2.3 * t + phase[1])
    down = torch.sin(1.3 * t + phase[2]) + 0.4 * torch.sin(2.9 * t + phase[0])
    x, y = turned(*plane(over.frames), late(0.03 * torch.sin(0.8 * t + phase[1])))
    return pulled(
        over.frames,
        x / zoom + late(right) * reach,
        y / zoom + late(down) * reach,
        "mirror",
    )


@program(
    "effect",
    "lens breathing",
    every(zoom=[0.15, 0.35], rate=[0.4, 0.95], bend=[0.0, 0.6]),
)
def lens_breathing(over: Stretch, zoom: float, rate: float, bend: float) -> Tensor:
    """The frame grows and shrinks as focus is racked, its edges bending with it."""
    x, y = plane(over.frames)
    breath = late(swing(over.seconds, rate))
    near = (1 - zoom * breath) * (1 + bend * breath * (x * x + y * y))
    return pulled(over.frames, x * near, y * near, "mirror")


@program(
    "effect",
    "dutch tilt",
    every(angle=[0.16, 0.35], rate=[0.3, 0.7], zoom=[1.15, 1.4]),
)
def dutch_tilt(over: Stretch, angle: float, rate: float, zoom: float) -> Tensor:
    """The horizon rocks slowly from one side to the other."""
    lean = late(angle * torch.sin(over.seconds * rate * math.tau))
    x, y = turned(*plane(over.frames), lean)
    return pulled(over.frames, x / zoom, y / zoom, "mirror")


@program(
    "effect",
    "funhouse",
    every(reach=[0.25, 0.5], waves=[1.0, 2.0], rate=[0.25, 0.6]),
)
def funhouse(over: Stretch, reach: float, waves: float, rate: float) -> Tensor:
    """A mirror bent like a curtain: fat here, thin there, and moving."""
    x, y = plane(over.frames)
    bend = torch.sin((y * waves + late(over.seconds) * rate) * math.tau)
    seen = x * (1 + reach * bend)
    return pulled(over.frames, seen, y + 0.06 * reach * bend, "mirror")


@program(
    "effect",
    "glass blocks",
    every(blocks=[5.0, 8.0], power=[0.5, 0.9], drift=[0.12, 0.3]),
)
def glass_blocks(over: Stretch, blocks: float, power: float, drift: float) -> Tensor:
    """Thick bricks of glass, each a lens of its own, slide past."""
    x, y = plane(over.frames)
    t = late(over.seconds) * drift
    u, v = (x + t) * blocks, (y + 0.4 * t) * blocks
    right, down = u - u.floor() - 0.5, v - v.floor() - 0.5
    seen = pulled(
        over.frames,
        x - right * power / blocks * 2.6,
        y - down * power / blocks * 2.6,
        "mirror",
    )
    joint = torch.maximum(right.abs(), down.abs())
    return seen * layer(1 - 0.55 * ((joint - 0.42) * 14).clamp(0, 1))


@program(
    "effect",
    "magnifier",
    every(radius=[0.28, 0.42], power=[0.65, -0.8], rate=[0.3, 0.65]),
)
def magnifier(over: Stretch, radius: float, power: float, rate: float) -> Tensor:
    """A glass that enlarges, or shrinks, is moved over the picture."""
    x, y = plane(over.frames)
    t = over.seconds * rate * math.tau + drawn(over, 1) * math.tau
    right = x - late(0.38 * torch.sin(t))
    down = y - late(0.2 * torch.sin(1.5 * t))
    away = torch.hypot(right, down) / radius
    inside = ((1 - away) * 12).clamp(0, 1)
    pull = inside * power * (1 - 0.4 * away.clamp(max=1) ** 2)
    seen = pulled(over.frames, x - right * pull, y - down * pull, "mirror")
    rim = torch.exp(-(((away - 1) / 0.07) ** 2))
    return blended(seen, colour("#18181c", over.device), layer(rim) * 0.9)


@program(
    "effect",
    "jelly",
    every(reach=[0.08, 0.16], rate=[0.7, 1.4], fall=[1.2, 3.0]),
)
def jelly(over: Stretch, reach: float, rate: float, fall: float) -> Tensor:
    """Knocked on every beat, the picture wobbles and settles."""
    x, y = plane(over.frames)
    beats = over.seconds * rate
    since = beats - beats.floor()
    wobble = late(kick(over.seconds, rate, fall) * torch.sin(since * math.tau * 2.4))
    stretch = 1 + reach * 2 * wobble
    lean = reach * wobble * torch.cos(y * 5)
    return pulled(over.frames, x * stretch + lean, y / stretch, "mirror")


@program(
    "effect",
    "tunnel",
    every(depth=[0.25, 0.45], speed=[0.3, 0.7], turn=[0.0, 0.25]),
)
def tunnel(over: Stretch, depth: float, speed: float, turn: float) -> Tensor:
    """The picture papers the walls of a tunnel that is flown through."""
    x, y = plane(over.frames)
    away, angle = polar(x, y)
    far = depth / away.clamp(min=0.04)
    t = late(over.seconds)
    u = ((angle / math.tau + turn * t * 0.6) * 2 % 2 - 1).abs() - 0.5
    v = ((far + t * speed) % 2 - 1).abs() - 0.5
    wall = pulled(over.frames, u * (over.size[1] / over.size[0]), v, "mirror")
    return wall * layer((away * 2.6).clamp(0, 1)[None])
