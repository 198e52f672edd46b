"""Why a cut is there, in the words of a marker; and how B is moved to meet A."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.exports.text import number, one_line

if TYPE_CHECKING:
    from fractions import Fraction

    from catalog.exports.crossings import Crossing
    from catalog.exports.events import Event
    from catalog.exports.sources import Source
    from catalog.matchcuts import Laid, MatchCut


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """How a whole picture is scaled, turned about its centre, then moved.

    `right` and `down` are pixels of the source, `clockwise` degrees.
    """

    scale: float
    right: float
    down: float
    clockwise: float


def placement_of(event: Event) -> Placement | None:
    """The placement of an entering event; None where it needs none or is mirrored.

    The transform of a match is about the centre of the active picture and moves by its
    widths; a timeline's is about the centre of the frame.
    """
    transform = event.cut.transform
    if event.leaving or not transform or transform.get("mirror"):
        return None
    return _about_frame(transform, event.source)


def _about_frame(transform: dict[str, float], source: Source) -> Placement:
    width, height = source.size
    x, y, share, tall = source.picture
    scale = transform.get("scale", 1.0)
    clockwise = transform.get("rotation", 0.0)
    # From the centre of the frame to that of the active picture, which stands still.
    across, along = (x + share / 2 - 0.5) * width, (y + tall / 2 - 0.5) * height
    cosine = scale * math.cos(math.radians(clockwise))
    sine = scale * math.sin(math.radians(clockwise))
    return Placement(
        scale=scale,
        right=transform.get("dx", 0.0) * share * width
        + across - (cosine * across - sine * along),
        down=transform.get("dy", 0.0) * share * width
        + along - (sine * across + cosine * along),
        clockwise=clockwise,
    )  # fmt: skip


def marker_name(event: Event) -> str:
    """Short: Match cut 3 frame 0.83."""
    cut = event.cut
    score = "" if cut.score is None else f" {cut.score:.2f}"
    return f"Match cut {event.cut_number} {one_line(cut.kind, 20)}{score}"


def marker_note(event: Event) -> str:
    """All of the reason on one line: sides, score parts, transform, handles, note."""
    cut, source = event.cut, event.source
    side = "leaves here (A)" if event.leaving else "enters here (B)"
    said = [f"{source.name} {side} at {source.tc(event.matched)}"]
    if cut.parts:
        said.append("parts " + ", ".join(_part(*each) for each in cut.parts.items()))
    if cut.transform:
        said.append(f"B is to be {transform_words(cut)}")
    said += laid_words(event)
    said.append(f"handles {event.before} before, {event.after} after")
    if cut.note:
        said.append(one_line(cut.note))
    return one_line("; ".join(said), 2000)


def laid_words(event: Event) -> list[str]:
    """What people have accepted for the cut and for the event's shot, each a phrase."""
    cut, source = event.cut, event.source
    said = []
    if cut.transition is not None:
        over = (round(part * source.rate) for part in _spans(cut.transition))
        said.append(
            f"cross with {component_words(cut.transition)}, "
            "{} frames before the cut and {} after".format(*over)
        )
    said += [f"lay on {component_words(each)}" for each in event.laid]
    return said


def laid_marks(event: Event, crossing: Crossing | None) -> list[tuple[str, str]]:
    """(name, note) of a marker for each component that programs do not know by name."""
    found = [
        (f"{each.category.capitalize()}: {one_line(each.label, 100)}",
         f"Lay {component_words(each)} on this shot.")
        for each in event.laid
    ]  # fmt: skip
    if crossing is not None and not crossing.laid.dissolves:
        found.append(
            (
                f"Transition: {one_line(crossing.laid.label, 100)}",
                f"Cross here with {component_words(crossing.laid)}, {crossing.before} "
                f"frames before the cut and {crossing.after} after.",
            )
        )
    return found


def _spans(laid: Laid) -> tuple[Fraction, Fraction]:
    return laid.before, laid.after


def component_words(laid: Laid) -> str:
    """A component as people and programs call it: Noir (filter/noir/0)."""
    return f"{one_line(laid.label, 200)} ({one_line(laid.key, 200)})"


def transform_words(cut: MatchCut) -> str:
    """How B is to be placed: scaled to 108.3 %, moved by 0.0412, -0.02 widths."""
    transform = cut.transform or {}
    said = [
        f"scaled to {number(100 * transform.get('scale', 1.0))} %",
        f"moved by {number(transform.get('dx', 0.0))}, "
        f"{number(transform.get('dy', 0.0))} picture widths (right, down)",
    ]
    if transform.get("rotation"):
        said.append(f"turned by {number(transform['rotation'])} degrees clockwise")
    if transform.get("mirror"):
        said.append("mirrored left to right")
    return ", ".join(said)


def _part(name: str, value: object) -> str:
    shown = number(value) if isinstance(value, int | float) else str(value)
    return f"{one_line(name, 40)} {one_line(shown, 40)}"
