"""Filters of tone alone: black and white, curves, negatives, tones that fold or step."""

import torch
from torch import Tensor

from mlcore.components.programs.colours import (
    blended,
    contrasted,
    esses,
    linear,
    luma,
    mapped,
    mixed,
    saturated,
    shown,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program("filter", "black and white", every(curve=[0.0, 1.0]))
def black_and_white(over: Stretch, curve: float) -> Tensor:
    """Luma, as it is or on an S-curve."""
    return esses(luma(over.frames), curve).expand_as(over.frames)


_BEHIND_GLASS = {
    "red glass black and white": (1.35, -0.2, -0.15),
    "green glass black and white": (-0.25, 1.5, -0.25),
    "blue glass black and white": (-0.3, 0.1, 1.2),
}


def behind_glass(over: Stretch, weights: str, exposure: float) -> Tensor:
    """What panchromatic film sees behind a coloured glass; weights of R, G, B."""
    row = tuple(float(each) for each in weights.split())
    return esses(mixed(over.frames, (row,) * 3) * exposure, 0.3)


for _name, _row in _BEHIND_GLASS.items():
    _weights = " ".join(str(each) for each in _row)
    program("filter", _name, every(weights=[_weights], exposure=[1.0, 1.35]))(
        behind_glass
    )


@program("filter", "negative", every(warmth=[0.0, 1.0]))
def negative(over: Stretch, warmth: float) -> Tensor:
    """Every channel upside down; with warmth, the orange mask of colour negatives."""
    mask = over.frames.new_tensor([0.0, 0.28, 0.5]).view(1, 3, 1, 1) * warmth
    return (1 - over.frames) * (1 - mask)


@program("filter", "negative light", every(share=[1.0, 0.8]))
def negative_light(over: Stretch, share: float) -> Tensor:
    """Luma upside down with hues kept."""
    level = luma(over.frames)
    return over.frames + (1 - 2 * level) * share


@program("filter", "solarise", every(threshold=[0.5, 0.35]))
def solarise(over: Stretch, threshold: float) -> Tensor:
    """What is lighter than the threshold is turned over, and stretched."""
    folded = torch.where(over.frames < threshold, over.frames, 1 - over.frames)
    return folded / max(threshold, 1 - threshold)


@program("filter", "sabattier print", every(bends=[1.0, 2.0]))
def sabattier(over: Stretch, bends: float) -> Tensor:
    """A re-exposed print: greys on a wave that turns back in the lights."""
    level = luma(over.frames)
    wave = 0.5 - 0.5 * torch.cos(level * torch.pi * (bends + 0.5))
    return mapped(wave, "#0a0a0c #8a867e #f6f2ea")


@program("filter", "acid curves", every(bends=[1.5, 2.5]))
def acid_curves(over: Stretch, bends: float) -> Tensor:
    """Each channel on a sine wave of another phase."""
    phases = over.frames.new_tensor([0.0, 0.7, 1.4]).view(1, 3, 1, 1)
    return 0.5 - 0.5 * torch.cos(over.frames * torch.pi * bends + phases)


@program("filter", "posterised tone", every(steps=[4, 3]))
def posterised_tone(over: Stretch, steps: int) -> Tensor:
    """A few even steps in each channel."""
    return (over.frames.clamp(0, 0.999) * steps).floor() / (steps - 1)


@program("filter", "lithograph", every(steps=[3, 2]))
def lithograph(over: Stretch, steps: int) -> Tensor:
    """Luma in steps of ink on paper."""
    level = (luma(over.frames).clamp(0, 0.999) * steps).floor() / (steps - 1)
    return mapped(level, "#16181c #efe6d2")


@program("filter", "threshold", every(level=[0.38, 0.58]))
def threshold(over: Stretch, level: float) -> Tensor:
    """Black or white, with an edge just soft enough not to crawl."""
    hard = ((luma(over.frames) - level) * 40).sigmoid()
    return hard.expand_as(over.frames)


@program("filter", "high contrast", every(slope=[1.8, 2.6]))
def high_contrast(over: Stretch, slope: float) -> Tensor:
    """A straight steep curve, clipped at both ends."""
    return contrasted(over.frames, slope)


@program("filter", "low contrast", every(slope=[0.55, 0.35]))
def low_contrast(over: Stretch, slope: float) -> Tensor:
    """A straight flat curve about middle grey."""
    return contrasted(over.frames, slope)


@program("filter", "log camera", every(stops=[6.0, 9.0]))
def log_camera(over: Stretch, stops: float) -> Tensor:
    """Ungraded: linear light on a logarithmic scale of that many stops, half drained."""
    light = linear(over.frames).clamp(min=2.0**-stops)
    flat = 0.12 + 0.72 * (1 + light.log2() / stops)
    return saturated(flat, 0.75)


@program("filter", "crushed blacks", every(foot=[0.2, 0.34]))
def crushed_blacks(over: Stretch, foot: float) -> Tensor:
    """All below the foot is black; lights keep their place."""
    return ((over.frames - foot) / (1 - foot)).clamp(0, 1) ** 0.9


@program("filter", "blown highlights", every(gain=[1.5, 2.1]))
def blown_highlights(over: Stretch, gain: float) -> Tensor:
    """Lights driven into white while shadows stay."""
    level = luma(over.frames)
    return over.frames * (1 + (gain - 1) * level.sqrt())


@program("filter", "open shadows", every(power=[0.62, 0.45]))
def open_shadows(over: Stretch, power: float) -> Tensor:
    """A gamma under 1 on luma alone, colours following."""
    level = luma(over.frames).clamp(min=0.02)
    return over.frames * (level**power / level)


@program("filter", "tone mapped", every(strength=[1.0, 1.7]))
def tone_mapped(over: Stretch, strength: float) -> Tensor:
    """Shadows and lights both pulled to the middle, colours pushed: the HDR look."""
    level = luma(over.frames).clamp(min=0.02)
    flat = level + strength * 0.12 * torch.sin(2 * torch.pi * level)
    return saturated(over.frames * (flat / level), 1 + 0.6 * strength)


@program("filter", "even light", every(level=[0.55, 0.75]))
def even_light(over: Stretch, level: float) -> Tensor:
    """Luma thrown away but for a tenth: hue and chroma on one lightness."""
    grey = luma(over.frames)
    return over.frames + (level - grey) * 0.85


@program("filter", "silver screen", every(glow=[0.35, 0.7]))
def silver_screen(over: Stretch, glow: float) -> Tensor:
    """Nitrate greys: rich lights that bloom in linear light, cool blacks."""
    level = linear(luma(over.frames))
    bloomed = shown(level * (1 + 2 * glow * level.sqrt()))
    return mapped(bloomed, "#06080c #7d8288 #ffffff")


@program("filter", "half drained", every(amount=[0.5, 0.22]))
def half_drained(over: Stretch, amount: float) -> Tensor:
    """Colour turned down, nothing else."""
    return saturated(over.frames, amount)


@program("filter", "colour from light", every(share=[1.0, 0.6]))
def colour_from_light(over: Stretch, share: float) -> Tensor:
    """Colour fades out of the shadows and is strongest in the lights."""
    level = luma(over.frames)
    return blended(over.frames, saturated(over.frames, 2.6 * level), share)
