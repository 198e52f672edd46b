"""Masks and flow as SVG: what the encoders saw, drawn over the still."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MASK_SIDE = 64
# The flow field's cells: 9 rows of 16 columns of (x right, y down).
FLOW_COLUMNS, FLOW_ROWS = 16, 9
# Arrows shorter than this share of the longest one say nothing to the eye.
LEAST_ARROW = 0.08


@dataclass(frozen=True, slots=True)
class Arrow:
    """Flow in one cell, in units of cells, drawn from the cell's middle."""

    x1: float
    y1: float
    x2: float
    y2: float


def mask_path(bits: str) -> str:
    """Return 64x64 bits, row by row, as an SVG path in a 64x64 square."""
    rows = (bits[at : at + MASK_SIDE] for at in range(0, len(bits), MASK_SIDE))
    return "".join(
        f"M{run.start()} {y}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(rows)
        for run in re.finditer("1+", row)
    )


def flow_arrows(vector: Sequence[float]) -> list[Arrow]:
    """Return a flow field as arrows, the longest one cell long.

    A vector of another length than 9 x 16 x 2 gives none: it is another encoder's.
    """
    if len(vector) != FLOW_ROWS * FLOW_COLUMNS * 2:
        return []
    steps = list(zip(vector[::2], vector[1::2], strict=True))
    longest = max((x * x + y * y) ** 0.5 for x, y in steps)
    return list(_arrows(steps, longest)) if longest else []


def arrows_inside(arrows: Sequence[Arrow], masks: Sequence[str]) -> list[Arrow]:
    """Return the arrows that begin inside one of the masks of 64x64 bits."""

    def covered(arrow: Arrow) -> bool:
        row = int(arrow.y1 * MASK_SIDE / FLOW_ROWS)
        column = int(arrow.x1 * MASK_SIDE / FLOW_COLUMNS)
        return any(mask[row * MASK_SIDE + column] == "1" for mask in masks)

    return [arrow for arrow in arrows if covered(arrow)]


def _arrows(steps: list[tuple[float, float]], longest: float) -> Iterator[Arrow]:
    for cell, (x, y) in enumerate(steps):
        if (x * x + y * y) ** 0.5 >= LEAST_ARROW * longest:
            row, column = divmod(cell, FLOW_COLUMNS)
            x1, y1 = column + 0.5, row + 0.5
            x2, y2 = x1 + x / longest, y1 + y / longest
            yield Arrow(*(round(value, 3) for value in (x1, y1, x2, y2)))
