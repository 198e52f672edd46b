"""One match cut, wherever it comes from: a candidate of a board or an item of a bin."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.models import BinItem, MatchCandidate, Shot, Title


@dataclass(frozen=True, kw_only=True, slots=True)
class CutSide:
    """One side of a cut: a frame, and the shot it lies in, half-open."""

    title: Title
    first_frame: int
    end_frame: int
    frame: int

    def __post_init__(self) -> None:
        if not self.first_frame <= self.frame < self.end_frame:
            raise ValueError(
                f"Frame {self.frame} is not inside the shot of frames "
                f"{self.first_frame} to {self.end_frame - 1}."
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """An editing component that a person has accepted for a cut or for a shot of it."""

    key: str
    label: str
    category: str
    dissolves: bool = False
    """Whether it is the cross dissolve that every editing program has."""
    before: Fraction = Fraction(0)
    """Seconds that a transition is under way before the cut."""
    after: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchCut:
    """A cut from the leaving frame, the last before it, to the entering, the first after.

    `handles` of a side are frames of its shot beyond the cut: the shot goes on for so
    long after the leaving frame, and has begun so long before the entering one.
    """

    key: str
    """What it is called where it came from: match 12, item 3."""
    kind: str
    leaving: CutSide
    entering: CutSide
    score: float | None
    parts: dict[str, float]
    transform: dict[str, float] | None
    note: str = ""
    transition: Laid | None = None
    """What is accepted for the cut; None is the plain cut, chosen or not."""
    on_leaving: tuple[Laid, ...] = ()
    """What is accepted for the leaving shot alone."""
    on_entering: tuple[Laid, ...] = ()

    @property
    def leaving_handle(self) -> int:
        """Frames of the leaving shot after the cut."""
        return self.leaving.end_frame - 1 - self.leaving.frame

    @property
    def entering_handle(self) -> int:
        """Frames of the entering shot before the cut."""
        return self.entering.frame - self.entering.first_frame


def side_of(shot: Shot, frame: int) -> CutSide:
    """A side of a cut at a frame of a shot, whose title is read."""
    return CutSide(
        title=shot.title,
        first_frame=shot.first_frame,
        end_frame=shot.end_frame,
        frame=frame,
    )


def cut_of_candidate(candidate: MatchCandidate) -> MatchCut:
    """The cut that a board proposes; `leaving__title` and `entering__title` are read."""
    return MatchCut(
        key=f"match {candidate.pk}",
        kind=candidate.kind,
        leaving=side_of(candidate.leaving, candidate.leaving_frame),
        entering=side_of(candidate.entering, candidate.entering_frame),
        score=candidate.score,
        parts=candidate.parts,
        transform=candidate.transform,
    )


def cut_of_item(item: BinItem) -> MatchCut:
    """The cut that a person keeps."""
    return MatchCut(
        key=f"item {item.pk}",
        kind=item.kind,
        leaving=CutSide(
            title=item.leaving_title,
            first_frame=item.leaving_first,
            end_frame=item.leaving_end,
            frame=item.leaving_frame,
        ),
        entering=CutSide(
            title=item.entering_title,
            first_frame=item.entering_first,
            end_frame=item.entering_end,
            frame=item.entering_frame,
        ),
        score=item.score,
        parts=item.parts,
        transform=item.transform,
        note=item.note,
    )
