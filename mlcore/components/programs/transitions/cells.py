"""The picture changes piece by piece: blinds, checks, blocks, honeycombs."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.noise import cell_noise, evened, fractal_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.shapes import reach
from mlcore.components.programs.transitions.wipes import wipe
from mlcore.components.programs.warps import plane, polar
from mlcore.components.stretch import Stretch


def _blinds(over: Stretch, along: str, slats: int) -> Tensor:
    """Slats that each are wiped at once."""
    x, y = over.grid()
    place = {"level": y + 0 * x, "upright": x + 0 * y, "slanted": (x + y) / 1.2}[along]
    # Never sharper than a pixel, or the slats' edges would crawl.
    return wipe(over, place * slats % 1, max(0.06, slats / min(over.size)))


for _along in ("level", "upright", "slanted"):
    _settings = every(along=[_along], slats=[4, 9])
    program("transition", f"blinds {_along}", _settings)(_blinds)


def _squares(over: Stretch, rows: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Column and row of each pixel's square, counted from the middle, and its place 0..1 there."""
    x, y = plane(over.frames)
    x, y = x + 0 * y, y + 0 * x
    across, down = x * rows + 0.5 * (rows % 2), y * rows + 0.5 * (rows % 2)
    return across.floor(), down.floor(), across % 1, down % 1


@program("transition", "checker wipe", every(rows=[6, 3]))
def checker_wipe(over: Stretch, rows: int) -> Tensor:
    """Every other square is wiped, then those between."""
    column, row, across, _ = _squares(over, rows)
    odd = torch.remainder(column + row, 2)
    return wipe(over, (odd + across) / 2, 0.02)


def _drawn(over: Stretch, rows: int, columns: int) -> Tensor:
    """One random moment for each cell, (h, w)."""
    return cell_noise(over.chance, over.size, (rows, columns), device=over.device)[0]


@program("transition", "random blocks", every(rows=[8, 4]))
def random_blocks(over: Stretch, rows: int) -> Tensor:
    """Squares change one by one, in no order."""
    return wipe(over, _drawn(over, rows, rows), 0.02)


@program("transition", "soft blocks", every(rows=[10, 5]))
def soft_blocks(over: Stretch, rows: int) -> Tensor:
    """Squares fade over, those at the left first and with some chance."""
    x, _ = over.grid()
    return wipe(over, 0.55 * x + 0.45 * _drawn(over, rows, rows), 0.5)


@program("transition", "random bars level", every(bars=[10, 28]))
def random_bars_level(over: Stretch, bars: int) -> Tensor:
    """Level bars appear in no order."""
    return wipe(over, _drawn(over, bars, 1), 0.08)


@program("transition", "random bars upright", every(bars=[12, 30]))
def random_bars_upright(over: Stretch, bars: int) -> Tensor:
    """Upright bars appear in no order."""
    return wipe(over, _drawn(over, 1, bars), 0.08)


@program("transition", "growing dots", every(rows=[7, 4]))
def growing_dots(over: Stretch, rows: int) -> Tensor:
    """Dots grow in a grid until they meet."""
    _, _, across, down = _squares(over, rows)
    return wipe(over, reach("circle", across - 0.5, down - 0.5) / math.sqrt(0.5), 0.06)


@program("transition", "growing diamonds", every(rows=[6, 3]))
def growing_diamonds(over: Stretch, rows: int) -> Tensor:
    """Diamonds grow in a grid, first at the left."""
    column, _, across, down = _squares(over, rows)
    size = reach("diamond", across - 0.5, down - 0.5)
    place = (column - column.min()) / (column.max() - column.min()).clamp(min=1)
    return wipe(over, 0.5 * size + 0.5 * place, 0.05)


@program("transition", "growing stars", every(rows=[4, 2]))
def growing_stars(over: Stretch, rows: int) -> Tensor:
    """Stars grow in a grid, the upper ones first."""
    _, row, across, down = _squares(over, rows)
    size = reach("star", across - 0.5, down - 0.5)
    place = (row - row.min()) / (row.max() - row.min()).clamp(min=1)
    return wipe(over, 0.65 * size / size.max() + 0.35 * place, 0.04)


