"""A title of the sample titles' own shots, one cut and one shot in twenty with something on it.

Only shots out of files that no encoder or detector that ships was trained on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.components.artwork import FILE as ARTWORK
from mlcore.components.artwork import Artwork, load_artwork
from mlcore.components.catalogue import component, components_of
from mlcore.components.drawing.laying import lay
from pipelines.artwork.footage import CLIPS
from tests.mlcore.photographs import sample, weights_folder

TITLES = ("reel_one", "reel_two")
SIZE = (640, 360)
RATE = 25
EVERY = 20
"""Of so many cuts one has a transition, of so many shots one has something else"""
SECONDS = (1.6, 3.2)
"""Of a shot"""
HANDLE = RATE // 2
"""Frames of a piece on either side that only a transition shows: half a second"""
ELSE = ("effect", "animation", "filter", "sticker", "text")

Frames = NDArray[np.uint8]
"""(t, h, w, 3) RGB"""


@dataclass
class Film:
    """What was drawn, and what is on it."""

    starts: list[int] = field(default_factory=list)
    """First frames of all shots"""
    frames: int = 0
    laid_at: dict[int, str] = field(default_factory=dict)
    """Keys of transitions by the shot that enters"""
    laid_on: dict[int, str] = field(default_factory=dict)
    """Keys of all else by shot"""


def draw(path: Path, shots: int, seed: int) -> Film:
    """Write a film of so many shots and return what is on it."""
    chance = np.random.default_rng([seed, 21])
    film = _planned(shots, chance)
    with av.open(str(path), "w") as target:
        stream = target.add_stream(
            "libx264", rate=RATE, options={"crf": "16", "preset": "veryfast"}
        )
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for shot in _shots(film, shots, chance):
            film.starts.append(film.frames)
            film.frames += len(shot)
            for picture in (shot * 255).round().byte().permute(0, 2, 3, 1).numpy():
                target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        target.mux(stream.encode(None))
    return film


def _planned(shots: int, chance: np.random.Generator) -> Film:
    """What lies where: nothing else on shots beside a transition."""
    film = Film()
    for entering in chance.permutation(np.arange(1, shots))[: (shots - 1) // EVERY]:
        film.laid_at[int(entering)] = _some("transition", chance)
    free = [n for n in range(shots) if not {n, n + 1} & set(film.laid_at)]
    for shot in chance.permutation(free)[: shots // EVERY]:
        film.laid_on[int(shot)] = _some(str(chance.choice(ELSE)), chance)
    return film


def _some(category: str, chance: np.random.Generator) -> str:
    offered = components_of(category)  # type: ignore[arg-type]
    return offered[int(chance.integers(len(offered)))].key


def _shots(film: Film, shots: int, chance: np.random.Generator) -> Iterator[Tensor]:
    """(t, 3, h, w) 0..1 each, with what lies on it."""
    coming, begun = _piece(chance, None), None
    for number in range(shots):
        piece, coming = coming, _piece(chance, coming)
        own = _float(piece.frames[HANDLE:-HANDLE])
        if begun is not None:
            own[: len(begun)] = begun
            begun = None
        if key := film.laid_on.get(number):
            own = lay(component(key), own, RATE, artwork=_artwork())
        if key := film.laid_at.get(number + 1):
            half = int(chance.integers(HANDLE // 2, HANDLE + 1))
            leaving = _float(
                piece.frames[-HANDLE - half : len(piece.frames) - HANDLE + half]
            )
            entering = _float(coming.frames[HANDLE - half : HANDLE + half])
            over = lay(component(key), leaving, RATE, entering=entering)
            own[-half:], begun = over[:half], over[half:]
        yield own


class _Piece(NamedTuple):
    setup: str
    frames: Frames


def _piece(chance: np.random.Generator, before: _Piece | None) -> _Piece:
    """A stretch of another set-up than the one before, some mirrored, with handles."""
    others = [each for each in _footage() if not before or each.setup != before.setup]
    setup, own = others[int(chance.integers(len(others)))]
    wanted = 2 * HANDLE + int(RATE * chance.uniform(*SECONDS))
    first = int(chance.integers(max(1, len(own) - wanted + 1)))
    # Shots that are too short go back and forth.
    there = np.concatenate([own, own[::-1]] * 4)
    frames = there[first : first + wanted]
    return _Piece(setup, frames[:, :, ::-1] if chance.random() < 0.5 else frames)


def _float(frames: Frames) -> Tensor:
    copied = torch.from_numpy(np.ascontiguousarray(frames))
    return copied.permute(0, 3, 1, 2).float() / 255


@cache
def _artwork() -> Artwork:
    return load_artwork(weights_folder() / ARTWORK)


@cache
def _footage() -> tuple[_Piece, ...]:
    """Whole picture shots of the sample titles, without black bars."""
    learned = {each.setup.clip for each in CLIPS if each.pool == "train"}
    found = []
    for title in map(sample, TITLES):
        pictures = [cv2.resize(one, SIZE) for one in title.all_frames()]
        found += [
            _Piece(shot["setup"], np.stack(pictures[shot["first"] : shot["end"]]))
            for shot in title.shots
            if shot["role"] == "picture"
            and shot["end"] - shot["first"] >= RATE
            and shot["source"].split()[0] not in learned
        ]
    return tuple(found)
