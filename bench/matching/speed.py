"""All pairs of 2,000 shots, and one shot signal, in CPU seconds."""

import time
from fractions import Fraction

import numpy as np

from mlcore.matching.bits import iou_every
from mlcore.matching.kinds import FRAME, MOTION, frame_rows, motion_rows
from mlcore.matching.masks import centred, pack, placed
from mlcore.matching.moments import Slot
from mlcore.matching.pairs import score_pairs
from mlcore.matching.stored import StoredMasks
from mlcore.shots.detect import find_shots
from mlcore.shots.signals import SignalRecorder
from tests.mlcore.drawn import bust, figure, pan

SHOTS = 2000
SLOTS = (Slot.HEAD, Slot.MIDDLE, Slot.TAIL)


def measure_speed(seed: int) -> None:
    """Print how long signals, cuts, one comparison and whole kinds take."""
    print(
        f"\nspeed, CPU seconds, {SHOTS} shots with a mask and a motion at three moments"
    )
    _signals()
    rows = _masks(seed)
    tails, heads = (rows.in_slots(frozenset({slot})) for slot in (Slot.TAIL, Slot.HEAD))
    began = time.process_time()
    for at in range(0, len(tails), 64):
        iou_every(tails.placed[at : at + 64], heads.placed)
    pairs = len(tails) * len(heads) / 1e6
    print(
        f"  mask IoU of {pairs:.1f} M ordered pairs: {time.process_time() - began:.2f}"
    )
    began = time.process_time()
    score_pairs(FRAME, rows, SHOTS)
    print(
        f"  kind frame, both forms and comparisons: {time.process_time() - began:.2f}"
    )
    chance = np.random.default_rng(seed)
    motions = motion_rows(
        shot=np.repeat(np.arange(SHOTS), 3),
        slot=np.tile(SLOTS, SHOTS),
        frame=np.zeros(3 * SHOTS, int),
        vector=chance.normal(size=(3 * SHOTS, 288)),
        speed=chance.uniform(0.05, 0.5, 3 * SHOTS),
    )
    began = time.process_time()
    score_pairs(MOTION, motions, SHOTS)
    print(f"  kind motion, both comparisons: {time.process_time() - began:.2f}")


def _signals() -> None:
    recorder, clip = SignalRecorder(), pan(0, 200)
    began = time.process_time()
    for frame in clip:
        recorder.push(frame)
    print(
        f"  shot signal and flow, ms a frame: {1000 * (time.process_time() - began) / 200:.2f}"
    )
    signals = recorder.take()
    began = time.process_time()
    find_shots(signals, Fraction(24))
    print(
        f"  cuts from signals, ms a frame: {1000 * (time.process_time() - began) / 200:.4f}"
    )


def _masks(seed: int) -> StoredMasks:
    chance = np.random.default_rng(seed)
    columns: dict[str, list[int]] = {"shot": [], "slot": [], "frame": []}
    where: list[bytes] = []
    shape: list[bytes] = []
    for number in range(SHOTS):
        for slot in SLOTS:
            draw = figure if chance.random() < 0.5 else bust
            centre = chance.uniform(0.25, 0.75, 2)
            mask = draw((90, 160), (centre[0], centre[1]), chance.uniform(0.4, 0.9))
            stands, normal = placed(mask), centred(mask, 16 / 9)
            if stands is None or normal is None:
                continue
            for name, value in zip(columns, (number, slot, 0), strict=True):
                columns[name].append(value)
            where.append(pack(stands))
            shape.append(pack(normal))
    many = len(where)
    return frame_rows(
        **columns,
        placed=where,
        centred=shape,
        person=[True] * many,
        aspect=[16 / 9] * many,
    )
