"""Motion matches among known camera paths: which pairs move alike, and are they on top."""

from fractions import Fraction

import numpy as np

from mlcore.matching.kinds import MOTION, motion_rows
from mlcore.matching.moments import Slot
from mlcore.matching.motion import Motion, measure_motion
from mlcore.metrics import average_precision
from mlcore.shots.signals import SignalRecorder
from tests.mlcore.drawn import Picture, pan, texture

CLIPS, FRAMES = 160, 11
ANGLE, SPEED = 10.0, 0.85  # degrees and ratio within which two paths are alike


def measure_motions(seed: int) -> None:
    """Print average precision over all pairs of camera paths, with and without a passer-by."""
    print(f"\nmotion: {CLIPS} camera paths, alike within {ANGLE:.0f} degrees and 15 %")
    for passer_by in (False, True):
        chance = np.random.default_rng(seed)
        angle = chance.uniform(0, 2 * np.pi, CLIPS)
        speed = np.exp(chance.uniform(np.log(0.8), np.log(8.0), CLIPS))
        motions = [
            _measured(n, angle[n], speed[n], chance, passer_by=passer_by)
            for n in range(CLIPS)
        ]
        kept = np.array([n for n, motion in enumerate(motions) if motion is not None])
        scores = _scores([motions[n] for n in kept])
        turned = np.abs((angle[:, None] - angle + np.pi) % (2 * np.pi) - np.pi)
        ratio = np.minimum.outer(speed, speed) / np.maximum.outer(speed, speed)
        alike = (turned <= np.deg2rad(ANGLE)) & (ratio >= SPEED)
        upper = np.triu_indices(len(kept), 1)
        truth = alike[np.ix_(kept, kept)][upper]
        print(
            f"  {'something else moves too' if passer_by else 'the camera alone':25s} "
            f"AP {average_precision(truth, scores[upper]):.3f}  "
            f"(by chance {truth.mean():.4f}; {len(kept)} of {CLIPS} moved)"
        )


def _measured(
    number: int,
    angle: float,
    speed: float,
    chance: np.random.Generator,
    *,
    passer_by: bool,
) -> Motion | None:
    clip = pan(number, FRAMES, (speed * np.cos(angle), speed * np.sin(angle)))
    where, step = chance.uniform((20, 20), (200, 110)), chance.normal(0, 3, 2)
    recorder = SignalRecorder()
    for frame, picture in enumerate(clip):
        seen = _with_block(picture, where + step * frame) if passer_by else picture
        noisy = seen + chance.normal(0, 3, seen.shape)
        recorder.push(noisy.clip(0, 255).astype(np.uint8))
    return measure_motion(recorder.take().flow[1:], Fraction(24))


def _with_block(picture: Picture, at: np.ndarray) -> Picture:
    shown = picture.copy()
    x, y = at.clip(0, (216, 104)).astype(int)
    shown[y : y + 40, x : x + 40] = texture(9999, (40, 40))
    return shown


def _scores(motions: list[Motion | None]) -> np.ndarray:
    found = [motion for motion in motions if motion is not None]
    many = len(found)
    rows = motion_rows(
        shot=list(range(many)),
        slot=[Slot.TAIL] * many,
        frame=[0] * many,
        vector=np.stack([motion.vector for motion in found]),
        speed=[motion.speed for motion in found],
    )
    return MOTION.scores(rows, rows)
