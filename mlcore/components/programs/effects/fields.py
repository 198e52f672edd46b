"""What effects draw with: chance, movement in time, and soft points of light."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.colours import blended, colour
from mlcore.components.stretch import Stretch

_FAR = 30  # exp(-30) is nothing to see, and never a denormal number, which is slow
_BEATS = 64  # enough for 12 a second in four seconds; longer clips repeat


def drawn(over: Stretch, *shape: int) -> Tensor:
    """Return random values 0..1 of the clip's own chance, on its device."""
    return torch.rand(*shape, generator=over.chance).to(over.device)


def late(values: Tensor) -> Tensor:
    """Return (t, 1, 1) of (t,), to meet a field (t, h, w)."""
    return values[:, None, None]


def layer(field: Tensor) -> Tensor:
    """Return (t or 1, 1, h, w) of a field (t, h, w) or (h, w), to meet frames."""
    return field[None, None] if field.dim() == 2 else field[:, None]


def swing(seconds: Tensor, rate: float, phase: float | Tensor = 0.0) -> Tensor:
    """Return 0..1, there and back `rate` times a second, beginning at 0."""
    return 0.5 - 0.5 * torch.cos(math.tau * (seconds * rate + phase))


def kick(seconds: Tensor, rate: float, fall: float = 4.0) -> Tensor:
    """Return 1 at each beat, falling by exp(-fall) until the next."""
    beats = seconds * rate
    return torch.exp(-fall * (beats - beats.floor()))


def held(over: Stretch, rate: float, count: int = 1) -> Tensor:
    """Return (t, count) random values 0..1, new ones `rate` times a second."""
    table = drawn(over, _BEATS, count)
    return table[(over.seconds * rate).long() % _BEATS]


def soft(distance: Tensor, edge: float) -> Tensor:
    """Return 1 where a signed distance is inside (negative), 0 outside, soft by `edge`."""
    return (0.5 - distance / edge).clamp(0, 1)


def points(
    over: Stretch, x: Tensor, y: Tensor, wide: Tensor, tall: Tensor, light: Tensor
) -> Tensor:
    """Return (t, h, w): the sum of gaussian points of light.

    All are (t, n) or (1, n): places in shares of width and height, half widths in picture
    heights, and how bright each is. A gaussian is a product of one across and one down, so
    all are summed in one product of matrices.
    """
    height, width = over.size
    along, down = over.grid()
    # Nothing is drawn narrower than half a pixel: it would flicker between pixels.
    least = 0.5 / height
    across = (
        (along[0] - x[..., None]) * (width / height) / wide.clamp(min=least)[..., None]
    )
    upright = (down[:, 0] - y[..., None]) / tall.clamp(min=least)[..., None]
    columns = torch.exp(-(across**2).clamp(max=_FAR)) * light[..., None]
    rows = torch.exp(-(upright**2).clamp(max=_FAR))
    shape = (len(over.seconds), x.shape[-1])
    columns = columns.expand(*shape, width)
    rows = rows.expand(*shape, height)
    return rows.transpose(1, 2) @ columns


def apart(over: Stretch, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return (t, h, w) how far right and down of a place (t,), in heights.

    One place after another: all at once would take a film's memory a place.
    """
    height, width = over.size
    along, down = over.grid()
    return (along - late(x)) * (width / height), down - late(y)


def inks(over: Stretch, hues: str, which: Tensor) -> Tensor:
    """Return (n, 1, 3, 1, 1): one of the hues, "#ff0000 ...", by each random value."""
    codes = torch.cat([colour(each, over.device) for each in hues.split()])
    return codes[(which * len(codes)).long().clamp(max=len(codes) - 1)][:, None]


def round_again(place: Tensor, margin: float = 0.1) -> Tensor:
    """Return places that leave at one side and come in at the other, a margin beyond."""
    return (place % 1) * (1 + 2 * margin) - margin


def inked(
    over: Stretch, cover: Tensor, ink: str, ground: Tensor | None = None
) -> Tensor:
    """Ink where a field (t or 1, h, w) covers the ground, or the frames."""
    ground = over.frames if ground is None else ground
    return blended(ground, colour(ink, over.device), layer(cover))
