"""Films from real photographs whose cuts are known, one kind of transition each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.mlcore.drawn import compressed, figure
from tests.mlcore.photographs import photographs, sample

Picture = NDArray[np.uint8]
Shot = list[NDArray[np.float32]]
Draw = Callable[[np.random.Generator, int], tuple[Shot, list[int]]]

WIDTH, HEIGHT = 256, 144
SHOTS, LENGTH = 6, 36
"""Shots of a film, and frames of each, transitions included."""


@dataclass(frozen=True)
class Film:
    """Frames as uint8 (144, 256, 3) BGR, and the first frames of its shots but one."""

    frames: list[Picture]
    cuts: list[int]


@cache
def pictures() -> list[Picture]:
    """Real pictures, BGR, no two of one shot: photographs and the samples' own shots."""
    found = dict(photographs())
    for name in ("reel_one", "reel_two"):
        title = sample(name)
        setups = {s["name"]: s["setup"] for s in title.shots if s["role"] == "picture"}
        fresh = {at: name for name, at in setups.items() if at not in found}
        stills = title.middles(list(fresh.values()))
        found |= {at: stills[name] for at, name in fresh.items()}
    return [np.ascontiguousarray(p[..., ::-1]) for p in found.values()]


def _shots(chance: np.random.Generator, many: int, length: int = LENGTH) -> list[Shot]:
    """Draw shots of different pictures, the camera drifting and a hand not quite still."""
    chosen = chance.permutation(len(pictures()))[:many]
    return [_drift(chance, pictures()[at], length) for at in chosen]


def _drift(chance: np.random.Generator, picture: Picture, length: int) -> Shot:
    height, width = picture.shape[:2]
    view = 0.75 * min(width / WIDTH, height / HEIGHT)
    start, end = (chance.uniform(-0.06, 0.06, 2) * (width, height) for _ in range(2))
    zoom = chance.uniform(0.92, 1.08)
    shake = chance.normal(0, 0.4, (length, 2))
    frames = []
    for number in range(length):
        share = number / length
        middle = (
            np.array([width, height]) / 2
            + start
            + share * (end - start)
            + shake[number]
        )
        frames.append(_seen(picture, middle, view * zoom**share))
    return frames


