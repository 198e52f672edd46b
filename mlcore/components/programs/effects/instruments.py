"""Effects that see the picture through an instrument: its marks, meters and beams."""

import math

import torch
from torch import Tensor

from mlcore.components.programs import blurs
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
    held,
    inked,
    late,
    layer,
    soft,
    swing,
)
from mlcore.components.programs.noise import value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, polar, pulled
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "viewfinder",
    every(ink=["#ffffff", "#60ff80"], hunt=[0.02, 0.06], inset=[0.07, 0.18]),
)
def viewfinder(over: Stretch, ink: str, hunt: float, inset: float) -> Tensor:
    """A camcorder's finder: corners, cross, a blinking dot, a meter; focus hunts."""
    x, y = plane(over.frames)
    half = over.size[1] / over.size[0] / 2
    right, down = x.abs() - half + inset, y.abs() - 0.5 + inset
    frame = torch.maximum(right, down).abs() - 0.008
    corner = torch.minimum(right, down) + 0.16
    corners = soft(torch.maximum(frame, -corner), 0.012)
    cross = soft(
        torch.maximum(
            torch.minimum(x.abs(), y.abs()) - 0.005,
            torch.maximum(x.abs(), y.abs()) - 0.06,
        ),
        0.012,
    )
    level = late(0.15 + 0.5 * held(over, 5.0)[:, 0])
    meter = torch.maximum((x + half - inset - 0.06).abs() - 0.02, 0.3 - y - level)
    meter = soft(torch.maximum(meter, y - 0.5 + inset + 0.05), 0.012)
    hunted = blurs.gaussian(
        saturated(over.frames, 0.75), swing(over.seconds, 0.45) * hunt
    )
    marked = inked(over, torch.maximum(corners, cross) + meter, ink, hunted)
    dot = soft(
        torch.hypot(x - half + inset + 0.07, y + 0.5 - inset - 0.07) - 0.035, 0.012
    )
    on = late((swing(over.seconds, 0.7) > 0.4).float())
    return inked(over, dot * on, "#ff2020", marked)


@program(
    "effect",
    "scan beam",
    every(ink=["#30ffa0", "#ff4040"], rate=[0.4, 0.9], trail=[0.2, 0.5]),
)
def scan_beam(over: Stretch, ink: str, rate: float, trail: float) -> Tensor:
    """A bright line reads the picture from above and leaves it glowing."""
    _, y = over.grid()
    at = late(swing(over.seconds, rate * 0.5)) * 1.1 - 0.05
    behind = (at - y).clamp(min=0)
    glow = torch.exp(-behind / trail) * (behind > 0)
    line = torch.exp(-(((y - at) / 0.012) ** 2))
    beam = layer((line + 0.5 * glow).expand(-1, -1, over.size[1]))
    return screened(over.frames * 0.8, beam * colour(ink, over.device))


@program(
    "effect",
    "radar",
    every(ink=["#30ff60", "#40b0ff"], rate=[0.4, 0.9], rings=[3.0, 6.0]),
)
def radar(over: Stretch, ink: str, rate: float, rings: float) -> Tensor:
    """A sweeping hand on a round screen; what is light lights up behind it and fades."""
    x, y = plane(over.frames)
    away, angle = polar(x, y)
    since = (late(over.seconds) * rate - angle / math.tau) % 1
    swept = torch.exp(-since * 4)
    ring = soft((away * 2 * rings % 1 - 0.5).abs() - 0.04, 0.1)
    grey = luma(over.frames)[:, 0]
    screen = grey * (0.2 + swept) + 0.35 * ring + 0.8 * torch.exp(-since * 60)
    return colour(ink, over.device) * layer(screen * soft(away - 0.49, 0.02))


@program(
    "effect",
    "target sight",
    every(ink=["#ff3030", "#40ff70"], radius=[0.16, 0.28], rate=[0.7, 1.6]),
)
def target_sight(over: Stretch, ink: str, radius: float, rate: float) -> Tensor:
    """Cross hairs jump from place to place and tighten; outside, colour goes."""
    at = (held(over, rate, 2) - 0.5) * 0.6
    x, y = plane(over.frames)
    right, down = x - late(at[:, 0]), y - late(at[:, 1])
    beats = over.seconds * rate
    wide = radius * (1.5 - 0.6 * late(beats - beats.floor()))
    away = torch.hypot(right, down)
    ring = (away - wide).abs() - 0.008
    hair = torch.maximum(torch.minimum(right.abs(), down.abs()) - 0.005, 0.05 - away)
    cover = soft(torch.minimum(ring, hair), 0.014)
    grey = luma(over.frames) * 0.6
    ground = blended(grey, over.frames, layer(soft(away - wide, 0.03)))
    return inked(over, cover, ink, ground)


@program(
    "effect",
    "equaliser",
    every(
        bars=[8, 14],
        hues=["#20e060 #f0e030 #f03030", "#3060ff #c040ff #ff60c0"],
        tall=[0.5, 0.85],
    ),
)
def equaliser(over: Stretch, bars: int, hues: str, tall: float) -> Tensor:
    """Bars of loudness jump in front of the picture; the sound is not listened to."""
    x, y = over.grid()
    place = x * bars
    jump = held(over, 6.0, bars) * 0.7 + 0.3 * swing(over.seconds, 0.9)[:, None]
    which = place.floor().long().clamp(max=bars - 1)[0]
    top = (jump * tall)[:, None, :][:, :, which]
    up = (1 - y).expand(over.size)
    inside = soft((place - place.floor() - 0.5).abs() - 0.36, 0.1)
    lit = soft(up - top, 0.02) * inside
    steps = up * 16
    lit = lit * soft((steps - steps.floor() - 0.5).abs() - 0.34, 0.2)
    return blended(over.frames * 0.8, mapped(layer(up / tall), hues), layer(lit) * 0.9)


@program(
    "effect",
    "hologram",
    every(ink=["#40d0ff", "#60ffb0"], lines=[7.0, 12.0], jump=[0.04, 0.12]),
)
def hologram(over: Stretch, ink: str, lines: float, jump: float) -> Tensor:
    """A projection in blue light that tears and flickers."""
    x, y = plane(over.frames)
    torn = value_noise(
        over.chance, over.size, 10, (over.seconds * 7).floor(), over.device
    )
    shift = (torn[:, :, :1] - 0.5) * jump * 2
    seen = luma(pulled(over.frames, x + shift, y, "mirror"))
    line = 0.6 + 0.4 * torch.sin((y * lines - late(over.seconds) * 2.2) * math.tau)
    level = column(0.7 + 0.4 * held(over, 8.0)[:, 0])
    return (0.12 + 1.1 * seen) * layer(line) * level * colour(ink, over.device)
