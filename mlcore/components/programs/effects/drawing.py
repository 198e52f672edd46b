"""Effects that redraw the picture by hand: lines, hatches, paint, relief.

On a still they move as hand-drawn films do: lines boil, paper shifts, light turns.
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
from mlcore.components.programs.effects.fields import held, late, layer, soft, swing
from mlcore.components.programs.noise import value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled
from mlcore.components.stretch import Stretch


def _slopes(over: Stretch, step: float) -> tuple[Tensor, Tensor]:
    """How the luma changes right and down over two steps, in heights, each (t, 1, h, w)."""
    x, y = plane(over.frames)
    grey = luma(over.frames)
    right = pulled(grey, x + step, y, "edge") - pulled(grey, x - step, y, "edge")
    down = pulled(grey, x, y + step, "edge") - pulled(grey, x, y - step, "edge")
    return right, down


def boiling(over: Stretch, rate: float, reach: float) -> Stretch:
    """The stretch, with its frames wobbling as drawings of a new sheet each."""
    moments = (over.seconds * rate).floor()
    right = value_noise(over.chance, over.size, 5, moments, over.device) - 0.5
    down = value_noise(over.chance, over.size, 5, moments, over.device) - 0.5
    x, y = plane(over.frames)
    frames = pulled(over.frames, x + right * reach, y + down * reach, "mirror")
    return Stretch(
        frames=frames,
        entering=over.entering,
        seconds=over.seconds,
        progress=over.progress,
        chance=over.chance,
    )


@program(
    "effect",
    "pencil sketch",
    every(step=[0.01, 0.022], ink=["#202028", "#30206c"], boil=[0.05, 0.12]),
)
def pencil_sketch(over: Stretch, step: float, ink: str, boil: float) -> Tensor:
    """Outlines of graphite on paper, redrawn eight times a second."""
    right, down = _slopes(boiling(over, 8, boil), step)
    line = (torch.hypot(right, down) * 4.5).clamp(0, 1)
    return blended(
        colour("#f6f2e8", over.device).expand_as(over.frames),
        colour(ink, over.device),
        line,
    )


@program(
    "effect",
    "chalk board",
    every(step=[0.012, 0.026], board=["#18382c", "#1c1c24"], boil=[0.05, 0.12]),
)
def chalk_board(over: Stretch, step: float, board: str, boil: float) -> Tensor:
    """White and broken lines on a dark board, with what was wiped off still there."""
    right, down = _slopes(boiling(over, 6, boil), step)
    dust = value_noise(
        over.chance, over.size, 26, (over.seconds * 6).floor(), over.device
    )
    line = (torch.hypot(right, down) * 4).clamp(0, 1) * layer(0.35 + 0.9 * dust)
    ground = colour(board, over.device) + 0.12 * luma(over.frames)
    return screened(
        ground.expand_as(over.frames), line * colour("#f4f4e4", over.device)
    )


@program(
    "effect",
    "cross hatching",
    every(pitch=[7.0, 11.0], ink=["#101014", "#4c1c10"], paper=["#faf6ea", "#d8c8a8"]),
)
def cross_hatching(over: Stretch, pitch: float, ink: str, paper: str) -> Tensor:
    """Pen strokes in up to three directions, the darker the more, on a new sheet often."""
    x, y = plane(over.frames)
    grey = luma(over.frames)[:, 0]
    shift = late(held(over, 6.0)[:, 0])
    cover = torch.zeros_like(grey)
    for level, (a, b) in ((0.75, (1, 1)), (0.5, (1, -1)), (0.28, (0.3, 1.4))):
        stroke = torch.cos(((a * x + b * y) * pitch * 0.7 + shift) * math.tau)
        cover = torch.maximum(cover, soft(grey - level, 0.2) * soft(-stroke - 0.1, 1.1))
    return blended(
        colour(paper, over.device).expand_as(over.frames),
        colour(ink, over.device),
        layer(cover),
    )


@program(
    "effect",
    "comic",
    every(steps=[3, 5], step=[0.012, 0.025], boil=[0.06, 0.14]),
)
def comic(over: Stretch, steps: int, step: float, boil: float) -> Tensor:
    """Few flat colours in black outlines, drawn again six times a second."""
    sheet = boiling(over, 6, boil)
    right, down = _slopes(sheet, step)
    line = ((torch.hypot(right, down) - 0.12) * 6).clamp(0, 1)
    flat = (saturated(sheet.frames, 1.6).clamp(0, 1) * steps).round() / steps
    return flat * (1 - line)


@program(
    "effect",
    "oil paint",
    every(brush=[0.025, 0.05], rate=[3.0, 7.0], relief=[0.5, 1.1]),
)
def oil_paint(over: Stretch, brush: float, rate: float, relief: float) -> Tensor:
    """The calmest of four neighbouring dabs at each point (Kuwahara's filter), in relief."""
    sheet = boiling(over, rate, 0.09).frames
    mean = blurs.gaussian(sheet, brush * 0.5)
    unrest = blurs.gaussian(luma(sheet) ** 2, brush * 0.5) - luma(mean) ** 2
    both = torch.cat([mean, unrest], 1)
    x, y = plane(sheet)
    corners = [
        pulled(both, x + a * brush, y + b * brush, "edge")
        for a, b in ((-1, -1), (1, -1), (-1, 1), (1, 1))
    ]
    calmest = corners[0]
    for dab in corners[1:]:
        calmest = torch.where(dab[:, 3:] < calmest[:, 3:], dab, calmest)
    paint = calmest[:, :3]
    bump = luma(sheet) - luma(pulled(sheet, x + 0.012, y + 0.012, "edge"))
    return saturated(paint, 1.3) + relief * bump


@program(
    "effect",
    "water colour",
    every(wet=[0.02, 0.05], bleed=[0.1, 0.22], paper=["#fffaf0", "#f0e4cc"]),
)
def water_colour(over: Stretch, wet: float, bleed: float, paper: str) -> Tensor:
    """Pale washes that ran, darker where each dried, on paper that shows."""
    sheet = boiling(over, 5, bleed)
    wash = blurs.gaussian(sheet.frames, wet)
    right, down = _slopes(sheet, 0.02)
    dried = (torch.hypot(right, down) * 1.6).clamp(0, 0.6)
    pale = 1 - (1 - saturated(wash, 1.5).clamp(0, 1)) * 0.72
    return pale * colour(paper, over.device) * (1 - dried)


@program(
    "effect",
    "emboss",
    every(step=[0.012, 0.03], rate=[0.3, 0.8], stone=["#8c8c90", "#b08850"]),
)
def emboss(over: Stretch, step: float, rate: float, stone: str) -> Tensor:
    """Relief in metal or stone, its lamp carried round."""
    right, down = _slopes(over, step)
    turn = over.seconds * rate * math.tau
    lit = right * column(torch.cos(turn)) + down * column(torch.sin(turn))
    return colour(stone, over.device) + lit * 1.9


@program(
    "effect",
    "contour map",
    every(levels=[5.0, 9.0], speed=[0.3, 0.8], ink=["#7a4a20", "#00e0a0"]),
)
def contour_map(over: Stretch, levels: float, speed: float, ink: str) -> Tensor:
    """Lines of equal light, that climb."""
    height = blurs.gaussian(luma(over.frames), 0.018)
    line = torch.cos((height * levels - column(over.seconds) * speed) * math.tau)
    cover = ((line - 0.55) * 3.5).clamp(0, 1)
    ground = mapped(luma(over.frames), "#1c2c24 #f2ead2")
    return blended(ground, colour(ink, over.device), cover)


@program(
    "effect",
    "woodcut",
    every(pitch=[6.0, 9.0], bend=[0.06, 0.2], ink=["#140c08", "#102c5c"]),
)
def woodcut(over: Stretch, pitch: float, bend: float, ink: str) -> Tensor:
    """Wavy cuts that swell with the dark."""
    x, y = plane(over.frames)
    grey = luma(over.frames)[:, 0]
    wavy = y + bend * (torch.sin(x * 6 + late(over.seconds) * 2.4) * 0.4 + grey * 0.5)
    cut = 0.5 + 0.5 * torch.cos(wavy * pitch * math.tau)
    printed = soft(grey * 1.15 - 0.05 - cut, 0.4)
    return blended(
        colour("#f0e6d0", over.device).expand_as(over.frames),
        colour(ink, over.device),
        layer(printed),
    )


@program(
    "effect",
    "posterise pulse",
    every(steps=[3, 5], rate=[0.5, 1.3], hue=["#ffffff", "#ffb0e0"]),
)
def posterise_pulse(over: Stretch, steps: int, rate: float, hue: str) -> Tensor:
    """Steps of colour whose edges wander through the tones."""
    offset = column(swing(over.seconds, rate))
    levels = (over.frames * steps + offset).floor() - offset + 0.5
    return saturated(levels / steps, 1.4) * colour(hue, over.device)
