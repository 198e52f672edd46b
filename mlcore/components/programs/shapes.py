"""Shapes as fields: how large a shape must be drawn to reach each pixel."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from mlcore.components.programs.warps import polar


def reach(shape: str, x: Tensor, y: Tensor) -> Tensor:
    """Return (..., h, w): the size at which a shape round the origin touches x, y.

    `x` and `y` are plane coordinates, right and down. The size is about half the shape's
    height; where it is smaller than the answer the pixel is outside. Raises KeyError for
    a name not in SHAPES.
    """
    return _REACH[shape](x, y)


def polygon(x: Tensor, y: Tensor, sides: int) -> Tensor:
    """Return reach of a regular polygon, a corner up: distance over its edge's distance."""
    distance, angle = polar(x, y)
    wedge = math.tau / sides
    from_corner = torch.remainder(angle + math.pi / 2, wedge) - wedge / 2
    return distance * torch.cos(from_corner) / math.cos(wedge / 2)


def _star(x: Tensor, y: Tensor) -> Tensor:
    """Five points, the inner corners at 0.382 of the outer: the pentagram's ratio."""
    distance, angle = polar(x, y)
    wedge = math.tau / 5
    from_tip = (
        torch.remainder(angle + math.pi / 2 + wedge / 2, wedge) - wedge / 2
    ).abs()
    # The edge runs straight from the tip (1, 0) to the inner corner.
    inner = 0.382
    end_x, end_y = inner * math.cos(wedge / 2), inner * math.sin(wedge / 2)
    across, down = distance * torch.cos(from_tip), distance * torch.sin(from_tip)
    return across + down * (1 - end_x) / end_y


def _heart(x: Tensor, y: Tensor) -> Tensor:
    """Half a heart is a circle beside the axis, drawn down to a point.

    In the heart's own height: lobes of radius 0.5 about (0.45, -0.2), then straight
    towards (0, 1).
    """
    side, down = x.abs(), y + 0.0 * x
    # On a ray from the origin the lobe's circle is left once: solve for where.
    distance = torch.hypot(side, down).clamp(min=1e-6)
    u, v = side / distance, down / distance
    middle, up, radius = 0.45, -0.2, 0.5
    ahead = u * middle + v * up
    beyond = (ahead**2 - (middle**2 + up**2 - radius**2)).clamp(min=0)
    lobe = ahead + beyond.sqrt()
    # Below, the line that touches the lobe and ends in the tip: n . p = c, n outwards.
    to_tip = math.hypot(middle, 1 - up)
    turn = math.atan2(1 - up, middle) - math.asin(radius / to_tip)
    # It leaves the tip leftwards-up at that turn from the horizontal.
    n_x, n_y = math.sin(turn), math.cos(turn)
    line = n_y / (u * n_x + v * n_y).clamp(min=1e-6)
    touching = math.hypot(middle, 1 - up) * math.cos(math.asin(radius / to_tip))
    touch_x, touch_y = touching * math.cos(turn), 1 - touching * math.sin(turn)
    below = v * touch_x - u * touch_y > 0
    return distance / torch.where(below, line, lobe).clamp(min=1e-3)


def _square(x: Tensor, y: Tensor) -> Tensor:
    return torch.maximum(x.abs(), y.abs())


def _plus(x: Tensor, y: Tensor) -> Tensor:
    """Arms a third as wide as the whole."""
    return torch.maximum(torch.minimum(x.abs(), y.abs()) * 3, _square(x, y))


_REACH: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "circle": torch.hypot,
    "diamond": lambda x, y: x.abs() + y.abs(),
    "square": _square,
    "triangle": lambda x, y: polygon(x, y, 3),
    "star": _star,
    "heart": _heart,
    "hexagon": lambda x, y: polygon(x, y, 6),
    "plus": _plus,
}
SHAPES = tuple(_REACH)
"""What `reach` draws."""
