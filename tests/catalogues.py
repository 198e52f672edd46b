"""Whole catalogues of rows, written by COPY: what a search is asked among."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from django.db import connection

from catalog.models import EncoderVersion, Production, Shot, Title
from mlcore.matching.appearance import APPEARANCE_DIMS
from mlcore.matching.colour import LOOK_DIMS
from mlcore.matching.masks import pack, to_bit_string
from pipelines.encoders import FAMILIES
from pipelines.kinds import MASK_COLUMNS, VECTOR_COLUMNS
from pipelines.rows import copy_rows, text
from tests.factories import add_encoder, add_production

Bits = npt.NDArray[np.bool_]
SHOT_FRAMES = 100


def live_encoders() -> dict[str, EncoderVersion]:
    """A live version of every family, so that nothing loads networks to write one."""
    return {str(family): add_encoder(str(family)) for family in FAMILIES}


def add_catalogue(
    titles: int, shots_each: int, production: Production | None = None
) -> list[Shot]:
    """Shots of SHOT_FRAMES frames in many titles of 25 frames a second, in order."""
    production = production or add_production()
    added = Title.objects.bulk_create(
        Title(
            production=production,
            name=f"Reel {number}",
            added_path=f"/reels/{number}.mov",
            state=Title.State.READY,
            rate_num=25,
        )
        for number in range(titles)
    )
    return Shot.objects.bulk_create(
        Shot(
            title=title,
            index=index,
            first_frame=index * SHOT_FRAMES,
            end_frame=(index + 1) * SHOT_FRAMES,
            represented=True,
        )
        for title in added
        for index in range(shots_each)
    )


def blob(x: float, y: float, wide: float, high: float, *, round_: bool = True) -> Bits:
    """(64, 64) an ellipse or a box, in parts of the picture."""
    rows, columns = (np.mgrid[0:64, 0:64] + 0.5) / 64
    right, down = (columns - x) / (wide / 2), (rows - y) / (high / 2)
    if round_:
        return np.asarray(right**2 + down**2 <= 1)
    return np.asarray((np.abs(right) <= 1) & (np.abs(down) <= 1))


def blobs(many: int, seed: int) -> list[Bits]:
    """Ellipses here and there."""
    chance = np.random.default_rng(seed)
    spans = ((0.3, 0.7), (0.3, 0.7), (0.2, 0.6), (0.3, 0.8))
    drawn = [chance.uniform(low, high, many) for low, high in spans]
    return [blob(*numbers) for numbers in np.column_stack(drawn).tolist()]


def copy_masks(
    shots: Sequence[Shot],
    placed: Sequence[Bits],
    *,
    slot: str = "head",
    centred: Sequence[Bits] | None = None,
    subject: str = "person",
) -> None:
    """A mask at one moment of each shot."""
    version = add_encoder("mask").pk
    shapes = placed if centred is None else centred
    copy_rows(
        "catalog_shotmask",
        MASK_COLUMNS,
        (
            (
                *(shot.pk, shot.title_id, version, slot, frame_of(shot, slot)),
                *(subject, 0.9, float(mask.mean())),
                *(to_bit_string(pack(mask)), to_bit_string(pack(shape))),
                *(0, 0, 0.5, 0.5, float(np.sqrt(mask.mean()))),
            )
            for shot, mask, shape in zip(shots, placed, shapes, strict=True)
        ),
    )
    settle()


def copy_flows(
    shots: Sequence[Shot],
    vectors: npt.NDArray[np.float32],
    *,
    slot: str = "head",
    speed: float = 0.2,
) -> None:
    """A movement at one moment of each shot."""
    version = add_encoder("flow").pk
    copy_rows(
        "catalog_shotvector",
        VECTOR_COLUMNS,
        (
            (
                *(shot.pk, shot.title_id, version, slot, frame_of(shot, slot)),
                *(text(vector), speed),
            )
            for shot, vector in zip(shots, vectors, strict=True)
        ),
    )
    settle()


def settle() -> None:
    """Check references now: no index can be made while they wait to be checked."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def frame_of(shot: Shot, slot: str) -> int:
    """The frame of a moment."""
    middle = shot.first_frame + shot.frames // 2
    return {"head": shot.first_frame, "tail": shot.end_frame - 1}.get(slot, middle)


def copy_looks(
    shots: Sequence[Shot], chance: np.random.Generator, *, alike: bool
) -> None:
    """How each shot looks at its head: all the same, or each its own way."""
    sizes = {"appearance": APPEARANCE_DIMS, "colour": LOOK_DIMS}
    for family, size in sizes.items():
        vectors = chance.normal(size=(len(shots), size)).astype(np.float32)
        vectors[:, -1] = 0.0  # no subject
        if alike:
            vectors[:] = vectors[0]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        version = add_encoder(family).pk
        copy_rows(
            "catalog_shotvector",
            VECTOR_COLUMNS,
            (
                (
                    *(shot.pk, shot.title_id, version, "head", shot.first_frame),
                    *(text(vector), None),
                )
                for shot, vector in zip(shots, vectors, strict=True)
            ),
        )
    settle()
