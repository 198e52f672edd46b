"""Camera paths and subjects on paths of their own, drawn from real pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.matchcuts.material import Alpha, segmenter
from mlcore.matching.camera import Camera, grid
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from mlcore.matching.segmenters import Silhouette
from mlcore.shots.signals import SignalRecorder
from tests.mlcore.photographs import Picture

RATE = Fraction(25)
STEPS = 10
"""Frames of flow beside a cut, as ingest takes them at 25 frames a second."""

SIZE = (640, 360)
ASPECT = SIZE[0] / SIZE[1]
ANGLE, SPEED = 10.0, 0.85
"""Degrees and ratio within which two movements are alike."""

SMALL, STRETCH = (256, 144), (320, 180)
_VIEW = 0.55  # Part of a picture that the camera sees of it.


@dataclass(frozen=True, kw_only=True)
class Mover:
    """Somebody on a path over the ground; `step` in widths a frame."""

    picture: Picture
    alpha: Alpha
    step: complex
    centre: complex
    """Where they stand at the cut, from the middle, in widths."""
    height: float
    """Of the picture's height."""


def alike(movements: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return (n, n) True where two fields differ by 10 degrees and 15 % at most."""
    flat = np.stack([np.ravel(field) for field in movements])
    speed = np.linalg.norm(flat, axis=1)
    cosine = (flat @ flat.T) / np.outer(speed, speed)
    ratio = np.minimum.outer(speed, speed) / np.maximum.outer(speed, speed)
    return (cosine >= np.cos(np.deg2rad(ANGLE))) & (ratio >= SPEED)


def field_of(camera: Camera) -> NDArray[np.float64]:
    """Return the camera's true (9, 16, 2) field."""
    return camera.field(grid(9, 16, ASPECT))


def film(
    ground: Picture, camera: Camera, movers: Sequence[Mover], slot: Slot
) -> list[Picture]:
    """Return 11 frames on the slot's side of a cut, (360, 640, 3), with some grain."""
    times = np.arange(STEPS + 1) - (0 if slot is Slot.HEAD else STEPS)
    frames = []
    for time in times:
        frame = _warped(ground, _ground(ground, camera, time), cv2.BORDER_REFLECT)
        frame = frame.astype(np.float32)
        for mover in movers:
            place = _placed(mover, camera, time)
            alpha = cv2.warpAffine(mover.alpha, place, SIZE)[..., None]
            frame += alpha * (
                _warped(mover.picture, place, cv2.BORDER_CONSTANT) - frame
            )
        frame += _grain(int(time))
        frames.append(frame.clip(0, 255).astype(np.uint8))
    return frames


def observe(
    frames: Sequence[Picture], slot: Slot, subjects: tuple[Silhouette, ...] = ()
) -> Observation:
    """Return what ingest would see at the cut of these frames, in time's order."""
    recorder = SignalRecorder()
    for frame in frames:
        small = cv2.resize(frame, SMALL, interpolation=cv2.INTER_AREA)
        recorder.push(np.ascontiguousarray(small[..., ::-1]))
    return Observation(
        slot=slot,
        rate=RATE,
        aspect=ASPECT,
        picture=at_cut(frames, slot),
        subjects=subjects,
        appearance=np.ones(1, np.float32),
        flow=recorder.take().flow[1:],
        stretch=lambda: np.stack(
            [cv2.resize(f, STRETCH, interpolation=cv2.INTER_AREA) for f in frames]
        ),
        sound=None,
    )


@cache
def _grain(number: int) -> NDArray[np.float32]:
    chance = np.random.default_rng(1000 + number)
    return chance.normal(0, 2, (SIZE[1], SIZE[0], 3)).astype(np.float32)


def at_cut(frames: Sequence[Picture], slot: Slot) -> Picture:
    """The frame beside the cut."""
    return frames[0 if slot is Slot.HEAD else -1]


def seen_in(frames: Sequence[Picture], slot: Slot) -> tuple[Silhouette, ...]:
    """Return whom the segmenter finds at the cut."""
    found = segmenter().segment(at_cut(frames, slot))
    return () if found is None else (found,)


def _warped(picture: Picture, place: NDArray[np.float64], border: int) -> Picture:
    return np.asarray(
        cv2.warpAffine(picture, place, SIZE, flags=cv2.INTER_LINEAR, borderMode=border)
    )


def _ground(picture: Picture, camera: Camera, time: float) -> NDArray[np.float64]:
    scale = SIZE[0] / (_VIEW * picture.shape[1])
    return _affine(picture, scale, complex(0), camera, time)


def _placed(mover: Mover, camera: Camera, time: float) -> NDArray[np.float64]:
    scale = mover.height * SIZE[1] / mover.picture.shape[0]
    return _affine(mover.picture, scale, mover.centre + mover.step * time, camera, time)


def _affine(
    picture: Picture, scale: float, centre: complex, camera: Camera, time: float
) -> NDArray[np.float64]:
    """Return how a picture whose middle stands at `centre` is seen after `time` frames."""
    turn = (1 + camera.turn) ** time
    # The sum of a step's flow over all steps, each seen through those before it.
    shift = camera.shift * ((turn - 1) / camera.turn if camera.turn else time)
    a = turn * scale
    middle = complex(picture.shape[1] - 1, picture.shape[0] - 1) / 2
    to = (turn * centre + shift) * SIZE[0] + complex(SIZE[0] - 1, SIZE[1] - 1) / 2
    b = to - a * middle
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
