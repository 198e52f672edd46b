"""Effects of time: held, repeated, reversed and late frames, and what editors cut with them.

On a still nothing but the beat itself can be seen of them, so each marks its beat.
"""

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
from mlcore.components.programs.effects.fields import kick, late, layer, swing
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled
from mlcore.components.stretch import Stretch


def at_times(over: Stretch, seconds: Tensor) -> Tensor:
    """Return (t, 3, h, w): the frames shown at other times, the nearest ones, clamped."""
    apart = (over.seconds[None, :] - seconds[:, None]).abs()
    return over.frames[apart.argmin(1)]


def zoomed(frames: Tensor, near: Tensor) -> Tensor:
    """Return frames enlarged about the middle by (t,) times."""
    x, y = plane(frames)
    return pulled(frames, x / late(near), y / late(near), "mirror")


@program(
    "effect",
    "stutter",
    every(rate=[0.9, 1.7], punch=[0.25, 0.5], repeats=[2, 3]),
)
def stutter(over: Stretch, rate: float, punch: float, repeats: int) -> Tensor:
    """Every beat's beginning comes again and again, each time nearer."""
    beats = over.seconds * rate
    part = beats - beats.floor()
    again = (part * repeats).floor() / repeats
    begun = beats.floor() / rate
    shown = at_times(over, begun + (part - again) / rate)
    return zoomed(shown, 1 + punch * again)


@program(
    "effect",
    "freeze and flash",
    every(rate=[0.5, 0.9], hold=[0.4, 0.65], tone=["grey", "blue"]),
)
def freeze_and_flash(over: Stretch, rate: float, hold: float, tone: str) -> Tensor:
    """A flash, and the frame stands, drained or blue, framed in white; then on."""
    beats = over.seconds * rate
    part = beats - beats.floor()
    frozen = column((part > 1 - hold).float())
    since = (part - 1 + hold).clamp(min=0) / rate
    still = at_times(over, over.seconds - since)
    codes = "#000000 #808080 #ffffff" if tone == "grey" else "#000818 #4070c0 #f0f8ff"
    print_ = mapped(luma(still), codes)
    x, y = over.grid()
    edge = torch.maximum((x - 0.5).abs(), (y - 0.5).abs())
    print_ = torch.where(layer(edge > 0.45), torch.ones_like(print_), print_)
    flash = column(torch.exp(-since * 9)) * frozen
    return screened(blended(over.frames, print_, frozen), flash)


@program(
    "effect",
    "strobe time",
    every(rate=[2.3, 4.3], dark=[0.35, 0.6], tint=["#ffffff", "#c0d0ff"]),
)
def strobe_time(over: Stretch, rate: float, dark: float, tint: str) -> Tensor:
    """Only held moments are lit, with black between them."""
    beats = over.seconds * rate
    part = beats - beats.floor()
    shown = at_times(over, beats.floor() / rate)
    lit = column((part > dark).float() * (1.35 - 0.35 * part))
    return shown * lit * colour(tint, over.device)


@program(
    "effect",
    "rewind",
    every(rate=[0.45, 0.85], bars=[3.0, 6.0], tear=[0.12, 0.4]),
)
def rewind(over: Stretch, rate: float, bars: float, tear: float) -> Tensor:
    """Half of each beat runs back, torn as a tape is when it is wound."""
    beats = over.seconds * rate
    part = beats - beats.floor()
    back = (part > 0.5).float()
    turned = beats.floor() + torch.where(part > 0.5, 1 - part, part)
    shown = at_times(over, turned / rate)
    x, y = plane(over.frames)
    wave = (y * bars + late(over.seconds) * 3.3) % 1
    bar = (wave < 0.4).float() * late(back)
    torn = pulled(shown, x + bar * tear, y, "mirror")
    grey = saturated(torn, 1 - 0.8 * back[:, None, None, None])
    return screened(grey, layer(bar.expand(-1, -1, over.size[1])) * 0.45)


@program(
    "effect",
    "speed ramp",
    every(rate=[0.45, 0.85], blur=[0.3, 1.2], zoom=[0.2, 0.5]),
)
def speed_ramp(over: Stretch, rate: float, blur: float, zoom: float) -> Tensor:
    """Slow, then very fast with a rush towards the middle, then slow."""
    beats = over.seconds * rate
    part = beats - beats.floor()
    run = part - torch.sin(part * math.tau) / math.tau
    rush = swing(part, 1.0)
    shown = zoomed(at_times(over, (beats.floor() + run) / rate), 1 + zoom * rush)
    return blurs.zoom(shown, rush**2 * blur)


@program(
    "effect",
    "boomerang",
    every(rate=[0.45, 0.9], reach=[0.12, 0.3], flash=[0.0, 0.5]),
)
def boomerang(over: Stretch, rate: float, reach: float, flash: float) -> Tensor:
    """There and back for ever, pushing in and pulling out with it."""
    beats = over.seconds * rate
    there = (beats % 2 - 1).abs()
    shown = zoomed(at_times(over, (1 - there) / rate), 1 + reach * (1 - there) ** 2)
    turn = column(kick(over.seconds, rate, 6)) * flash
    return screened(shown, turn)


@program(
    "effect",
    "echo trails",
    every(copies=[3, 5], delay=[0.12, 0.4], drift=[0.04, 0.1]),
)
def echo_trails(over: Stretch, copies: int, delay: float, drift: float) -> Tensor:
    """Earlier frames hang on behind, each fainter, larger and to one side."""
    x, y = plane(over.frames)
    shown, total = over.frames, 1.0
    for each in range(1, copies + 1):
        old = at_times(over, over.seconds - delay * each)
        way = late(torch.sin((over.seconds - delay * each) * 1.9))
        near = 1 - drift * each * (0.2 + 2 * delay)
        copy = pulled(old, x * near + way * drift * each, y * near, "mirror")
        shown, total = shown + copy * 0.75**each, total + 0.75**each
    return shown / total


@program(
    "effect",
    "time slices",
    every(slices=[6.0, 12.0], delay=[0.06, 0.14], shade=[0.35, 0.7]),
)
def time_slices(over: Stretch, slices: float, delay: float, shade: float) -> Tensor:
    """Columns of the picture from other moments; a shadow runs over the joints."""
    x, _ = over.grid()
    column_ = (x * slices).floor()
    chosen = over.frames
    for each in range(1, int(slices)):
        old = at_times(over, over.seconds - delay * each)
        chosen = torch.where(column_ == each, old, chosen)

    run = torch.sin(column_ * delay * 14 - late(over.seconds) * 3.1)
    lit = 1 + shade * run * (0.4 + 0.6 * (x * slices - column_))
    return chosen * layer(lit.expand(-1, over.size[0], -1))


@program(
    "effect",
    "low frame rate",
    every(rate=[1.7, 2.9], zoom=[1.05, 1.35], weave=[0.02, 0.05]),
)
def low_frame_rate(over: Stretch, rate: float, zoom: float, weave: float) -> Tensor:
    """Step printed: few frames, each held, melting into the next at its end."""
    beats = over.seconds * rate
    part = beats - beats.floor()
    first, second = (
        at_times(over, beats.floor() / rate),
        at_times(over, beats.ceil() / rate),
    )
    melt = column(((part - 0.65) / 0.35).clamp(0, 1))
    shown = blended(first, second, melt)
    x, y = plane(over.frames)
    step = beats.floor()
    return pulled(
        shown,
        x / zoom + late(torch.sin(step * 2.4)) * weave,
        y / zoom + late(torch.cos(step * 3.7)) * weave,
        "mirror",
    )
