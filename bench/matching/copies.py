"""Near-duplicates: copies of frames, frames of one shot, and frames of different shots."""

from collections.abc import Callable
from itertools import combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mlcore.matching.appearance import AppearanceEncoder
from mlcore.matching.colour import COLOUR_DIMS, look_colours
from mlcore.matching.duplicates import LookRows, find_groups
from mlcore.matching.moments import Slot, rows_columns
from mlcore.matching.segmenters import PeopleFirst
from tests.mlcore.drawn import compressed
from tests.mlcore.photographs import Picture, photographs, sample, weights_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

COPIES: dict[str, Callable[[Picture], Picture]] = {
    "half size, JPEG 50": lambda p: compressed(_half(p), 50),
    "cropped by 3 %": lambda p: p[len(p) // 33 : -(len(p) // 33), 19:-19].copy(),
    "10 % brighter": lambda p: np.clip(p * 1.1, 0, 255).astype(np.uint8),
}


def measure_copies() -> None:
    """Print likeness and colour distances, and how many pairs are called the same."""
    encoder = AppearanceEncoder(weights_folder() / "efficientnet-lite0.safetensors")
    segmenter = PeopleFirst(weights_folder())
    shots = _shots()
    frames = [frame for shot in shots for frame in shot]
    owner = [n for n, shot in enumerate(shots) for _ in shot]
    rows = _looks(frames, encoder, segmenter)
    pairs = list(combinations(range(len(frames)), 2))
    print(f"\nnear-duplicates: {len(frames)} frames of {len(shots)} shots")
    _tell("another shot", [_pair(rows, i, j) for i, j in pairs if owner[i] != owner[j]])
    _tell(
        "the same shot", [_pair(rows, i, j) for i, j in pairs if owner[i] == owner[j]]
    )
    for name, copy in COPIES.items():
        copies = _looks([copy(frame) for frame in frames], encoder, segmenter)
        _tell(name, [_pair(rows, i, i, copies) for i in range(len(frames))])


def _tell(name: str, pairs: list[tuple[float, float, float, bool]]) -> None:
    likeness, tint, palette, same = (
        np.array(column) for column in zip(*pairs, strict=True)
    )
    print(
        f"  {name:20s} {len(pairs):6d} pairs  likeness 1/50/99 %: "
        + "/".join(f"{q:.2f}" for q in np.quantile(likeness, (0.01, 0.5, 0.99)))
        + f"  tint 50/95 %: {np.median(tint):.1f}/{np.quantile(tint, 0.95):.1f}"
        + f"  palette 95 %: {np.quantile(palette, 0.95):.2f}"
        + f"  called the same: {same.mean():.3f}"
    )


def _pair(
    rows: LookRows, i: int, j: int, others: LookRows | None = None
) -> tuple[float, float, float, bool]:
    a, b = rows.pick([i]), (others or rows).pick([j])
    apart = np.abs(a.colours[0] - b.colours[0])[6:COLOUR_DIMS].sum() / 2
    tint = np.linalg.norm((a.colours[0] - b.colours[0])[:6]) * 100
    both = LookRows(
        **rows_columns([0, 1], [Slot.MIDDLE] * 2, [0, 0]),
        appearance=np.concatenate([a.appearance, b.appearance]),
        colours=np.concatenate([a.colours, b.colours]),
    )
    same = bool(find_groups(both, 2)[1] == 0)
    return float(a.appearance[0] @ b.appearance[0]), float(tint), float(apart), same


def _looks(
    frames: list[Picture], encoder: AppearanceEncoder, segmenter: PeopleFirst
) -> LookRows:
    colours: list[NDArray[np.float32]] = []
    for frame in frames:
        subject = segmenter.segment(frame)
        colours.append(look_colours(frame, subject.coverage if subject else None))
    many = list(range(len(frames)))
    return LookRows(
        **rows_columns(many, [Slot.MIDDLE] * len(many), many),
        appearance=encoder.encode(frames),
        colours=np.stack(colours),
    )


def _shots() -> list[list[Picture]]:
    """Head and tail of the picture shots of a title; copies within it are left out."""
    title = sample("reel_one")
    repeats = {n for group in title.truth["duplicates"] for n in group[1:]}
    shots = [[picture] for picture in photographs().values()]
    for number, shot in enumerate(title.shots):
        if shot["role"] == "picture" and number not in repeats:
            found = title.frames([shot["first"], shot["end"] - 1])
            shots.append([found[shot["first"]], found[shot["end"] - 1]])
    return shots


def _half(picture: Picture) -> Picture:
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
