"""Effects of video: tubes, tapes, aerials and their faults."""

import math

import torch
from torch import Tensor

from mlcore.components.programs import blurs
from mlcore.components.programs.colours import blended, luma, saturated, screened
from mlcore.components.programs.easing import column
from mlcore.components.programs.effects.fields import (
    drawn,
    held,
    late,
    layer,
    soft,
    swing,
)
from mlcore.components.programs.noise import value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled, sampled
from mlcore.components.stretch import Stretch


def parted(frames: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """Return frames with red moved one way and blue the other, in heights."""
    x, y = plane(frames)
    red = pulled(frames[:, :1], x - right, y - down, "mirror")
    blue = pulled(frames[:, 2:], x + right, y + down, "mirror")
    return torch.cat([red, frames[:, 1:2], blue], 1)


@program(
    "effect",
    "rgb split",
    every(reach=[0.05, 0.11], rate=[0.7, 2.3], angle=[0.0, 1.1]),
)
def rgb_split(over: Stretch, reach: float, rate: float, angle: float) -> Tensor:
    """Red and blue part and meet again."""
    way = late(torch.sin(over.seconds * rate * math.tau) * reach)
    return parted(over.frames, way * math.cos(angle), way * math.sin(angle))


@program(
    "effect",
    "scan lines",
    every(lines=[8.0, 13.0], depth=[0.9, 0.55], speed=[0.06, 0.2]),
)
def scan_lines(over: Stretch, lines: float, depth: float, speed: float) -> Tensor:
    """Dark lines crawl down a screen that glows a little."""
    _, y = over.grid()
    wave = torch.sin((y - late(over.seconds) * speed) * lines * math.tau)
    bright = over.frames * 1.25 + 0.03
    return bright * layer(1 - depth * (0.5 + 0.5 * wave).expand(-1, -1, over.size[1]))


@program(
    "effect",
    "tape tracking",
    every(band=[0.16, 0.32], rate=[0.4, 0.9], tear=[0.14, 0.5]),
)
def tape_tracking(over: Stretch, band: float, rate: float, tear: float) -> Tensor:
    """Bands of torn lines and snow climb the picture; colour smears."""
    x, y = over.grid()
    at = late((1.2 - over.seconds * rate) % 1.4 - 0.2)
    inside = torch.exp(-(((y - at) / band) ** 2))
    moments = (over.seconds * 12).floor()
    ragged = value_noise(over.chance, over.size, 30, moments, over.device)[:, :, :1]
    shift = inside * tear * (ragged - 0.3)
    smeared = sampled(over.frames, x + shift, y, "mirror")
    snow = value_noise(over.chance, over.size, 40, moments, over.device)
    white = layer((snow > 0.62).float() * inside * 0.85)
    colour_ = blurs.directional(saturated(smeared, 1.5), 0.1, 0.0)
    return screened(luma(smeared) + (colour_ - luma(colour_)), white)


@program(
    "effect",
    "picture tube",
    every(bulge=[0.12, 0.3], lines=[8.0, 13.0], hum=[0.25, 0.6]),
)
def picture_tube(over: Stretch, bulge: float, lines: float, hum: float) -> Tensor:
    """A curved tube: lines, three phosphors, dark corners, a hum that rolls."""
    x, y = plane(over.frames)
    square = x * x + y * y
    seen = pulled(
        over.frames, x * (1 + bulge * square), y * (1 + bulge * square), "black"
    )
    wave = 0.72 + 0.28 * torch.sin(y * lines * math.tau)
    rolling = torch.cos((y - late(over.seconds) * 0.45) * math.tau).clamp(min=0)
    roll = 1 - hum * rolling
    thirds = torch.stack(
        [torch.cos(x * lines * math.tau + n * math.tau / 3) for n in range(3)]
    )
    corner = (1.25 - 1.1 * square).clamp(0, 1)
    return seen * 1.35 * layer(wave * roll * corner) * (0.85 + 0.3 * thirds)[None]


@program(
    "effect",
    "interlaced",
    every(lines=[6.0, 11.0], reach=[0.06, 0.14], rate=[0.8, 1.9]),
)
def interlaced(over: Stretch, lines: float, reach: float, rate: float) -> Tensor:
    """Every other band of lines comes from elsewhere: combs that swing open."""
    x, y = plane(over.frames)
    odd = soft(torch.sin(y * lines * math.tau), 0.6) * 2 - 1
    way = late(torch.sin(over.seconds * rate * math.tau)) * reach
    shift = odd * way
    return pulled(over.frames, x + shift, y, "mirror")


@program(
    "effect",
    "chromatic aberration",
    every(reach=[0.14, 0.3], rate=[0.45, 1.3], still=[0.0, 0.5]),
)
def chromatic_aberration(
    over: Stretch, reach: float, rate: float, still: float
) -> Tensor:
    """A poor lens at the edges, breathing: each colour has a size of its own."""
    x, y = plane(over.frames)
    amount = reach * late(still + (1 - still) * swing(over.seconds, rate))
    grow = amount * 2.4 * (x * x + y * y).sqrt()
    red = pulled(over.frames[:, :1], x * (1 - grow), y * (1 - grow), "mirror")
    blue = pulled(over.frames[:, 2:], x * (1 + grow), y * (1 + grow), "mirror")
    return torch.cat([red, over.frames[:, 1:2], blue], 1)


@program(
    "effect",
    "signal loss",
    every(rate=[1.2, 2.6], cells=[22.0, 44.0], lost=[0.45, 0.75]),
)
def signal_loss(over: Stretch, rate: float, cells: float, lost: float) -> Tensor:
    """Reception comes and goes: snow, and a picture that loses its colour."""
    snow = value_noise(
        over.chance, over.size, cells, (over.seconds * 16).floor(), over.device
    )
    gone = column(
        (held(over, rate)[:, 0] * 0.5 + swing(over.seconds, rate * 0.4) * 0.7)
        * lost
        * 1.2
    ).clamp(0, 0.95)
    noise = layer(((snow - 0.5) * 2.2 + 0.5).clamp(0, 1))
    return blended(saturated(over.frames, 1 - gone), noise, gone)


@program(
    "effect",
    "aerial ghost",
    every(delay=[0.08, 0.2], strength=[0.45, 0.75], sway=[0.02, 0.05]),
)
def aerial_ghost(over: Stretch, delay: float, strength: float, sway: float) -> Tensor:
    """A second, late reception beside the first, and its negative beyond."""
    x, y = plane(over.frames)
    way = late(delay + sway * torch.sin(over.seconds * 2.7))
    ghost = pulled(luma(over.frames), x - way, y, "mirror")
    back = pulled(luma(over.frames), x - 2 * way, y, "mirror")
    mixed = over.frames + strength * (ghost - 0.5) - 0.5 * strength * (back - 0.5)
    wave = torch.sin(y * 8 + late(over.seconds) * 4)
    return mixed + 0.04 * layer(wave.expand(-1, -1, over.size[1]))


@program(
    "effect",
    "hum bars",
    every(bars=[1.0, 2.5], depth=[0.45, 0.8], speed=[0.25, 0.6]),
)
def hum_bars(over: Stretch, bars: float, depth: float, speed: float) -> Tensor:
    """Mains in the picture: soft dark bars roll, and bend what they cross."""
    x, y = plane(over.frames)
    wave = torch.sin((y * bars + late(over.seconds) * speed) * math.tau)
    bent = pulled(over.frames, x + 0.035 * wave, y, "mirror")
    return bent * layer(1 - depth * (0.5 + 0.5 * wave).expand(-1, -1, over.size[1]))


@program(
    "effect",
    "colour bleed",
    every(smear=[0.12, 0.3], shift=[0.03, 0.09], strength=[1.3, 2.2]),
)
def colour_bleed(over: Stretch, smear: float, shift: float, strength: float) -> Tensor:
    """Worn tape: colour is coarse, late and crawls, while the grey stays sharp."""
    x, y = plane(over.frames)
    chroma = over.frames - luma(over.frames)
    coarse = blurs.directional(chroma, smear, 0.0)
    crawl = late(torch.sin(over.seconds * 5.3 + drawn(over, 1) * 6)) * 0.07
    moved = pulled(coarse, x - shift - crawl * torch.sin(y * 30), y, "mirror")
    return luma(over.frames) * 0.9 + 0.06 + moved * strength


@program(
    "effect",
    "rolling shutter",
    every(reach=[0.08, 0.2], waves=[0.8, 1.8], rate=[0.9, 2.3]),
)
def rolling_shutter(over: Stretch, reach: float, waves: float, rate: float) -> Tensor:
    """Lines read one after another while the camera shakes: leaning, like jelly."""
    x, y = plane(over.frames)
    lean = torch.sin((y * waves + late(over.seconds) * rate) * math.tau) * reach
    return pulled(over.frames, x + lean, y, "mirror")


@program(
    "effect",
    "moire screen",
    every(pitch=[7.0, 11.0], turn=[0.06, 0.16], depth=[0.6, 1.0]),
)
def moire_screen(over: Stretch, pitch: float, turn: float, depth: float) -> Tensor:
    """A screen filmed off a screen: two gratings beat against each other."""
    x, y = plane(over.frames)
    angle = turn * late(torch.sin(over.seconds * 0.9))
    first = torch.sin(x * pitch * math.tau)
    second = torch.sin(
        (x * torch.cos(angle) + y * torch.sin(angle)) * pitch * 1.1 * 6.283
    )
    beat = layer(first * second)
    tint = torch.cat([beat, -beat * 0.6, beat * 0.2], 1)
    return over.frames * (1 + 0.5 * depth * beat) + 0.22 * depth * tint
