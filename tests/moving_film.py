"""A drawn film with sound, in which an action, a light and a sound go on across cuts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame

from tests.films import RATE, SIZE, DrawnShot, Film, Picture, texture
from tests.films import pictures as still_pictures

SAMPLE_RATE = 48_000
FRAMES = 30

Lamp = tuple[float, float, tuple[float, float, float]]


@dataclass(frozen=True, kw_only=True)
class LivelyShot:
    """Somebody on a path, (right, down) in pixels a frame; or a lamp over the ground."""

    scene: int
    outline: str = ""
    step: tuple[float, float] = (0.0, 0.0)
    lamp: Lamp | None = None
    pitch: float = 0.0
    """Hz of what is heard; 0 is silence."""


SHOTS = (
    LivelyShot(scene=40, outline="bottle", step=(5, 0), pitch=220),
    LivelyShot(scene=41, lamp=(0.2, 0.3, (1.0, 0.7, 0.3)), pitch=0),
    LivelyShot(scene=42, outline="star", step=(5, 0), pitch=1200),
    LivelyShot(scene=43, lamp=(0.8, 0.7, (0.3, 0.6, 1.0)), pitch=220),
    LivelyShot(scene=44, outline="boat", step=(0, -5), pitch=0),
    LivelyShot(scene=45, outline="arch", lamp=(0.2, 0.3, (1.0, 0.7, 0.3)), pitch=640),
)
PLANTED = {"action": (0, 2), "light": (1, 5), "sound": (0, 3)}
"""By kind: the shots, in the film's order, that go together."""


def write_moving_film(path: Path) -> Path:
    """Draw the film into an H.264 file with AAC sound."""
    with av.open(str(path), "w") as target:
        picture = target.add_stream("libx264", rate=RATE)
        picture.width, picture.height = SIZE
        picture.pix_fmt = "yuv420p"
        picture.options = {"preset": "veryfast", "crf": "16"}
        sound = target.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for shot in SHOTS:
            for frame in _pictures(shot):
                target.mux(picture.encode(av.VideoFrame.from_ndarray(frame)))
        for part in _parts(np.concatenate([_sound(shot) for shot in SHOTS])):
            target.mux(sound.encode(part))
        target.mux(picture.encode(None))
        target.mux(sound.encode(None))
    return path


def _pictures(shot: LivelyShot) -> Iterator[Picture]:
    ground = texture(shot.scene, calm=not shot.lamp)[: SIZE[1], : SIZE[0]]
    for frame in range(FRAMES):
        x, y = (0.35 + (frame - FRAMES / 2) * shot.step[n] / SIZE[n] for n in (0, 1))
        box = (x, y - 0.1, 0.3, 0.5)
        drawn = DrawnShot(scene=shot.scene, outline=shot.outline, box=box, frames=1)
        film = Film(shots=(drawn,), planted=frozenset())
        seen = next(still_pictures(film)) if shot.outline else ground.copy()
        yield _lit(seen, shot.lamp) if shot.lamp else seen


def _lit(ground: Picture, lamp: Lamp) -> Picture:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] / SIZE[0]
    off = (x - lamp[0]) ** 2 + (y - lamp[1] * SIZE[1] / SIZE[0]) ** 2
    pool = 0.15 + np.exp(-off / 0.04)[..., None] * 2
    grey = ground.mean(axis=2, keepdims=True)
    return np.asarray((grey * pool * np.array(lamp[2])).clip(0, 255), np.uint8)


def _sound(shot: LivelyShot) -> npt.NDArray[np.int16]:
    time = np.arange(round(FRAMES / RATE * SAMPLE_RATE)) / SAMPLE_RATE
    if not shot.pitch:
        return np.zeros(len(time), np.int16)
    wave = sum(np.sin(2 * np.pi * shot.pitch * n * time) / n for n in range(1, 6))
    return np.asarray(wave * 5000, np.int16)


def _parts(samples: npt.NDArray[np.int16]) -> Iterator[AudioFrame]:
    for start in range(0, len(samples), 1024):
        part = np.ascontiguousarray(samples[None, start : start + 1024])
        frame = AudioFrame.from_ndarray(part, format="s16", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, start
        yield frame
