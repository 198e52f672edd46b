"""The scores of the frames around a cut, as a map to look at and to click."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from catalog.files import local_path
from catalog.offsets import offsets_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.matchcuts import MatchCut

# A map of all but equal scores is not stretched until it looks like a mountain.
LEAST_RANGE = 0.05
PALEST, WHITEST = 0.04, 0.92


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair of frames: its place in the map, its score, None where there is none."""

    x: int
    y: int
    out: int
    into: int
    score: float | None
    shade: str = ""


@dataclass(frozen=True, slots=True)
class Offsets:
    """What the worker found around a cut, as it lies in the file (docs/pages.md)."""

    found: dict[str, Any]

    @property
    def rows(self) -> int:
        """How many leaving frames there are, from top to bottom."""
        return len(self.found["leaving_frames"])

    @property
    def columns(self) -> int:
        """How many entering frames there are, from left to right."""
        return len(self.found["entering_frames"])

    @property
    def here(self) -> Cell | None:
        """The matched frames."""
        return self._cell_at(self.found["here"])

    @property
    def peak(self) -> Cell | None:
        """The frames that meet best."""
        return self._cell_at(self.found["peak"])

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest score."""
        scores = [s for row in self.found["scores"] for s in row if s is not None]
        return (min(scores), max(scores)) if scores else (0.0, 0.0)

    def cells(self) -> Iterator[Cell]:
        """Every cell with a score, shaded from the lowest to the highest."""
        low, high = self.range
        span = max(high - low, LEAST_RANGE)
        for y in range(self.rows):
            for x in range(self.columns):
                cell = self._cell(x, y)
                if cell.score is not None:
                    share = 1 - (high - cell.score) / span
                    shade = PALEST + (WHITEST - PALEST) * share**2
                    yield replace(cell, shade=f"{shade:.2f}")

    def cell(self, cut: MatchCut) -> Cell | None:
        """The cell of these frames; None when they were not compared."""
        out, into = cut.leaving.frame, cut.entering.frame
        leaving, entering = self.found["leaving_frames"], self.found["entering_frames"]
        if out not in leaving or into not in entering:
            return None
        return self._cell(entering.index(into), leaving.index(out))

    def parts(self, cell: Cell) -> dict[str, float]:
        """The score parts of a cell that has a score."""
        parts = self.found["parts"]
        return {name: grid[cell.y][cell.x] for name, grid in parts.items()}

    def alignments(self) -> dict[str, dict[str, Any]]:
        """How B is laid on A, at the matched frames and at the peak, where known."""
        known = self.found["alignments"]
        return {name: known[name] for name in ("here", "peak") if known.get(name)}

    def _cell(self, x: int, y: int) -> Cell:
        return Cell(
            x=x,
            y=y,
            out=self.found["leaving_frames"][y],
            into=self.found["entering_frames"][x],
            score=self.found["scores"][y][x],
        )

    def _cell_at(self, place: list[int] | None) -> Cell | None:
        return self._cell(place[1], place[0]) if place else None


def read_offsets(matched: MatchCut) -> Offsets | None:
    """What was found around a cut at its matched frames; None before there is a file."""
    try:
        text = local_path(offsets_key(matched)).read_text()
    except FileNotFoundError:
        return None
    return Offsets(json.loads(text))


def scored(cut: MatchCut, matched: MatchCut, offsets: Offsets | None) -> MatchCut:
    """A nudged cut with the score and parts of its own frames, as far as they are known.

    `score` is None and `parts` are empty where nobody has compared these frames.
    """
    if (cut.leaving, cut.entering) == (matched.leaving, matched.entering):
        return cut
    cell = offsets.cell(cut) if offsets else None
    if offsets is None or cell is None or cell.score is None:
        return replace(cut, score=None, parts={})
    return replace(cut, score=cell.score, parts=offsets.parts(cell))
