"""A film of many shots with planted pairs, from one seed: figures that come back, pans that go on."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.films import MARGIN, OUTLINES, SIZE, DrawnShot, drawer
from tests.mlcore.photographs import photographs

Picture = NDArray[np.uint8]
Pair = tuple[str, int, int]
"""Kind of match, and the two shots' places in the film."""

FRAMES = 16


def plant(
    seed: int, groups: int, alone: int, *, members: int = 2
) -> tuple[list[DrawnShot], set[Pair]]:
    """Return shots in a random order: groups that match among themselves, and others.

    Of figures and of pans there are `groups` of `members` shots with one shape and place,
    or one path, over different grounds; `alone` further ones of each have no partner.
    """
    chance = np.random.default_rng(seed)
    shots: list[DrawnShot] = []
    family: list[tuple[str, int]] = []
    for number in range(groups + alone):
        times = members if number < groups else 1
        for kind, shot in (("frame", _figure(chance)), ("motion", _pan(chance))):
            shots += [shot] * times
            family += [(kind, number)] * times
    order = chance.permutation(len(shots)).tolist()
    film = [
        replace(shots[at], scene=1000 * seed + place) for place, at in enumerate(order)
    ]
    # Shots that are cut together already are no match cut to be found.
    planted = {
        (family[order[a]][0], a, b)
        for a in range(len(order))
        for b in range(a + 2, len(order))
        if family[order[a]] == family[order[b]]
    }
    return film, planted


def _figure(chance: np.random.Generator) -> DrawnShot:
    outline = chance.choice(sorted(OUTLINES))
    width, height = chance.uniform(0.2, 0.4), chance.uniform(0.5, 0.8)
    x, y = chance.uniform(0.04, 0.96 - width), chance.uniform(0.04, 0.96 - height)
    box = (float(x), float(y), float(width), float(height))
    return DrawnShot(scene=0, outline=str(outline), box=box, frames=FRAMES)


def _pan(chance: np.random.Generator) -> DrawnShot:
    angle, speed = chance.uniform(0, 2 * np.pi), chance.uniform(2.0, 7.0)
    pan = (float(speed * np.cos(angle)), float(speed * np.sin(angle)))
    return DrawnShot(scene=0, pan=pan, frames=FRAMES)


def film_of(shots: list[DrawnShot]) -> tuple[Callable[[float], Picture], int]:
    """Return how the film looks at any time in frames, and how many frames it has."""
    starts = np.cumsum([0, *(shot.frames for shot in shots)])
    opened: dict[int, Callable[[float], Picture]] = {}

    def draw(time: float) -> Picture:
        place = int(np.searchsorted(starts, time, side="right")) - 1
        if place not in opened:
            opened.clear()
            opened[place] = _photographed(shots[place]) or drawer(shots[place])
        return opened[place](time - float(starts[place]))

    return draw, int(starts[-1])


def _photographed(shot: DrawnShot) -> Callable[[float], Picture] | None:
    """A pan over a piece of a photograph in colours of its own, to a tenth of a pixel."""
    if shot.role != "picture" or shot.outline:
        return None
    chance = np.random.default_rng(shot.scene)
    photograph = list(photographs().values())[shot.scene % 2]
    height, width = photograph.shape[:2]
    tall = int(chance.integers(height // 3, height // 2))
    wide = round(tall * (SIZE[0] + 2 * MARGIN) / (SIZE[1] + 2 * MARGIN))
    y, x = chance.integers(0, height - tall), chance.integers(0, width - wide)
    piece = photograph[y : y + tall, x : x + wide][:, :: int(chance.choice([-1, 1]))]
    piece = piece @ chance.dirichlet([2.0, 2.0, 2.0], 3).T
    size = (SIZE[0] + 2 * MARGIN, SIZE[1] + 2 * MARGIN)
    ground = cv2.resize(piece.clip(0, 255).astype(np.uint8), size)

    def draw(time: float) -> Picture:
        shift = np.array(shot.pan) * time - MARGIN
        turn = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
        return np.asarray(cv2.warpAffine(ground, turn, SIZE), np.uint8)

    return draw
