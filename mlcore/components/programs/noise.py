"""Smooth chance: noise that looks the same in any size."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate


def value_noise(
    chance: torch.Generator,
    size: tuple[int, int],
    cells: float,
    moments: Tensor | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Return (t, h, w) 0..1: random values of a lattice, with a smooth surface between.

    `cells` is how many of them stand in the picture's height (they are about square), and
    `moments`, (t,), is when each frame is, from 0: the noise is another at every whole
    number and passes smoothly from one to the next. Without it there is one frame.
    The same seed gives the same noise in any size of the same aspect.
    """
    if moments is None:
        return _surface(_lattice(chance, size, cells, 1).to(device), size)
    many = int(moments.max().ceil()) + 2
    layers = _lattice(chance, size, cells, many).to(device)
    before = moments.floor().long().to(device)
    part = (moments.to(device) - before)[:, None, None]
    part = part * part * (3 - 2 * part)
    mixed = layers[before] * (1 - part) + layers[before + 1] * part
    return _surface(mixed, size)


def fractal_noise(
    chance: torch.Generator,
    size: tuple[int, int],
    cells: float,
    moments: Tensor | None = None,
    *,
    octaves: int = 4,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Return (t, h, w) 0..1, about 0.5: clouds, each octave half as coarse and strong.

    The arguments are those of `value_noise`; an octave changes twice as fast as the last.
    """
    seeds = torch.randint(2**62, (octaves,), generator=chance).tolist()
    total = torch.zeros((), device=device)
    for octave, seed in enumerate(seeds):
        own = torch.Generator().manual_seed(seed)
        when = None if moments is None else moments * 2**octave
        layer = value_noise(own, size, cells * 2**octave, when, device)
        total = total + (layer - 0.5) / 2**octave
    return (0.5 + total * 0.7).clamp(0, 1)


def cell_noise(
    chance: torch.Generator,
    size: tuple[int, int],
    cells: tuple[int, int],
    layers: int = 1,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Return (layers, h, w) 0..1: one random value in each of rows x columns of cells."""
    drawn = torch.rand(layers, *cells, generator=chance).to(device)
    height, width = size
    rows = torch.arange(height, device=device) * cells[0] // height
    columns = torch.arange(width, device=device) * cells[1] // width
    return drawn[:, rows][:, :, columns]


def evened(field: Tensor) -> Tensor:
    """Return each value's rank among its frame's, 0..1: as much of every level.

    `field` is (t, h, w) of values that hardly repeat.
    """
    flat = field.flatten(1)
    ranks = flat.argsort(dim=1).argsort(dim=1)
    return ((ranks + 0.5) / flat.shape[1]).view_as(field)


def _lattice(
    chance: torch.Generator, size: tuple[int, int], cells: float, many: int
) -> Tensor:
    height, width = size
    rows = max(2, round(cells))
    columns = max(2, round(cells * width / height))
    return torch.rand(many, rows, columns, generator=chance)


def _surface(lattice: Tensor, size: tuple[int, int]) -> Tensor:
    """Bicubic, which leaves no creases; it overshoots, hence the clamp."""
    smooth = interpolate(lattice[:, None], size, mode="bicubic", align_corners=False)[
        :, 0
    ]
    return smooth.clamp(0, 1)
