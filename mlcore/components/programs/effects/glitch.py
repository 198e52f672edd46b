"""Effects of damaged files and machines."""

import torch
from torch import Tensor

from mlcore.components.programs.colours import blended, colour, luma, saturated
from mlcore.components.programs.easing import column
from mlcore.components.programs.effects.fields import held, late, layer, swing
from mlcore.components.programs.effects.video import parted
from mlcore.components.programs.noise import cell_noise, value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import sampled
from mlcore.components.stretch import Stretch

_TURNS = 16  # states of a glitch before they come again


def _cells(over: Stretch, rows: int, columns: int, rate: float) -> Tensor:
    """(t, h, w): a random value a cell, new ones `rate` times a second."""
    states = cell_noise(over.chance, over.size, (rows, columns), _TURNS, over.device)
    return states[(over.seconds * rate).long() % _TURNS]


@program(
    "effect",
    "block glitch",
    every(cells=[6, 11], share=[0.3, 0.55], rate=[4.0, 9.0]),
)
def block_glitch(over: Stretch, cells: int, share: float, rate: float) -> Tensor:
    """Blocks show another part of the picture, some with their channels swapped."""
    pick = _cells(over, cells, cells, rate)
    right, down = _cells(over, cells, cells, rate), _cells(over, cells, cells, rate)
    x, y = over.grid()
    broken = (pick < share).float()
    shown = sampled(
        over.frames,
        x + broken * (right - 0.5) * 0.6,
        y + broken * (down - 0.5) * 0.6,
        "wrap",
    )
    swap = layer((pick < share * 0.4).float())
    return blended(shown, shown[:, [2, 0, 1]], swap)


@program(
    "effect",
    "torn slices",
    every(slices=[9, 17], reach=[0.25, 0.6], rate=[3.0, 8.0]),
)
def torn_slices(over: Stretch, slices: int, reach: float, rate: float) -> Tensor:
    """Horizontal slices jump aside, their colours parted."""
    pick, way = _cells(over, slices, 1, rate), _cells(over, slices, 1, rate)
    shift = (pick < 0.45) * (way - 0.5) * reach
    x, y = over.grid()
    down = y
    red = sampled(over.frames[:, :1], x + shift * 1.3, down, "wrap")
    rest = sampled(over.frames[:, 1:], x + shift, down, "wrap")
    return torch.cat([red, rest], 1)


@program(
    "effect",
    "datamosh",
    every(cells=[5.0, 9.0], reach=[0.25, 0.5], rate=[0.35, 0.75]),
)
def datamosh(over: Stretch, cells: float, reach: float, rate: float) -> Tensor:
    """Lost key frames: blocks go on moving by vectors that no longer belong to them."""
    beats = over.seconds * rate
    since = late(beats - beats.floor())
    rows = round(cells)
    right = _cells(over, rows, rows, rate) - 0.5
    down = _cells(over, rows, rows, rate) - 0.5
    flow = value_noise(over.chance, over.size, cells / 2, beats, over.device) - 0.5
    x, y = over.grid()
    along = x + since * reach * (right + flow)
    return sampled(over.frames, along, y + since * reach * (down - flow), "mirror")


@program(
    "effect",
    "pixel sort",
    every(threshold=[0.35, 0.6], length=[0.3, 0.6], rate=[0.5, 1.3]),
)
def pixel_sort(over: Stretch, threshold: float, length: float, rate: float) -> Tensor:
    """Lights run down the columns, as if each were sorted by how light it is."""
    steps = 6
    grown = length * late(0.25 + 0.75 * swing(over.seconds, rate))
    x, y = over.grid()
    ragged = value_noise(over.chance, over.size, 24, device=over.device)[:, :1]
    best = over.frames
    for step in range(1, steps + 1):
        up = y - grown * (0.4 + ragged) * (step / steps)
        seen = sampled(over.frames, x, up, "mirror")
        runs = (luma(seen) > threshold) & (luma(seen) > luma(best))
        best = torch.where(runs, seen * (1 - 0.25 * step / steps), best)
    return best


