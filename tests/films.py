"""Draws whole films for the matcher: planted silhouettes and pans among distractors."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from tests.footage.copies import write_copy

Picture = npt.NDArray[np.uint8]
SIZE = (640, 360)
RATE = Fraction(25)
SHOT_FRAMES = 20
# What is drawn is drawn larger, so that a pan has somewhere to go.
MARGIN = 200

Outline = list[tuple[float, float]]
# Outlines in a box of 1 x 1: what a subject looks like from afar.
OUTLINES: dict[str, Outline] = {
    "figure": [(0.42, 0), (0.58, 0), (0.6, 0.16), (0.8, 0.3), (0.76, 0.6), (0.64, 0.62),
               (0.66, 1), (0.34, 1), (0.36, 0.62), (0.24, 0.6), (0.2, 0.3), (0.4, 0.16)],
    "arch": [(0, 1), (0, 0.4), (0.25, 0), (0.75, 0), (1, 0.4), (1, 1), (0.7, 1),
             (0.7, 0.5), (0.3, 0.5), (0.3, 1)],
    "boat": [(0, 0.6), (0.45, 0.6), (0.45, 0), (0.9, 0.5), (0.5, 0.55), (1, 0.6),
             (0.8, 1), (0.2, 1)],
    "star": [(0.5, 0), (0.63, 0.37), (1, 0.4), (0.7, 0.62), (0.8, 1), (0.5, 0.78),
             (0.2, 1), (0.3, 0.62), (0, 0.4), (0.37, 0.37)],
    "bottle": [(0.4, 0), (0.6, 0), (0.6, 0.3), (0.85, 0.45), (0.85, 1), (0.15, 1),
               (0.15, 0.45), (0.4, 0.3)],
    "mountain": [(0, 1), (0.3, 0.3), (0.45, 0.55), (0.7, 0), (1, 1)],
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class DrawnShot:
    """One shot: a still subject, a pan over a texture, or something that never matches.

    `box` is (x, y, width, height) in parts of the picture; `pan` is (right, down) in
    pixels a frame; `scene` chooses texture and colours.
    """

    scene: int
    outline: str = ""
    box: tuple[float, float, float, float] = (0.3, 0.1, 0.4, 0.8)
    pan: tuple[float, float] = (0.0, 0.0)
    role: str = "picture"
    frames: int = SHOT_FRAMES


@dataclass(frozen=True, kw_only=True)
class Film:
    """Shots in order, and which pairs of them were planted, as (kind, earlier, later)."""

    shots: tuple[DrawnShot, ...]
    planted: frozenset[tuple[str, int, int]]

    @property
    def cuts(self) -> list[int]:
        """First frame of every shot but the first."""
        ends = np.cumsum([shot.frames for shot in self.shots])
        return [int(end) for end in ends[:-1]]


def planted_film() -> Film:
    """Three silhouettes and three pans that come back, among others that do not."""
    left, right = (0.1, 0.15, 0.3, 0.75), (0.6, 0.2, 0.32, 0.7)
    shots = (
        DrawnShot(scene=0, role="black"),
        DrawnShot(scene=1, outline="figure", box=left),
        DrawnShot(scene=2, pan=(6, 0)),
        DrawnShot(scene=3, outline="arch", box=(0.35, 0.3, 0.4, 0.6)),
        DrawnShot(scene=4, role="slate"),
        DrawnShot(scene=5, pan=(0, -5)),
        DrawnShot(scene=6, outline="figure", box=left),
        DrawnShot(scene=7, pan=(-4, 4)),
        DrawnShot(scene=8, outline="boat", box=right),
        DrawnShot(scene=9, pan=(6, 0)),
        DrawnShot(scene=10, outline="star", box=(0.05, 0.05, 0.35, 0.6)),
        DrawnShot(scene=11, outline="arch", box=(0.35, 0.3, 0.4, 0.6)),
        DrawnShot(scene=12, pan=(0, -5)),
        DrawnShot(scene=13, outline="bottle", box=(0.7, 0.4, 0.25, 0.55)),
        DrawnShot(scene=14, pan=(5, 5)),
        DrawnShot(scene=15, outline="boat", box=right),
        DrawnShot(scene=16, outline="mountain", box=(0.02, 0.5, 0.5, 0.48)),
        DrawnShot(scene=17, pan=(-4, 4)),
        DrawnShot(scene=18, pan=(-6, -1)),
        DrawnShot(scene=19, role="text", frames=50),
    )
    pairs = {("frame", 1, 6), ("frame", 3, 11), ("frame", 8, 15)}
    pairs |= {("motion", 2, 9), ("motion", 5, 12), ("motion", 7, 17)}
    return Film(shots=shots, planted=frozenset(pairs))


def write_film(
    path: Path,
    film: Film,
    change: Callable[[Picture, int], Picture] | None = None,
) -> Path:
    """Draw the film into an H.264 file, each picture changed as told."""
    if change is None:
        return write_copy(
            path, film, lambda place: write_pictures(place, pictures(film))
        )
    drawn = enumerate(pictures(film))
    return write_pictures(path, (change(picture, frame) for frame, picture in drawn))


def write_pictures(path: Path, drawn: Iterable[Picture], *, crf: int = 16) -> Path:
    """Encode pictures, (360, 640, 3) RGB, into an H.264 file."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=RATE)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": str(crf)}
        for picture in drawn:
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        target.mux(stream.encode(None))
    return path


