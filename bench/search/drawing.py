"""Rows as footage gives them: silhouettes of a pose here and there, movements of a few sorts."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.matching.masks import MASK_SIDE, centred, pack, placed, to_bit_string
from pipelines.rows import text
from tests.films import OUTLINES
from tests.mlcore.drawn import bust, figure

Row = tuple[Any, ...]
Bits = NDArray[np.bool_]

SLOTS = ("head", "middle", "tail")
PICTURE = (90, 160)
POSES = 4_000
"""Different silhouettes that are drawn; rows are takes of them."""
MOST_SHIFT = 3
"""Pixels of 64 by which a take stands elsewhere."""
FRAYED = 0.25
"""Share of the pixels at an outline that differ from take to take."""
DIMS, SORTS, RANK = 288, 2_000, 24
"""Of movements: numbers, sorts, and in how many ways they differ."""
BATCH = 1_000


def mask_rows(
    rows: int, shots: list[tuple[int, int]], version: int, seed: int
) -> Iterator[Row]:
    """Rows of MASK_COLUMNS, three a shot of (shot, title)."""
    chance = np.random.default_rng(seed)
    where, shape, person = _poses(chance)
    for first in range(0, rows, BATCH):
        many = min(BATCH, rows - first)
        pose = chance.integers(0, len(where), many)
        stands = _frayed(_shifted(where[pose], chance), chance)
        forms = _frayed(shape[pose], chance)
        for n in range(many):
            shot, title = shots[(first + n) // 3]
            at = (shot, title, version, SLOTS[(first + n) % 3], 0)
            who = "person" if person[pose[n]] else "foreground"
            bits = [to_bit_string(pack(m)) for m in (stands[n], forms[n])]
            yield (*at, who, 0.9, float(stands[n].mean()), *bits, 0, 0, 0.5, 0.5, 0.5)


def vector_rows(
    rows: int, shots: list[tuple[int, int]], version: int, seed: int
) -> Iterator[Row]:
    """Rows of VECTOR_COLUMNS, three a shot of (shot, title)."""
    chance = np.random.default_rng(seed)
    ways = chance.normal(size=(RANK, DIMS)).astype(np.float32)
    sorts = chance.normal(size=(SORTS, RANK)).astype(np.float32)
    for first in range(0, rows, BATCH):
        many = min(BATCH, rows - first)
        kinds = sorts[chance.integers(0, SORTS, many)]
        own = kinds + 0.35 * chance.normal(size=kinds.shape).astype(np.float32)
        noise = chance.normal(size=(many, DIMS)).astype(np.float32)
        vectors = own @ ways / np.sqrt(RANK) + 0.2 * noise
        speeds = chance.uniform(0.02, 0.5, many)
        for n in range(many):
            shot, title = shots[(first + n) // 3]
            slot = SLOTS[(first + n) % 3]
            yield shot, title, version, slot, 0, text(vectors[n]), float(speeds[n])


def _poses(chance: np.random.Generator) -> tuple[Bits, Bits, NDArray[np.bool_]]:
    """(POSES, 64, 64) as they stand, as they are shaped, and which are people."""
    where, shape, person = [], [], []
    while len(where) < POSES:
        mask, human = _drawn(chance)
        stands, form = placed(mask), centred(mask, 16 / 9)
        if stands is not None and form is not None:
            where.append(stands)
            shape.append(form)
            person.append(human)
    return np.stack(where), np.stack(shape), np.array(person)


def _drawn(chance: np.random.Generator) -> tuple[Bits, bool]:
    height, width = PICTURE
    x, y = (float(value) for value in chance.uniform(0.2, 0.8, 2))
    tall = float(chance.uniform(0.4, 1.1))
    sort = chance.random()
    if sort < 0.4:
        return figure(PICTURE, (x, y), tall, float(chance.uniform(-0.5, 0.5))), True
    if sort < 0.7:
        return bust(PICTURE, (x, y), tall), True
    names = sorted(OUTLINES)
    corners = np.array(OUTLINES[names[chance.integers(len(names))]]) - 0.5
    size = chance.uniform(0.3, 0.9, 2) * (width, height)
    bent = corners + chance.normal(0, 0.06, corners.shape)
    points = np.round(bent * size + (x * width, y * height)).astype(np.int32)
    canvas = np.zeros(PICTURE, np.uint8)
    cv2.fillPoly(canvas, [points], 1.0)
    return canvas.astype(np.bool_), False


def _shifted(masks: Bits, chance: np.random.Generator) -> Bits:
    right, down = chance.integers(-MOST_SHIFT, MOST_SHIFT + 1, (2, len(masks)))
    at = np.arange(MASK_SIDE)
    rows = (at[None, :, None] - down[:, None, None]) % MASK_SIDE
    columns = (at[None, None, :] - right[:, None, None]) % MASK_SIDE
    return np.asarray(masks[np.arange(len(masks))[:, None, None], rows, columns])


def _frayed(masks: Bits, chance: np.random.Generator) -> Bits:
    edge = (masks ^ np.roll(masks, 1, axis=1)) | (masks ^ np.roll(masks, 1, axis=2))
    coins = chance.random(masks.shape, np.float32) < FRAYED
    return np.asarray(masks ^ (edge & coins))
