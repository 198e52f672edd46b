"""The measures of a cut: how either side moves, looks and sounds, and what changes between.

Made of rows that shots have anyhow (camera, light, sound, appearance), so that a cut costs
no decoding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.components.suggesting.context import Measure

Floats = NDArray[np.floating]

_ROWS, _COLUMNS = 9, 16
_WAVES = 8

_SILENT = -60.0
"""dB, what a side without a sound row is taken to have where the other side has one."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a cut. None: there is no such row."""

    camera: Floats | None = None
    """(288,) of length 1: the camera's field of flow (9, 16, 2), right and down"""
    speed: float = 0.0
    """Widths of the picture per second, of that field"""
    light: Floats | None = None
    """(24,): eight waves each of L, warmth and green, over 100"""
    loudness: float | None = None
    """Root mean square, above 0 and at most 1"""
    look: Floats | None = None
    """(D,) appearance of the frame at the cut, of any length"""
    subject: float | None = None
    """Share of the picture that the largest subject covers; None: nobody"""
    seconds: float = 1.0
    """How long the shot is"""
    observed: bool = True
    """Whether anything was looked for: if not, nothing about motion is known either"""


_EACH = (
    Measure("pan", "the camera moves left", "the camera moves right"),
    Measure("tilt", "the camera moves up", "the camera moves down"),
    Measure("zoom", "the camera moves in", "the camera moves out"),
    Measure("speed", "the camera moves fast", "the camera stands"),
    Measure("light", "the picture is light", "the picture is dark"),
    Measure("warmth", "the picture is warm", "the picture is cool"),
    Measure("subject", "somebody is near", "the picture is wide"),
    Measure("seconds", "the shot is long", "the shot is short"),
)
_BETWEEN = (
    Measure("goes on", "both cameras move alike", "the cameras move apart"),
    Measure("lighter", "it gets lighter", "it gets darker"),
    Measure("warmer", "it gets warmer", "it gets cooler"),
    Measure("relit", "the light changes", "the light stays"),
    Measure("look", "both shots look alike", "the place changes"),
    Measure("loudness", "it is loud", "it is quiet"),
    Measure("louder", "it gets louder", "it gets quieter"),
)


def _of_side(measure: Measure, name: str, where: str) -> Measure:
    return Measure(
        f"{name} {measure.name}", f"{where} {measure.high}", f"{where} {measure.low}"
    )


MEASURES: tuple[Measure, ...] = (
    *(_of_side(each, "leaving", "before the cut") for each in _EACH),
    *(_of_side(each, "entering", "after the cut") for each in _EACH),
    *_BETWEEN,
)
"""What the context of a cut consists of, in this order."""

SHOT_MEASURES: tuple[Measure, ...] = _EACH
"""What the context of one shot consists of."""


def measured(leaving: Side, entering: Side) -> Mapping[str, float | None]:
    """Return the measures of a cut by name; None where one is not known.

    Pan, tilt and zoom in widths per second, of the picture: to the right, down, outwards.
    A shot without a camera row stands still, unless it was not observed.
    """
    found: dict[str, float | None] = {}
    for name, side in (("leaving", leaving), ("entering", entering)):
        found |= {f"{name} {key}": value for key, value in _side(side).items()}
    return found | _between(leaving, entering)


def measured_shot(shot: Side) -> Mapping[str, float | None]:
    """Return the measures of one shot by name, as `measured` takes those of a side."""
    return _side(shot)


def _side(side: Side) -> dict[str, float | None]:
    right, down, outwards = _moves(side)
    return {
        "pan": right,
        "tilt": down,
        "zoom": outwards,
        "speed": float(np.log1p(10 * side.speed)) if side.observed else None,
        "light": _wave(side, 0),
        "warmth": _wave(side, 1),
        "subject": (side.subject or 0.0) ** 0.5 if side.observed else None,
        "seconds": float(np.log(max(side.seconds, 0.04))),
    }


def _moves(side: Side) -> tuple[float | None, float | None, float | None]:
    """Mean flow to the right and down, and outwards per half width, in widths per second."""
    if side.camera is None:
        still = 0.0 if side.observed else None
        return still, still, still
    field = np.asarray(side.camera, np.float64).reshape(_ROWS, _COLUMNS, 2)
    field = field * side.speed * np.sqrt(_ROWS * _COLUMNS)
    across = (np.arange(_COLUMNS) + 0.5) / _COLUMNS - 0.5
    outwards = (field[..., 0] * across).sum() / (across**2).sum() / _ROWS / 2
    return float(field[..., 0].mean()), float(field[..., 1].mean()), float(outwards)


def _wave(side: Side, channel: int) -> float | None:
    return None if side.light is None else float(side.light[channel * _WAVES])


def _between(a: Side, b: Side) -> dict[str, float | None]:
    changes = [_difference(_wave(a, c), _wave(b, c)) for c in (0, 1)]
    relit = None
    if a.light is not None and b.light is not None:
        relit = float(np.linalg.norm(np.asarray(b.light) - np.asarray(a.light)))
    levels = _levels(a, b)
    return {
        "goes on": _goes_on(a, b),
        "lighter": changes[0],
        "warmer": changes[1],
        "relit": relit,
        "look": _cosine(a.look, b.look),
        "loudness": None if levels is None else sum(levels) / 2,
        "louder": None if levels is None else levels[1] - levels[0],
    }


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else b - a


def _goes_on(a: Side, b: Side) -> float | None:
    """Cosine of the two movements, by the slower one's speed; 0 where one stands still."""
    if not (a.observed and b.observed):
        return None
    cosine = _cosine(a.camera, b.camera)
    return 0.0 if cosine is None else cosine * float(np.log1p(min(a.speed, b.speed)))


def _cosine(a: Floats | None, b: Floats | None) -> float | None:
    if a is None or b is None:
        return None
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.dot(a, b)) / length if length else None


def _levels(a: Side, b: Side) -> tuple[float, float] | None:
    """Both sides in dB; None where neither sounds: then there is no track to go by."""
    if a.loudness is None and b.loudness is None:
        return None
    found = [
        _SILENT if side.loudness is None else 20 * float(np.log10(side.loudness))
        for side in (a, b)
    ]
    return found[0], found[1]