def honeycomb(x: Tensor, y: Tensor, rows: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return distance from the nearest cell's middle, 0..1, and that middle's x and y.

    The middles of a honeycomb are those of two rectangular lattices, one in the other's
    gaps.
    """
    tall, wide = math.sqrt(3) / rows, 1 / rows
    found = []
    for shift in (0.0, 0.5):
        middle_x = ((x / wide - shift).round() + shift) * wide
        middle_y = ((y / tall - shift).round() + shift) * tall
        right, down = (x - middle_x).abs(), (y - middle_y).abs()
        out = torch.maximum(right + 0 * down, right / 2 + down * math.sqrt(0.75))
        found.append((out, middle_x, middle_y))
    (one, one_x, one_y), (two, two_x, two_y) = found
    nearer = one < two
    distance = torch.minimum(one, two) * rows * 2
    shape = distance.shape
    return (
        distance.clamp(max=1),
        torch.where(nearer, one_x.expand(shape), two_x.expand(shape)),
        torch.where(nearer, one_y.expand(shape), two_y.expand(shape)),
    )


@program("transition", "honeycomb", every(rows=[6, 3]))
def honeycomb_wipe(over: Stretch, rows: int) -> Tensor:
    """Cells of a honeycomb open, those in the middle first."""
    size, middle_x, middle_y = honeycomb(*plane(over.frames), rows)
    out = torch.hypot(middle_x, middle_y)
    return wipe(over, 0.4 * size + 0.6 * out / out.max(), 0.04)


@program("transition", "snake", every(rows=[6, 3]))
def snake(over: Stretch, rows: int) -> Tensor:
    """Squares in a line that runs back and forth from the top."""
    x, y = over.grid()
    row = (y * rows).floor()
    across = torch.where(row % 2 == 0, x + 0 * y, 1 - x + 0 * y)
    return wipe(over, (row + across) / rows, 0.01)


@program("transition", "square spiral", every(rings=[4, 2]))
def square_spiral(over: Stretch, rings: int) -> Tensor:
    """Squares in a line that winds inwards, ring after ring."""
    x, y = over.grid()
    x, y = x * 2 - 1, y * 2 - 1
    out = torch.maximum(x.abs(), y.abs())
    ring = ((1 - out) * rings).floor().clamp(max=rings - 1)
    # Along a square's rim from its upper left corner: each side is a quarter.
    angle = torch.atan2(y + 0 * x, x + 0 * y)
    along = torch.remainder(angle + 0.75 * math.pi, math.tau) / math.tau
    return wipe(over, (ring + along) / rings, 0.02)


@program("transition", "diagonal cascade", every(rows=[7, 4]))
def diagonal_cascade(over: Stretch, rows: int) -> Tensor:
    """Squares open from their middles, wave upon wave from the upper left."""
    column, row, across, down = _squares(over, rows)
    order = column + row
    order = (order - order.min()) / (order.max() - order.min())
    size = reach("square", across - 0.5, down - 0.5) * 2
    return wipe(over, 0.75 * order + 0.25 * size, 0.03)


@program("transition", "pie slices", every(slices=[12, 5]))
def pie_slices(over: Stretch, slices: int) -> Tensor:
    """Slices of a pie change in no order, from the middle outwards."""
    distance, angle = polar(*plane(over.frames))
    drawn = torch.rand(slices, generator=over.chance).to(over.device)
    which = ((angle / math.tau + 0.5) * slices).long().clamp(max=slices - 1)
    return wipe(over, 0.6 * drawn[which] + 0.4 * distance / distance.max(), 0.03)


@program("transition", "noise dissolve", every(cells=[24, 10]))
def noise_dissolve(over: Stretch, cells: int) -> Tensor:
    """Grain by grain, as sand falls."""
    return wipe(over, _drawn(over, cells, cells), 0.05)


@program("transition", "cloud dissolve", every(soft=[0.12, 0.6]))
def cloud_dissolve(over: Stretch, soft: float) -> Tensor:
    """Clouds of the entering picture form and join."""
    clouds = fractal_noise(over.chance, over.size, 3, device=over.device)
    return wipe(over, evened(clouds), soft)


@program("transition", "ink bleed", every(spots=[5, 2]))
def ink_bleed(over: Stretch, spots: int) -> Tensor:
    """Drops of ink spread with ragged edges."""
    x, y = over.grid()
    height, width = over.size
    places = torch.rand(spots, 2, generator=over.chance).tolist()
    size = torch.stack(
        [torch.hypot((x - u) * width / height, y - v) for u, v in places]
    ).amin(0)
    ragged = fractal_noise(over.chance, over.size, 5, device=over.device)[0] - 0.5
    size = (size / size.max() + 0.5 * ragged).clamp(min=0)
    return wipe(over, size / size.max(), 0.05)


_BAYER = torch.tensor([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
"""Order of a 4 x 4 cell of ordered dither (B. E. Bayer, 1973)."""


@program("transition", "dither dissolve", every(rows=[24, 8]))
def dither_dissolve(over: Stretch, rows: int) -> Tensor:
    """Squares of an ordered dither, as old machines faded."""
    column, row, _, _ = _squares(over, rows)
    order = _BAYER.to(over.device)[row.long() % 4, column.long() % 4]
    return wipe(over, order / 16, 0.02)
