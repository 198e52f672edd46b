"""What a sample title is made of: pieces of real clips, and pictures we draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Role = Literal["picture", "black", "bars", "slate", "text"]


@dataclass(frozen=True)
class Window:
    """The part of a clip's picture that is shown.

    `x`, `y` are its centre as fractions of the clip's width and height, `width` its width
    as a fraction of the clip's width; its height follows from the shape of the title.
    """

    x: float = 0.5
    y: float = 0.5
    width: float = 1.0


@dataclass(frozen=True)
class Taken:
    """Frames `first` to `end` (half-open) of a clip, seen through a window.

    `until` is where the window stands at the end: it moves there evenly, which is a pan,
    a tilt or a zoom over the real picture. `setup` names the camera set-up: two pieces of
    one set-up show the same place from the same camera. At a `speed` other than 1 the
    piece is silent.
    """

    name: str
    clip: str
    first: int
    end: int
    setup: str
    people: bool
    window: Window = field(default_factory=Window)
    until: Window | None = None
    mirrored: bool = False
    speed: Fraction = Fraction(1)
    note: str = ""
    role: Role = "picture"


@dataclass(frozen=True)
class Drawn:
    """A picture that no camera took: black, colour bars, a slate or rolling text."""

    name: str
    role: Role
    frames: int
    lines: tuple[str, ...] = ()
    note: str = ""
    people: bool = False


Piece = Taken | Drawn


@dataclass(frozen=True)
class Form:
    """How a title is written: exact rate, pixels, start timecode, reel.

    `picture` is the aspect ratio of the active picture; where that is wider than
    `size` (width, height), black bars are burned in above and below it.
    """

    rate: Fraction
    size: tuple[int, int]
    timecode: str
    reel: str
    picture: Fraction

    @property
    def active(self) -> tuple[int, int]:
        """Width and height of the active picture in pixels, both even."""
        width, height = self.size
        return width, min(height, round(width / self.picture / 2) * 2)


@dataclass(frozen=True)
class Planted:
    """A match cut that is known to be there, between two pieces by their names."""

    leaving: str
    entering: str
    kind: Literal["frame", "motion"]
    why: str


@dataclass(frozen=True)
class Reel:
    """One sample title: its form, its pieces in order, and what is known about them.

    `twins` are groups of pieces that are one take seen more than once.
    """

    name: str
    file: str
    form: Form
    pieces: Sequence[Piece]
    planted: Sequence[Planted] = ()
    twins: Sequence[tuple[str, ...]] = ()
