"""Somebody moving before a moving camera, as ingest would see it."""

from fractions import Fraction

import cv2
import numpy as np

from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from mlcore.matching.segmenters import Silhouette
from mlcore.shots.signals import SignalRecorder
from tests.mlcore.drawn import texture

RATE = Fraction(25)
WIDE = 16 / 9
SIDES = (320, 180)


def scene(camera, own, *, slot=Slot.HEAD, seed=1, box=(120, 60, 80, 70), frames=11):
    """(frames, mask at the cut): ground and a box, steps in pixels of 320 a frame."""
    ground, patch = texture(seed, (380, 520)), texture(seed + 50, (box[3], box[2]))
    shown = []
    for time in range(frames):
        at = time if slot is Slot.HEAD else time - frames + 1
        x, y = (100 - camera[n] * at for n in (0, 1))
        move = np.array([[1.0, 0, -x], [0, 1.0, -y]])
        frame = cv2.warpAffine(ground, move, SIDES)
        left, top = (box[n] + (camera[n] + own[n]) * at for n in (0, 1))
        place = np.array([[1.0, 0, left], [0, 1.0, top]])
        cover = cv2.warpAffine(np.ones(patch.shape[:2], np.float32), place, SIDES)
        on_top = cv2.warpAffine(patch, place, SIDES)
        mixed = frame * (1 - cover[..., None]) + on_top * cover[..., None]
        shown.append(mixed.astype(np.uint8))
    mask = np.zeros(SIDES[::-1], np.float32)
    mask[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = 1
    return np.stack(shown), mask


def observed(shown, mask, *, slot=Slot.HEAD, sound=None, unasked=False):
    """What ingest hands to the kinds; the stretch must not be decoded if `unasked`."""
    recorder = SignalRecorder()
    for frame in shown:
        small = cv2.resize(frame, (256, 144), interpolation=cv2.INTER_AREA)
        recorder.push(np.ascontiguousarray(small[..., ::-1]))

    def stretch():
        assert not unasked, "a stretch was decoded for nothing"
        return shown

    found = () if mask is None else (Silhouette(mask, "foreground", 0.9),)
    return Observation(
        slot=slot, rate=RATE, aspect=WIDE, picture=shown[0], subjects=found,
        appearance=np.ones(4, np.float32), flow=recorder.take().flow[1:],
        stretch=stretch, sound=sound,
    )  # fmt: skip


def heard(samples, slot):
    """An observation of sound alone."""
    shown = np.zeros((2, 18, 32, 3), np.uint8)
    return observed(shown, None, slot=slot, sound=samples)
