"""Filters that lay two or three colours, or a whole scale of them, on the tones."""

from torch import Tensor

from mlcore.components.programs.colours import (
    blended,
    colour,
    contrasted,
    luma,
    mapped,
    screened,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch

_DUOTONES = {
    "navy and peach": "#101c4c #ffd2ac",
    "plum and mint": "#3a0f48 #b8ffd8",
    "forest and cream": "#06281c #fff4cf",
    "crimson and sky": "#6c0418 #b4e6ff",
    "indigo and lemon": "#241070 #fff35c",
    "teal and coral": "#003c44 #ff9078",
    "black and gold": "#0a0804 #f2bc3c",
    "violet and orange": "#42107c #ffa02c",
    "red and cream": "#b4101c #fff2dc",
    "blue and pink": "#0c3cc8 #ffc0dc",
    "green and lime": "#064018 #d6ff50",
    "chocolate and aqua": "#341808 #96f0e8",
}


def duotone(over: Stretch, colours: str, contrast: float) -> Tensor:
    """Luma from one ink to another."""
    return mapped(contrasted(luma(over.frames), contrast), colours)


for _name, _colours in _DUOTONES.items():
    program("filter", _name, every(colours=[_colours], contrast=[1.0, 1.8]))(duotone)

_SCALES = {
    "fire scale": "#000000 #5c0404 #e04408 #ffc424 #ffffe0",
    "ice scale": "#02041c #0c3c7c #3ca4d4 #bcecf8 #ffffff",
    "thermal scale": "#0c0040 #5c0c94 #d42c6c #fc8c20 #fcf490",
    "spectrum scale": "#2800a0 #0084e0 #10c850 #f4e010 #f02010",
    "candy scale": "#48206c #e8388c #ff9cb8 #a8f0e4 #fffff0",
    "jungle scale": "#04140c #145430 #78a020 #e8d048 #fffad8",
    "copper patina scale": "#180c04 #78401c #c88454 #70b8a0 #e0f8ec",
    "ultraviolet scale": "#000008 #2008a8 #9018ff #f070ff #ffffff",
}


def scale(over: Stretch, colours: str, share: float) -> Tensor:
    """Luma on a scale of colours."""
    return blended(over.frames, mapped(luma(over.frames), colours), share)


for _name, _colours in _SCALES.items():
    program("filter", _name, every(colours=[_colours], share=[1.0, 0.6]))(scale)

_SPLITS = {
    "blue shadows amber lights": ("#1a3c8c", "#ffc060"),
    "green shadows pink lights": ("#0c6c3c", "#ffa8cc"),
    "purple shadows yellow lights": ("#5a1c8c", "#fff080"),
    "red shadows cyan lights": ("#8c1420", "#90f0ff"),
    "teal shadows rose lights": ("#006c74", "#ffb8b0"),
    "brown shadows blue lights": ("#6c3c14", "#a8c8ff"),
}


def split_toned(over: Stretch, shadows: str, lights: str, balance: float) -> Tensor:
    """A tint for what is dark, another for what is light, luma nearly kept.

    `balance` is the luma where the two meet.
    """
    level = luma(over.frames)
    turn = ((level - balance) * 7).sigmoid()
    low, high = colour(shadows, over.device), colour(lights, over.device)
    tint = (low - luma(low)) * (1 - turn) + (high - luma(high)) * turn
    return over.frames + tint * 0.8


for _name, (_shadows, _lights) in _SPLITS.items():
    program(
        "filter",
        _name,
        every(shadows=[_shadows], lights=[_lights], balance=[0.5, 0.25]),
    )(split_toned)

_GELS = {
    "red gel": "#ff3c30",
    "amber gel": "#ffb040",
    "green gel": "#50e060",
    "blue gel": "#5078ff",
    "magenta gel": "#ff58d8",
}


def gel(over: Stretch, colour_: str, density: float) -> Tensor:
    """A sheet of colour before the lamp: multiplied, the lost light half given back."""
    sheet = 1 - (1 - colour(colour_, over.device)) * density
    return over.frames * sheet * (1 + 0.35 * density)


for _name, _colour in _GELS.items():
    program("filter", _name, every(colour_=[_colour], density=[1.0, 0.55]))(gel)


@program("filter", "ink on colour", every(ink=["#0c1450", "#4c0c1c"]))
def ink_on_colour(over: Stretch, ink: str) -> Tensor:
    """Shadows filled with ink while lights keep their colours."""
    level = luma(over.frames)
    return blended(colour(ink, over.device).expand_as(over.frames), over.frames, level)


@program("filter", "coloured fog", every(fog=["#e8d0b0", "#b0c8e8"]))
def coloured_fog(over: Stretch, fog: str) -> Tensor:
    """Even haze: darks take its colour, lights hardly change."""
    return screened(over.frames * 0.8, colour(fog, over.device) * 0.42)
