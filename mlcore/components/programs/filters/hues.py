"""Filters of hue: kept, turned, swapped, mixed, warmed, strengthened."""

import torch
from torch import Tensor

from mlcore.components.programs.colours import (
    blended,
    esses,
    hue_of,
    linear,
    luma,
    mixed,
    nearness,
    of_hue,
    saturated,
    shown,
    turned,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch

_KEPT = {
    "red kept": (0.0, 0.15),
    "yellow kept": (0.15, 0.12),
    "green kept": (0.36, 0.24),
    "blue kept": (0.62, 0.17),
}
"""The hue and how far from it is kept, in rounds: there are more greens than yellows."""


def kept(over: Stretch, hue: float, width: float, ground: float) -> Tensor:
    """One hue stays in a black-and-white picture; ground lightens the grey."""
    found, chroma, _ = hue_of(over.frames)
    share = nearness(found, hue, width) * (chroma * 6).clamp(0, 1)
    return blended(luma(over.frames) * ground, saturated(over.frames, 1.4), share)


for _name, (_hue, _width) in _KEPT.items():
    program("filter", _name, every(hue=[_hue], width=[_width], ground=[1.0, 0.6]))(kept)

_TURNS = {
    "hues turned a sixth": 1 / 6,
    "hues turned a third": 1 / 3,
    "hues turned half": 1 / 2,
    "hues turned two thirds": 2 / 3,
}


def hues_turned(over: Stretch, turns: float, strength: float) -> Tensor:
    """Every hue that much further round the circle, strengthened."""
    return saturated(turned(over.frames, turns), strength)


for _name, _turns in _TURNS.items():
    program("filter", _name, every(turns=[_turns], strength=[1.1, 2.0]))(hues_turned)

_SWAPS = {
    "red and green swapped": "1 0 2",
    "red and blue swapped": "2 1 0",
    "green and blue swapped": "0 2 1",
}


def swapped(over: Stretch, order: str, strength: float) -> Tensor:
    """Channels in another order."""
    places = [int(each) for each in order.split()]
    return saturated(over.frames[:, places], strength)


for _name, _order in _SWAPS.items():
    program("filter", _name, every(order=[_order], strength=[1.0, 1.8]))(swapped)


@program("filter", "channels in a ring", every(share=[1.0, 0.5]))
def channels_in_a_ring(over: Stretch, share: float) -> Tensor:
    """Red gives green, green gives blue, blue gives red, negatives between."""
    ring = mixed(over.frames, ((-0.3, 0.2, 1.1), (1.1, -0.3, 0.2), (0.2, 1.1, -0.3)))
    return blended(over.frames, esses(ring, 0.4), share)


@program("filter", "vibrance", every(amount=[1.6, 3.0]))
def vibrance(over: Stretch, amount: float) -> Tensor:
    """Pale colours strengthened most."""
    _, chroma, _ = hue_of(over.frames)
    return saturated(over.frames, 1 + amount * (1 - chroma))


@program("filter", "hyper saturated", every(amount=[2.6, 4.5]))
def hyper_saturated(over: Stretch, amount: float) -> Tensor:
    """Every colour that many times as far from grey."""
    return saturated(over.frames, amount)


@program("filter", "warm light", every(strength=[0.5, 1.0]))
def warm_light(over: Stretch, strength: float) -> Tensor:
    """White balance in linear light towards 3,000 K."""
    gains = over.frames.new_tensor([0.55, 0.0, -1.1]).view(1, 3, 1, 1)
    return shown(linear(over.frames) * (gains * strength).exp())


@program("filter", "cool light", every(strength=[0.5, 1.0]))
def cool_light(over: Stretch, strength: float) -> Tensor:
    """White balance in linear light towards 12,000 K."""
    gains = over.frames.new_tensor([-0.75, -0.05, 0.6]).view(1, 3, 1, 1)
    return shown(linear(over.frames) * (gains * strength).exp())


@program("filter", "green tint", every(strength=[0.5, 1.0]))
def green_tint(over: Stretch, strength: float) -> Tensor:
    """An uncorrected fluorescent tube: off the black-body line, to green."""
    gains = over.frames.new_tensor([-0.4, 0.4, -0.3]).view(1, 3, 1, 1)
    return shown(linear(over.frames) * (gains * strength).exp())


@program("filter", "magenta tint", every(strength=[0.5, 1.0]))
def magenta_tint(over: Stretch, strength: float) -> Tensor:
    """Off the black-body line, to magenta."""
    gains = over.frames.new_tensor([0.25, -0.75, 0.3]).view(1, 3, 1, 1)
    return shown(linear(over.frames) * (gains * strength).exp())


@program("filter", "six pure hues", every(chroma=[0.75, 1.0]))
def six_pure_hues(over: Stretch, chroma: float) -> Tensor:
    """Hues snapped to red, yellow, green, cyan, blue, magenta."""
    hue, was, value = hue_of(over.frames)
    snapped = (hue * 6).round() / 6
    return of_hue(snapped, (was * 2.2).clamp(max=1) * value * chroma, value)


@program("filter", "one hue", every(hue=[0.55, 0.88]))
def one_hue(over: Stretch, hue: float) -> Tensor:
    """Chroma and value kept, every hue replaced."""
    _, chroma, value = hue_of(over.frames)
    return of_hue(torch.full_like(value, hue), (chroma + 0.18) * value, value)


@program("filter", "two opposite hues", every(hue=[0.07, 0.83]))
def two_opposite_hues(over: Stretch, hue: float) -> Tensor:
    """Each hue falls to whichever of two opposite ones is nearer."""
    found, chroma, value = hue_of(over.frames)
    side = torch.cos((found - hue) * 2 * torch.pi) < 0
    return of_hue(hue + 0.5 * side, (chroma * 1.6).clamp(max=1) * value, value)


@program("filter", "hue from light", every(span=[0.6, -0.6]))
def hue_from_light(over: Stretch, span: float) -> Tensor:
    """Hues drift round the circle the lighter they are."""
    hue, chroma, value = hue_of(over.frames)
    return of_hue(hue + span * luma(over.frames), chroma * 1.2, value)


@program("filter", "green to magenta", every(width=[0.22, 0.34]))
def green_to_magenta(over: Stretch, width: float) -> Tensor:
    """Leaves turn pink, the rest stays."""
    hue, chroma, value = hue_of(over.frames)
    leaf = nearness(hue, 0.28, width)
    pink = of_hue(torch.full_like(hue, 0.9), chroma, value)
    return blended(over.frames, pink, leaf)


@program("filter", "sky to dusk", every(width=[0.24, 0.36]))
def sky_to_dusk(over: Stretch, width: float) -> Tensor:
    """What is blue turns to the orange of a late sky."""
    hue, chroma, value = hue_of(over.frames)
    sky = nearness(hue, 0.58, width)
    dusk = of_hue(torch.full_like(hue, 0.06), chroma + 0.2 * value, value)
    return blended(over.frames, dusk, sky)


@program("filter", "red record", every(tint=[0.0, 0.6]))
def red_record(over: Stretch, tint: float) -> Tensor:
    """The red channel alone as greys, tinted with what it lost."""
    grey = over.frames[:, :1].expand_as(over.frames)
    return grey + (over.frames - luma(over.frames)) * tint * -1


@program("filter", "no blue", every(share=[1.0, 0.55]))
def no_blue(over: Stretch, share: float) -> Tensor:
    """Blue taken from the mean of red and green: everything between red and green."""
    yellow = mixed(over.frames, ((1, 0, 0.15), (0, 1, 0.1), (0.15, 0.3, 0.05)))
    return blended(over.frames, yellow, share)


@program("filter", "colour blind", every(red=[0.625, 0.3]))
def colour_blind(over: Stretch, red: float) -> Tensor:
    """Red and green not told apart; red's share of the two."""
    both = (red, 1 - red, 0.0)
    return mixed(over.frames, (both, both, (0.0, 0.3, 0.7)))
