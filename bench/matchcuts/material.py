"""Real pictures to draw films from: places without people, and people cut out of theirs."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.masks import area
from mlcore.matching.segmenters import PeopleFirst
from tests.mlcore.photographs import Picture, photographs, sample, weights_folder

TITLES = ("reel_one", "reel_two")

Alpha = NDArray[np.float32]


@cache
def segmenter() -> PeopleFirst:
    """The segmenter that everybody has."""
    return PeopleFirst(weights_folder())


@cache
def places() -> tuple[Picture, ...]:
    """The photographs, and a frame of every shot of the sample titles without people."""
    return (*photographs().values(), *_middles(people=False))


@cache
def people() -> tuple[tuple[Picture, Alpha], ...]:
    """People of the sample titles and the dahlia, each with (h, w) coverage, cut out."""
    found = []
    for picture in (photographs()["flower"], *_middles(people=True)):
        subject = segmenter().segment(picture)
        if subject is None or not 0.05 <= area(subject.coverage) <= 0.5:
            continue
        size = (picture.shape[1], picture.shape[0])
        alpha = cv2.resize(subject.coverage, size)
        rows, columns = (np.flatnonzero((alpha > 0.5).any(axis=n)) for n in (1, 0))
        box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        found.append((picture[box], np.asarray(alpha[box], np.float32)))
    return tuple(found)


def _middles(*, people: bool) -> list[Picture]:
    found: list[Picture] = []
    for name in TITLES:
        title = sample(name)
        named = [
            shot["name"]
            for shot in title.shots
            if shot["role"] == "picture" and bool(shot["people"]) == people
        ]
        found += title.middles(named).values()
    return found
