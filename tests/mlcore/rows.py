"""Rows of masks and motions at random, but always the same."""

import numpy as np

from mlcore.matching.frame_rows import mask_rows
from mlcore.matching.kinds import FRAME, motion_rows
from mlcore.matching.masks import pack
from mlcore.matching.moments import Slot, rows_columns
from mlcore.matching.segmenters import Silhouette
from mlcore.matching.stored import stored_masks
from tests.mlcore.drawn import bust, figure

WIDE = 16 / 9


def noise_masks(many, seed=0):
    chance = np.random.default_rng(seed)
    return [
        pack(chance.random((64, 64)) < chance.uniform(0.1, 0.9)) for _ in range(many)
    ]


def subject_rows(masks, shots=None, slot=Slot.TAIL, aspect=WIDE, person=True):
    """Rows of drawn (h, w) masks with their cut variants, as ingest keeps them."""
    rows, shot = [], []
    for number, mask in enumerate(masks):
        kind = "person" if person else "foreground"
        found = mask_rows(Silhouette(mask.astype(np.float32), kind, 1.0), aspect)
        rows += found
        shot += [number if shots is None else shots[number]] * len(found)
    at = rows_columns(shot, [slot] * len(shot), [0] * len(shot))
    return FRAME.rows(stored_masks(at, rows, [aspect] * len(rows)))


def random_frame_rows(shots, seed=0, slots=tuple(Slot)):
    """Rows at every slot of every shot, some left out, two people in some pictures."""
    chance = np.random.default_rng(seed)
    shot, slot, frame, rows = [], [], [], []
    for number in range(shots):
        for at in slots:
            for instance in range(chance.integers(0, 3)):
                centre = chance.uniform(0.15, 0.85, 2)
                draw = figure if chance.random() < 0.5 else bust
                mask = draw((90, 160), tuple(centre), chance.uniform(0.4, 1.2))
                kind = "person" if chance.random() < 0.7 else "foreground"
                subject = Silhouette(mask.astype(np.float32), kind, 1.0)
                found = mask_rows(subject, WIDE, instance)
                rows += found
                shot += [number] * len(found)
                slot += [at] * len(found)
                frame += [100 * number + 10 * at] * len(found)
    at = rows_columns(shot, slot, frame)
    return FRAME.rows(stored_masks(at, rows, [WIDE] * len(rows)))


def random_motion_rows(shots, seed=0):
    chance = np.random.default_rng(seed)
    slots = np.tile([Slot.HEAD, Slot.MIDDLE, Slot.TAIL], shots)
    return motion_rows(
        shot=np.repeat(np.arange(shots), 3),
        slot=slots,
        frame=np.arange(3 * shots),
        vector=chance.normal(size=(3 * shots, 12)),
        speed=chance.uniform(0.05, 0.5, 3 * shots),
    )