def _seen(
    picture: Picture, middle: NDArray[np.float64], view: float
) -> NDArray[np.float32]:
    turn = np.array([
        [view, 0, middle[0] - view * WIDTH / 2], [0, view, middle[1] - view * HEIGHT / 2],
    ])  # fmt: skip
    how = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(
        picture, turn, (WIDTH, HEIGHT), flags=how, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(seen, np.float32)


def _printed(chance: np.random.Generator, frames: Shot) -> list[Picture]:
    """Frames with grain, through compression, as a film has them."""
    grain = [chance.normal(0, 2.0, frame.shape) for frame in frames]
    return [
        compressed((frame + g).clip(0, 255).astype(np.uint8), 60)
        for frame, g in zip(frames, grain, strict=True)
    ]


def _joined(shots: list[Shot]) -> tuple[Shot, list[int]]:
    cuts = np.cumsum([len(shot) for shot in shots])[:-1]
    return [frame for shot in shots for frame in shot], cuts.tolist()


def hard(chance: np.random.Generator, many: int) -> tuple[Shot, list[int]]:
    """Plain cuts."""
    return _joined(_shots(chance, many))


def equal_luma(chance: np.random.Generator, many: int) -> tuple[Shot, list[int]]:
    """Cuts between pictures of one mean and spread of grey."""
    return _joined(
        [[_levelled(frame) for frame in shot] for shot in _shots(chance, many)]
    )


def _levelled(frame: NDArray[np.float32]) -> NDArray[np.float32]:
    grey = frame @ np.array([0.114, 0.587, 0.299], np.float32)
    return np.asarray(
        (frame - grey.mean()) * (38 / max(grey.std(), 1)) + 110, np.float32
    )


def dissolve(frames: int) -> Draw:
    """Cross-fades of so many frames; the cut is in the middle."""

    def draw(chance: np.random.Generator, many: int) -> tuple[Shot, list[int]]:
        whole, cuts = [], []
        shots = _shots(chance, many, length=max(LENGTH + frames, 24 + 2 * frames))
        for number, shot in enumerate(shots):
            if number == 0:
                whole += shot
                continue
            cuts.append(len(whole) - frames // 2)
            for step in range(frames):
                share = (step + 0.5) / frames
                at = len(whole) - frames + step
                whole[at] = whole[at] * (1 - share) + shot[step] * share
            whole += shot[frames:]
        return whole, cuts

    return draw


def dip(out: int, held: int, level: float) -> Draw:
    """Fades to one grey, held for some frames, and back out of it.

    Six frames held or more are a shot of their own; fewer are one cut in the middle.
    """

    def draw(chance: np.random.Generator, many: int) -> tuple[Shot, list[int]]:
        whole: Shot = []
        cuts: list[int] = []
        flat = np.full((HEIGHT, WIDTH, 3), level, np.float32)
        for number, shot in enumerate(_shots(chance, many)):
            if number:
                first = len(whole)
                whole += [flat] * held
                cuts += [first, first + held] if held >= 6 else [first + held // 2]
            for at in range(out):
                share = (at + 1) / (out + 1)
                if number:
                    shot[at] = flat * (1 - share) + shot[at] * share
                if number < many - 1:
                    shot[-1 - at] = flat * (1 - share) + shot[-1 - at] * share
            whole += shot
        return whole, cuts

    return draw


def flash(chance: np.random.Generator, many: int) -> tuple[Shot, list[int]]:
    """Cuts, and a photographer's flash of one to three frames inside every shot."""
    shots = _shots(chance, many)
    for shot in shots:
        at, strong = chance.integers(10, LENGTH - 12), chance.uniform(120, 230)
        for frame in range(at, at + chance.integers(1, 4)):
            shot[frame] = (shot[frame] * 1.3 + strong).clip(0, 255)
            strong *= 0.7
    return _joined(shots)


def whip(chance: np.random.Generator, many: int) -> tuple[Shot, list[int]]:
    """Cuts, and inside every shot the camera whips to another part of the picture."""
    shots = []
    for at in chance.permutation(len(pictures()))[:many]:
        picture = np.concatenate([pictures()[at], pictures()[at][:, ::-1]] * 2, axis=1)
        height, width = picture.shape[:2]
        view = 0.9 * height / HEIGHT
        begin, frames = 0.25 * width, []
        for number in range(LENGTH):
            whipped = np.clip((number - 14) / 7, 0, 1)
            middle = np.array([begin + 0.9 * view * WIDTH * whipped, height / 2])
            frame = _seen(picture, middle, view)
            blur = 1 + 2 * round(16 * (0 < whipped < 1))
            frames.append(np.asarray(cv2.blur(frame, (blur, 1)), np.float32))
        shots.append(frames)
    return _joined(shots)


def crossing(chance: np.random.Generator, many: int) -> tuple[Shot, list[int]]:
    """Cuts, and inside every shot somebody large walks through the picture."""
    shots = _shots(chance, many)
    for shot in shots:
        colour, tall = chance.uniform(0, 160, 3), chance.uniform(1.2, 2.2)
        for number in range(4, LENGTH - 4):
            x = -0.3 + 1.6 * (number - 4) / (LENGTH - 8)
            mask = figure((HEIGHT, WIDTH), (x, 0.7), tall).astype(np.float32)
            soft = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., None]
            shot[number] = np.asarray(
                shot[number] * (1 - soft) + colour * soft, np.float32
            )
    return _joined(shots)


TRANSITIONS: dict[str, Draw] = {
    "hard cut": hard,
    "equal-luma cut": equal_luma,
    "dissolve, 8 frames": dissolve(8),
    "dissolve, 12 frames": dissolve(12),
    "dissolve, 24 frames": dissolve(24),
    "dissolve, 48 frames": dissolve(48),
    "fade out and in, 12 frames of black": dip(12, 12, 0),
    "fade out and in, 2 frames of black": dip(12, 2, 0),
    "dip to black, 4 frames each way": dip(4, 1, 0),
    "dip to white, 4 frames each way": dip(4, 1, 255),
    "flash inside a shot": flash,
    "whip pan inside a shot": whip,
    "somebody crosses the picture": crossing,
}


def draw_film(name: str, seed: int, shots: int = SHOTS) -> Film:
    """Draw the film of one kind of transition; the same for the same seed."""
    chance = np.random.default_rng([seed, list(TRANSITIONS).index(name)])
    frames, cuts = TRANSITIONS[name](chance, shots)
    return Film(_printed(chance, frames), cuts)


def looked_at(film: Film) -> Iterator[Picture]:
    """The frames as the network sees them: uint8 (27, 48, 3) RGB."""
    for frame in film.frames:
        small = cv2.resize(frame, (48, 27), interpolation=cv2.INTER_AREA)
        yield np.ascontiguousarray(small[..., ::-1], np.uint8)