def pictures(film: Film) -> Iterator[Picture]:
    """Every frame of the film, (360, 640, 3) RGB."""
    for shot in film.shots:
        draw = drawer(shot)
        for frame in range(shot.frames):
            yield draw(frame)


def drawer(shot: DrawnShot) -> Callable[[float], Picture]:
    """Return how the shot looks at a time in its own frames, (360, 640, 3) RGB."""
    return DRAWERS[shot.role](shot)


def _picture(shot: DrawnShot) -> Callable[[float], Picture]:
    ground = texture(shot.scene, calm=bool(shot.outline))

    def draw(frame: float) -> Picture:
        x, y = (MARGIN + round(step * frame) for step in (-shot.pan[0], -shot.pan[1]))
        view = ground[y : y + SIZE[1], x : x + SIZE[0]].copy()
        if shot.outline:
            _fill(view, shot)
        return view

    return draw


def texture(scene: int, *, calm: bool) -> Picture:
    """Blotches of two scales in the colours of a scene, wider than the picture."""
    chance = np.random.default_rng(500 + scene)
    height, width = SIZE[1] + 2 * MARGIN, SIZE[0] + 2 * MARGIN
    base = chance.uniform(40, 110, 3)
    coarse = chance.normal(0, 1, (height // 60, width // 60, 3))
    fine = chance.normal(0, 1, (height // 12, width // 12, 1))
    swing = (9, 4) if calm else (28, 26)
    ground = base + swing[0] * cv2.resize(coarse, (width, height))
    grain = cv2.resize(fine, (width, height))
    return np.clip(ground + swing[1] * grain[..., None], 0, 255).astype(np.uint8)


def _fill(view: Picture, shot: DrawnShot) -> None:
    chance = np.random.default_rng(900 + shot.scene)
    colour = chance.uniform(170, 245, 3)
    x, y, w, h = shot.box
    corners = np.array(OUTLINES[shot.outline]) * (w, h) + (x, y)
    points = np.round(corners * SIZE).astype(np.int32)
    cv2.fillPoly(view, [points], [float(c) for c in colour], lineType=cv2.LINE_AA)


def _black(_shot: DrawnShot) -> Callable[[float], Picture]:
    return lambda _frame: np.zeros((SIZE[1], SIZE[0], 3), np.uint8)


def _slate(shot: DrawnShot) -> Callable[[float], Picture]:
    card = np.full((SIZE[1], SIZE[0], 3), 24, np.uint8)
    for line, text in enumerate(("SCENE 12  TAKE 3", "ROLL A001", "DIR. L. KULESHOV")):
        _write(card, text, 90 + 90 * line, 1.5)
    return lambda _frame: card


def _bars(_shot: DrawnShot) -> Callable[[float], Picture]:
    """SMPTE colour bars at 75 %, as tape and file heads have them."""
    steps = [
        (1, 1, 1),
        (1, 1, 0),
        (0, 1, 1),
        (0, 1, 0),
        (1, 0, 1),
        (1, 0, 0),
        (0, 0, 1),
    ]
    colours = np.array(steps)[np.arange(SIZE[0]) * 7 // SIZE[0]] * 191
    card = np.repeat(colours[None], SIZE[1], axis=0).astype(np.uint8)
    return lambda _frame: card


def _credits(shot: DrawnShot) -> Callable[[float], Picture]:
    roll = np.zeros((SIZE[1] + 400, SIZE[0], 3), np.uint8)
    for line in range(16):
        _write(roll, f"Grip {line}     A. Name {line}", 60 + 42 * line, 0.9)
    return lambda frame: roll[int(4 * frame) :][: SIZE[1]].copy()


def _write(picture: Picture, text: str, y: int, size: float) -> None:
    font, white = cv2.FONT_HERSHEY_SIMPLEX, (235.0, 235.0, 235.0)
    cv2.putText(picture, text, (70, y), font, size, white, 2, cv2.LINE_AA)


DRAWERS: dict[str, Callable[[DrawnShot], Callable[[float], Picture]]] = {
    "picture": _picture,
    "bars": _bars,
    "black": _black,
    "slate": _slate,
    "text": _credits,
}
