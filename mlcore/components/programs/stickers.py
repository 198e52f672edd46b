"""Stickers: a picture is the base; where it stands, how large and how it moves, a preset."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from mlcore.components.artwork import of_stretch
from mlcore.components.component import Settings
from mlcore.components.index import PICTURES
from mlcore.components.programs.registry import program
from mlcore.components.programs.sprites import Pose, lay, premultiplied
from mlcore.components.stretch import Stretch

TAU = 2 * math.pi

PLACES: dict[str, tuple[float, float]] = {
    "centre": (0.5, 0.5),
    "upper left": (0.27, 0.3),
    "lower right": (0.73, 0.7),
    "upper right": (0.73, 0.3),
    "lower left": (0.27, 0.7),
    "lower middle": (0.5, 0.74),
}
"""Middles of a sticker, shares of width and height."""
SIZES = (0.38, 0.48, 0.6, 0.32)
"""Heights, shares of the picture's: from a corner's decoration to the subject itself."""

Motion = Callable[[Pose, Stretch], list[Pose]]
"""(how it rests, stretch) -> how every copy of it moves"""


def still(rest: Pose, _stretch: Stretch) -> list[Pose]:
    """Stays where it is."""
    return [rest]


def bobbing(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Goes up and down, once a second."""
    return [_with(rest, y=rest.y + 0.09 * torch.sin(TAU * stretch.seconds))]


def spinning(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Turns clockwise, once in two seconds."""
    return [_with(rest, turn=TAU * stretch.seconds / 2)]


def popping(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Springs up a little too large, settles, and is gone towards the end."""
    begun = ((stretch.seconds - 0.3) / 0.5).clamp(0, 1)
    gone = ((stretch.progress - 0.85) / 0.1).clamp(0, 1)
    # A step with an overshoot: Penner's "back" easing with its usual 1.70158.
    rest_of = begun - 1
    size = (1 + 2.70158 * rest_of**3 + 1.70158 * rest_of**2) * (1 - gone)
    return [_with(rest, tall=rest.tall * size, wide=rest.wide * size)]


def sliding(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Comes in from the left, stays, and leaves to the right."""
    before = (1 - stretch.progress / 0.25).clamp(min=0) ** 2
    after = ((stretch.progress - 0.75) / 0.25).clamp(min=0) ** 2
    return [_with(rest, x=rest.x - 1.2 * before + 1.2 * after)]


def swinging(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Swings like a sign in the wind."""
    return [_with(rest, turn=0.6 * torch.sin(TAU * stretch.seconds / 1.6))]


def beating(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Grows and shrinks like a heart."""
    size = 1 + 0.28 * torch.sin(TAU * stretch.seconds / 0.9).clamp(min=-0.3)
    return [_with(rest, tall=rest.tall * size, wide=rest.wide * size)]


def shaking(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Trembles sideways, quickly."""
    side = 0.05 * torch.sin(TAU * stretch.seconds * 3.3)
    return [_with(rest, x=rest.x + side, turn=2.4 * side)]


def circling(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Goes round the middle of the picture, once in the clip."""
    angle = TAU * stretch.progress
    x, y = 0.5 + 0.3 * torch.sin(angle), 0.5 - 0.3 * torch.cos(angle)
    return [_with(rest, x=x + rest.x - rest.x.mean(), y=y)]


def flipping(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Turns about its upright axis like a coin."""
    return [_with(rest, wide=rest.wide * torch.cos(TAU * stretch.seconds / 2))]


def falling(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Many small ones fall like rain."""
    copies = []
    for number in range(7):
        # Powers of 1 / 1.3247 (the plastic number) spread any number of copies evenly
        # over a square: Roberts, "The Unreasonable Effectiveness of Quasirandom
        # Sequences", 2018.
        column, phase = (0.7548777 * number) % 1, (0.5698403 * number) % 1
        fallen = (stretch.seconds / 2 + phase) % 1
        x = torch.full_like(rest.x, 0.08 + 0.84 * column)
        small = {"tall": rest.tall * 0.5, "wide": rest.wide * 0.5}
        copies.append(_with(rest, x=x, y=1.3 * fallen - 0.15, **small))
    return copies


def bursting(rest: Pose, stretch: Stretch) -> list[Pose]:
    """Six fly out from the place and fade, twice."""
    flown = (stretch.progress * 2) % 1
    copies = []
    for number in range(6):
        angle = TAU * number / 6 + 0.4
        x = rest.x + 0.42 * flown * math.cos(angle)
        y = rest.y + 0.42 * flown * math.sin(angle)
        small = {"tall": rest.tall * 0.6, "wide": rest.wide * 0.6}
        copies.append(
            _with(rest, x=x, y=y, alpha=(2 - 2 * flown).clamp(max=1), **small)
        )
    return copies


MOTIONS: dict[str, Motion] = {
    motion.__name__: motion
    for motion in (
        *(still, bobbing, spinning, popping, sliding, swinging),
        *(beating, shaking, circling, flipping, falling, bursting),
    )
}


def draw(
    stretch: Stretch, *, picture: str, motion: str, place: str, size: float
) -> Tensor:
    """Lay a picture of the artwork on the frames; chance moves and sizes it a little.

    Raises ArtworkError when the artwork or the picture is missing.
    """
    artwork = of_stretch(stretch.artwork, f"the sticker {picture}")
    sprite = premultiplied(artwork.picture(picture).to(stretch.device))
    aside = (torch.rand(3, generator=stretch.chance) - 0.5).tolist()
    middle_x, middle_y = PLACES[place]
    ones = torch.ones_like(stretch.seconds)
    tall = ones * size * (1 + 0.16 * aside[2])
    rest = Pose(
        x=ones * (middle_x + 0.1 * aside[0]),
        y=ones * (middle_y + 0.1 * aside[1]),
        tall=tall,
        wide=tall,
        turn=0 * ones,
        alpha=ones,
    )
    frames = stretch.frames
    for pose in MOTIONS[motion](rest, stretch):
        frames = lay(frames, sprite, pose)
    return frames


def _with(rest: Pose, **changed: Tensor) -> Pose:
    return Pose(**{**rest.__dict__, **changed})


def _presets(number: int) -> list[Settings]:
    """Two ways of using picture `number` that share neither motion nor place nor size.

    Motions, places and sizes go round, so that no picture's name tells them.
    """
    motions, places = tuple(MOTIONS), tuple(PLACES)
    begun = number + number // len(motions)
    return [
        {
            "motion": motions[step % len(motions)],
            "place": places[(step + number // 7 + 2 * preset) % len(places)],
            "size": SIZES[(number // 3 + preset) % len(SIZES)],
        }
        for preset, step in enumerate((begun, begun + 5))
    ]


for _number, _picture in enumerate(PICTURES):
    program("sticker", _picture, _presets(_number))(partial(draw, picture=_picture))
