"""Rows of masks and motions at random, but always the same."""

import numpy as np

from mlcore.matching.kinds import frame_rows, motion_rows
from mlcore.matching.masks import centred, pack, placed
from mlcore.matching.moments import Slot
from tests.mlcore.drawn import bust, figure

WIDE = 16 / 9


def noise_masks(many, seed=0):
    chance = np.random.default_rng(seed)
    return [
        pack(chance.random((64, 64)) < chance.uniform(0.1, 0.9)) for _ in range(many)
    ]


def random_frame_rows(shots, seed=0, slots=tuple(Slot)):
    """Rows at every slot of every shot, some left out, two people in some pictures."""
    chance = np.random.default_rng(seed)
    shot, slot, frame, place, shape, person = [], [], [], [], [], []
    for number in range(shots):
        for at in slots:
            for _ in range(chance.integers(0, 3)):
                centre = chance.uniform(0.25, 0.75, 2)
                draw = figure if chance.random() < 0.5 else bust
                mask = draw((90, 160), tuple(centre), chance.uniform(0.4, 0.9))
                if (where := placed(mask)) is None:
                    continue
                shot.append(number)
                slot.append(at)
                frame.append(100 * number + 10 * at)
                place.append(pack(where))
                shape.append(pack(centred(mask, WIDE)))
                person.append(bool(chance.random() < 0.7))
    return frame_rows(
        shot=shot, slot=slot, frame=frame, placed=place, centred=shape,
        person=person, aspect=[WIDE] * len(shot),
    )  # fmt: skip


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
