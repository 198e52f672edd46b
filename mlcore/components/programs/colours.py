"""Colour arithmetic that programs share: light, luma, hue, curves, maps of colours.

Frames are (t, 3, h, w) RGB as shown on a display, 0..1, unless a docstring says linear
light. Weights of luma are those of ITU-R BT.709.
"""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

LUMA = (0.2126, 0.7152, 0.0722)


def colour(code: str, device: torch.device | str = "cpu") -> Tensor:
    """Return (1, 3, 1, 1) of a colour written as in CSS, "#ff8800"."""
    found = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return torch.tensor(found, device=device).view(1, 3, 1, 1)


def luma(frames: Tensor) -> Tensor:
    """Return (t, 1, h, w), how light each point is shown."""
    red, green, blue = frames.chunk(3, 1)
    return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue


def linear(frames: Tensor) -> Tensor:
    """Return linear light of displayed values (IEC 61966-2-1, as the power 2.2)."""
    return frames.clamp(0, 1) ** 2.2


def shown(light: Tensor) -> Tensor:
    """Return displayed values of linear light, the reverse of `linear`."""
    return light.clamp(0, 1) ** (1 / 2.2)


def mixed(frames: Tensor, matrix: Sequence[Sequence[float]]) -> Tensor:
    """Return frames whose channels are mixed; row by row what red, green, blue become."""
    weights = torch.tensor(matrix, device=frames.device, dtype=frames.dtype)
    return torch.einsum("oc,tchw->tohw", weights, frames)


def saturated(frames: Tensor, amount: float | Tensor) -> Tensor:
    """Return frames `amount` times as far from grey, 1 for as they are."""
    grey = luma(frames)
    return grey + (frames - grey) * amount


def contrasted(frames: Tensor, amount: float | Tensor, pivot: float = 0.5) -> Tensor:
    """Return frames with a straight curve of that slope through the pivot, clipped."""
    return ((frames - pivot) * amount + pivot).clamp(0, 1)


def esses(frames: Tensor, amount: float) -> Tensor:
    """Return frames on an S-shaped curve: 0 leaves them, 1 is a whole smoothstep."""
    x = frames.clamp(0, 1)
    return x + amount * (x * x * (3 - 2 * x) - x)


def graded(
    frames: Tensor,
    lift: Sequence[float] = (0, 0, 0),
    gamma: Sequence[float] = (1, 1, 1),
    gain: Sequence[float] = (1, 1, 1),
) -> Tensor:
    """Return frames with lift (raises black), gamma (> 1 lightens) and gain a channel."""
    up, power, times = (
        torch.tensor(list(each), device=frames.device, dtype=frames.dtype).view(
            1, 3, 1, 1
        )
        for each in (lift, gamma, gain)
    )
    x = (frames * times + up * (1 - frames)).clamp(0, 1)
    return x ** (1 / power)


def screened(frames: Tensor, light: Tensor) -> Tensor:
    """Return frames with light added as two projectors do, never above 1."""
    return 1 - (1 - frames.clamp(0, 1)) * (1 - light.clamp(0, 1))


def overlaid(frames: Tensor, layer: Tensor) -> Tensor:
    """Return the layer multiplied into darks and screened over lights of the frames."""
    doubled = 2 * frames * layer
    return torch.where(frames < 0.5, doubled, 1 - 2 * (1 - frames) * (1 - layer))


def blended(frames: Tensor, layer: Tensor, share: float | Tensor) -> Tensor:
    """Return `share` of the layer on the frames."""
    return frames + (layer - frames) * share


def mapped(level: Tensor, codes: str) -> Tensor:
    """Return (t, 3, h, w): levels (t, 1, h, w) 0..1 as colours, "#000000 #ff0000 ...".

    Stops are evenly spaced and joined by straight lines.
    """
    stops = torch.cat([colour(code) for code in codes.split()]).view(-1, 3)
    stops = stops.to(level.device, level.dtype)
    last = len(stops) - 1
    place = level[:, 0].clamp(0, 1) * last
    below = place.floor().clamp(max=last - 1)
    share = (place - below)[..., None]
    index = below.long()
    return (stops[index] * (1 - share) + stops[index + 1] * share).movedim(-1, 1)


def toned(frames: Tensor, code: str) -> Tensor:
    """Return frames as black, the colour at middle grey, white."""
    return mapped(luma(frames), f"#000000 {code} #ffffff")


def hue_of(frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return hue 0..1 (red, green a third), chroma and value, (t, 1, h, w) each."""
    value, _ = frames.max(1, keepdim=True)
    chroma = value - frames.amin(1, keepdim=True)
    red, green, blue = frames.chunk(3, 1)
    below = chroma.clamp(min=1e-6)
    sixth = torch.where(
        value == red,
        ((green - blue) / below) % 6,
        torch.where(
            value == green, (blue - red) / below + 2, (red - green) / below + 4
        ),
    )
    return sixth / 6, chroma, value


def of_hue(hue: Tensor, chroma: Tensor, value: Tensor) -> Tensor:
    """Return (t, 3, h, w), the reverse of `hue_of`; hue goes round."""
    offsets = torch.tensor([5.0, 3.0, 1.0], device=hue.device).view(1, 3, 1, 1)
    k = (offsets + hue * 6) % 6
    return value - chroma * torch.minimum(k, 4 - k).clamp(0, 1)


def nearness(hue: Tensor, wanted: float, width: float) -> Tensor:
    """Return 1 at the wanted hue, falling smoothly to 0 at `width` from it, round."""
    away = ((hue - wanted + 0.5) % 1 - 0.5).abs()
    x = (1 - away / width).clamp(0, 1)
    return x * x * (3 - 2 * x)


@cache
def _turn(turns: float) -> tuple[tuple[float, ...], ...]:
    """The matrix that turns hue about the grey axis (Rodrigues' formula)."""
    angle = torch.tensor(turns * 2 * torch.pi)
    cosine, sine = float(torch.cos(angle)), float(torch.sin(angle))
    third, root = (1 - cosine) / 3, sine / 3**0.5
    a, b, c = cosine + third, third - root, third + root
    return ((a, b, c), (c, a, b), (b, c, a))


def turned(frames: Tensor, turns: float) -> Tensor:
    """Return frames whose hues are turned, 1 being once round, with greys as they are."""
    return mixed(frames, _turn(turns))