@program(
    "effect",
    "bit crush",
    every(bits=[1, 2], cells=[20, 40], rate=[2.3, 6.1]),
)
def bit_crush(over: Stretch, bits: int, cells: int, rate: float) -> Tensor:
    """Too few bits, and an error of rounding that jumps about in blocks."""
    error = layer(_cells(over, cells, cells, rate) - 0.5)
    steps = float(2**bits)
    return ((over.frames + error / steps) * steps).round() / steps


@program(
    "effect",
    "macro blocks",
    every(cells=[8, 14], share=[0.4, 0.7], rate=[1.3, 3.7]),
)
def macro_blocks(over: Stretch, cells: int, share: float, rate: float) -> Tensor:
    """Starved of bits: blocks keep nothing but their mean, or nothing at all."""
    pick = _cells(over, cells, cells, rate)
    x, y = over.grid()
    middle_x = ((x * cells).floor() + 0.5) / cells
    middle_y = ((y * cells).floor() + 0.5) / cells
    flat = sampled(
        torch.nn.functional.adaptive_avg_pool2d(over.frames, (cells, cells)),
        middle_x.expand(over.size),
        middle_y.expand(over.size),
    )
    green = colour("#10a050", over.device)
    shown = blended(over.frames, flat, layer((pick < share).float()))
    return blended(shown, green, layer((pick < 0.08).float()))


@program(
    "effect",
    "channel jitter",
    every(reach=[0.06, 0.14], rate=[3.0, 8.0], grey=[0.0, 0.75]),
)
def channel_jitter(over: Stretch, reach: float, rate: float, grey: float) -> Tensor:
    """Red and blue jump to other places several times a second."""
    way = (held(over, rate, 2) - 0.5) * 2 * reach
    base = saturated(over.frames, 1 - grey)
    return parted(base, late(way[:, 0]), late(way[:, 1]))


@program(
    "effect",
    "glitch bursts",
    every(rate=[0.8, 1.6], slices=[12, 24], reach=[0.35, 0.7]),
)
def glitch_bursts(over: Stretch, rate: float, slices: int, reach: float) -> Tensor:
    """Whole for a while, then everything at once for a third of each beat."""
    beats = over.seconds * rate
    on = late(((beats - beats.floor()) > 0.6).float())
    way = _cells(over, slices, 1, 11.0) - 0.5
    x, y = over.grid()
    shift = on * way * reach
    torn = sampled(over.frames, x + shift, y, "wrap")
    apart = parted(torn, on * 0.06, on * 0)
    flip = layer(on * (_cells(over, slices, 3, 11.0) < 0.2))
    return blended(apart, 1 - apart, flip)


@program(
    "effect",
    "negative blinks",
    every(rate=[1.4, 3.3], on=[0.35, 0.6], kind=["colours", "light"]),
)
def negative_blinks(over: Stretch, rate: float, on: float, kind: str) -> Tensor:
    """The negative appears for a part of each beat."""
    beats = over.seconds * rate
    blink = column(((beats - beats.floor()) < on).float())
    flat = luma(over.frames)
    turned = 1 - over.frames if kind == "colours" else over.frames + 1 - 2 * flat
    return blended(over.frames, turned, blink)


@program(
    "effect",
    "corrupted colour",
    every(cells=[4, 8], rate=[2.0, 5.0], share=[0.45, 0.8]),
)
def corrupted_colour(over: Stretch, cells: int, rate: float, share: float) -> Tensor:
    """Bands lose their colour difference signal or take another's: pink, green."""
    band = _cells(over, cells * 2, 1, rate)
    tint = _cells(over, cells * 2, 1, rate)
    grey = luma(over.frames)
    pink, green = colour("#ff50c8", over.device), colour("#40e070", over.device)
    side = layer(tint > 0.5).float()
    dye = grey * (pink * side + green * (1 - side)) * 1.15
    return blended(over.frames, dye, layer((band < share).float()))
