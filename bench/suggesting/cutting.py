"""Cuts of drawn titles, seen as ingest sees them: camera and light of either side."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.matchcuts.material import places
from bench.matchcuts.paths import film, observe
from mlcore.components.suggesting.context import Contexts, contexts_of
from mlcore.components.suggesting.measures import MEASURES, Side, measured
from mlcore.matching.camera import Camera
from mlcore.matching.kinds import LIGHT, MOTION
from mlcore.matching.moments import Slot
from tests.mlcore.photographs import Picture

CUTS_A_TITLE = 50
STANDS = 0.25
"""Share of cameras that do not move."""


@dataclass(frozen=True)
class Drawn:
    """Cuts with the title that each is of."""

    contexts: Contexts
    title: NDArray[np.int64]
    """(n,)"""


def draw_titles(titles: int, seed: int) -> Drawn:
    """Return the cuts of so many titles, each with a grade of its own."""
    rows, owner = [], []
    for title in range(titles):
        chance = np.random.default_rng([seed, title])
        grade = chance.normal(0, 0.15, 3)
        for _ in range(CUTS_A_TITLE):
            rows.append(_cut(chance, grade))
            owner.append(title)
    return Drawn(contexts_of(MEASURES, rows), np.array(owner))


def kept_titles(titles: int, seed: int, file: Path) -> Drawn:
    """Return what `draw_titles` does, from a file if it was drawn before."""
    if not file.exists():
        drawn = draw_titles(titles, seed)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".fresh.npz")
        np.savez(fresh, values=drawn.contexts.values, title=drawn.title)
        fresh.replace(file)
    with np.load(file) as kept:
        contexts = Contexts(MEASURES, kept["values"])
        return Drawn(contexts, kept["title"])


def _cut(chance: np.random.Generator, grade: NDArray[np.float64]):  # type: ignore[no-untyped-def]
    sides = [_shot(chance, grade, slot) for slot in (Slot.TAIL, Slot.HEAD)]
    return measured(*sides)


def _shot(chance: np.random.Generator, grade: NDArray[np.float64], slot: Slot) -> Side:
    ground = places()[chance.integers(len(places()))]
    gains = np.exp(grade + chance.normal(0, 0.35) + chance.normal(0, 0.12, 3))
    frames = [_graded(one, gains) for one in film(ground, _camera(chance), [], slot)]
    seen = observe(frames, slot)
    motion, light = MOTION.represent(seen), LIGHT.represent(seen)
    return Side(
        camera=motion[0].vector if motion else None,
        speed=float(motion[0].magnitude or 0.0) if motion else 0.0,
        light=light[0].vector if light else None,
        seconds=float(np.exp(chance.normal(1.2, 0.6))),
    )


def _graded(frame: Picture, gains: NDArray[np.float64]) -> Picture:
    codes = np.arange(256)[:, None] * gains
    table = codes.clip(0, 255).astype(np.uint8)[:, None, :]
    return np.asarray(cv2.LUT(frame, table), np.uint8)


def _camera(chance: np.random.Generator) -> Camera:
    if chance.random() < STANDS:
        return Camera(0j, 0j)
    speed = np.exp(chance.uniform(np.log(0.075), np.log(0.75))) / 25
    shift = speed * np.exp(1j * chance.uniform(0, 2 * np.pi))
    zoom = speed * chance.normal(0, 1.5) if chance.random() < 1 / 3 else 0.0
    return Camera(complex(shift), complex(zoom))
