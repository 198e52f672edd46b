"""What an alignment costs: how far both sources are enlarged for no edge to show."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from mlcore.matching.align import Alignment

ROOM = 1.2
"""How much a source may be enlarged beyond what its delivery asks for: about where an
editor begins to see it."""

MOST = 100.0
"""A zoom that stands for: none is enough."""

FRAME = 16 / 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A source as it is displayed."""

    width: int
    height: int
    aspect: float
    """Width / height of its active picture."""

    def budget(self, delivery: int) -> float:
        """Return how much it may be enlarged in a delivery of so many lines, 16:9.

        1.2 times what fits the delivery: 1.2 for HD in HD, 2.4 for UHD in HD. A source
        smaller than its delivery is enlarged anyway; it may be by 1.2 more.
        """
        fit = max(self.width / (delivery * FRAME), self.height / delivery)
        return ROOM * max(1.0, fit)


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """How one picture is placed in the frame, about its centre."""

    scale: float
    dx: float
    dy: float
    """Widths of the picture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reposition:
    """Both sides placed so that the masks meet and the frame is full."""

    leaving: Side
    entering: Side
    coverage: float
    """Share of the frame that the entering picture fills if it alone is moved, 0..1."""
    zoom: float
    """Of the side with the least room, how much its source is enlarged."""
    budget: float
    """How much that source may be enlarged."""
    fits: bool
    reason: str
    """A sentence where it does not fit."""


def reposition(
    alignment: Alignment, leaving: Source, entering: Source, delivery: int
) -> Reposition:
    """Share an alignment between both sides, filling the frame with the least zoom.

    A picture scaled by s fills the frame while s >= 1 + 2 * |dx| / W, and likewise in
    height. Scaled by s and s * scale, the sides may move (s - 1) / 2 and
    (s * scale - 1) / 2 in opposite directions, and must make up s * d between them:
    s = max(1, 1 / scale, 2 / (1 + scale - 2 * d)). A turned picture must first be
    scaled by cos + W / H * sin of its turn, which its part of the room pays for.
    """
    angle = math.radians(alignment.rotation)
    tilt = math.cos(angle) + entering.aspect * abs(math.sin(angle))
    filling = alignment.scale / tilt
    tall = max(leaving.aspect, entering.aspect)
    shift = max(abs(alignment.dx), abs(alignment.dy) * tall)
    room = 1.0 + filling - 2.0 * shift
    scale = max(1.0, 1.0 / filling, 2.0 / room) if room > 2.0 / MOST else MOST
    sides = _shared(alignment, scale, filling)
    zooms = (sides[0].scale, sides[1].scale)
    budgets = (leaving.budget(delivery), entering.budget(delivery))
    least = 0 if zooms[0] / budgets[0] > zooms[1] / budgets[1] else 1
    zoom, budget = min(zooms[least], MOST), budgets[least]
    # Rounding of a zoom that just fits is no reason to refuse it.
    fits = zoom <= budget + 1e-6
    source = (leaving, entering)[least]
    return Reposition(
        leaving=sides[0],
        entering=sides[1],
        coverage=_coverage(alignment, leaving.aspect, entering.aspect),
        zoom=zoom,
        budget=budget,
        fits=fits,
        reason="" if fits else _reason(zoom, budget, source, least, delivery),
    )


def _shared(alignment: Alignment, scale: float, filling: float) -> tuple[Side, Side]:
    """Split the move in proportion to the room that each side has."""
    room = max(scale - 1.0, 0.0), max(scale * filling - 1.0, 0.0)
    share = room[0] / sum(room) if sum(room) > 0 else 0.0
    dx, dy = scale * alignment.dx, scale * alignment.dy
    return (
        Side(scale=scale, dx=-share * dx, dy=-share * dy),
        Side(scale=scale * alignment.scale, dx=(1 - share) * dx, dy=(1 - share) * dy),
    )


def _reason(
    zoom: float, budget: float, source: Source, side: int, delivery: int
) -> str:
    name = ("leaving", "entering")[side]
    if zoom >= MOST:
        return (
            "The pictures would have to move past one another: no zoom fills the frame."
        )
    return (
        f"It needs a zoom of {zoom:.2f}, and the {name} source of {source.width}x"
        f"{source.height} allows {budget:.2f} in a delivery of {delivery} lines."
    )


def _coverage(alignment: Alignment, leaving: float, entering: float) -> float:
    frame = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) / 2
    angle = math.radians(alignment.rotation)
    turn = np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    corners = (frame / (1, entering)) @ turn.T * alignment.scale
    moved = (corners + np.array([alignment.dx, alignment.dy])).astype(np.float32)
    shown = (frame / (1, leaving)).astype(np.float32)
    shared, _ = cv2.intersectConvexConvex(moved, shown)
    return float(min(1.0, shared * leaving))
