"""Figures on photographs, cut out by the segmenter; and what an offset search costs."""

import os
import time
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.matchcuts.figures import (
    ASPECT,
    Scores,
    looked_at_again,
    planted_pairs,
    rows_of,
)
from bench.matchcuts.poses import SIZE, Mask, Place, any_pose, drawn_pose
from mlcore.matching.align import align
from mlcore.matching.following import follow_subjects
from mlcore.matching.frame_rows import FrameRows
from mlcore.matching.kinds import FRAME
from mlcore.matching.masks import iou, placed
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from mlcore.matching.offsets import score_offsets
from mlcore.matching.segmenters import ForegroundSegmenter, Silhouette
from pipelines.media.reader import read_stills
from pipelines.media.writer import write_jpeg
from tests.mlcore.drawn import painted
from tests.mlcore.photographs import photographs

SEEN, PAIRS = 240, 50
RATE = Fraction(25)


def measure_pictures(seed: int) -> None:
    """Print the same for pictures: figures on photographs, cut out by the segmenter."""
    chance = np.random.default_rng(seed)
    halves = [
        planted_pairs(seed + n, SEEN // 2, cut=bool(n), pairs=PAIRS) for n in (2, 3)
    ]
    masks = [mask for half in halves for mask in half.masks]
    segmenter, seen, agree = (
        ForegroundSegmenter(),
        list[NDArray[np.float32]](),
        list[float](),
    )
    for mask in masks:
        found = segmenter.segment(_picture(mask, chance))
        seen.append(np.zeros((2, 2), np.float32) if found is None else found.coverage)
        truth, cut_out = placed(mask), placed(seen[-1])
        if truth is not None and cut_out is not None:
            agree.append(iou(truth, cut_out))
    print(
        f"  rendered: {SEEN} figures on two photographs; {len(agree)} cut out by "
        f"{ForegroundSegmenter.name}, median IoU with the truth {np.median(agree):.2f}"
    )
    rows = rows_of(seen)
    exact = looked_at_again(rows, FRAME.scores(rows, rows), 60)
    for name, start in (("whole", 0), ("cut by an edge", SEEN // 2)):
        pairs = _found_pairs(rows, start)
        ranks = [_rank(rows, exact, *pair) for pair in pairs + [p[::-1] for p in pairs]]
        share = np.mean([rank < 10 for rank in ranks]) if ranks else float("nan")
        print(
            f"    {name:15s} {len(pairs)} of {PAIRS} pairs have both masks; of these R@10 {share:.2f}"
        )


def _found_pairs(rows: FrameRows, start: int) -> list[tuple[int, int]]:
    there = set(rows.shot.tolist())
    pairs = [(start + 2 * n, start + 2 * n + 1) for n in range(PAIRS)]
    return [pair for pair in pairs if set(pair) <= there]


def _rank(rows: FrameRows, scores: Scores, query: int, partner: int) -> int:
    q, p = (int(np.flatnonzero(rows.shot == shot)[0]) for shot in (query, partner))
    return (
        int((np.delete(scores[q], q) > scores[q, p]).sum())
        if scores[q, p] > 0
        else len(rows)
    )


def _picture(mask: Mask, chance: np.random.Generator) -> NDArray[np.uint8]:
    """A figure in a plain colour on a piece of a photograph, soft as a background is."""
    photo = photographs()[("china", "flower")[int(chance.integers(2))]]
    top, left = (
        int(chance.integers(0, side - s))
        for side, s in zip(photo.shape, SIZE, strict=False)
    )
    piece = photo[top : top + SIZE[0], left : left + SIZE[1]]
    ground = np.asarray(cv2.GaussianBlur(piece, (0, 0), 4), np.uint8)
    light = 30.0 if ground.mean() > 110 else 225.0
    colour = np.clip(chance.normal(light, 20, 3), 0, 255).astype(int)
    return painted(ground, mask, (int(colour[0]), int(colour[1]), int(colour[2])))


def measure_offsets(seed: int) -> None:
    """Print what the search around one cut costs, decoding and stills left out."""
    chance = np.random.default_rng(seed)
    pose = any_pose(chance)
    sides = [
        [
            _picture(
                drawn_pose(pose, Place(0.3 + side * 0.2 + 0.01 * n, 0.5, 0.8)),
                np.random.default_rng(seed),
            )
            for n in range(13)
        ]
        for side in (0, 1)
    ]
    began = time.process_time()
    seen = [
        [_moment(p, s) for p, s in zip(pictures, _followed(pictures), strict=True)]
        for pictures in sides
    ]
    masked = time.process_time() - began
    began = time.process_time()
    score_offsets(FRAME, *seen)
    scored = time.process_time() - began
    ends = (placed(side[-1].subjects[0].coverage) for side in seen)
    one, other = (np.zeros((64, 64), np.bool_) if end is None else end for end in ends)
    began = time.process_time()
    align(one, other, (ASPECT, ASPECT), turn=True)
    turned = time.process_time() - began
    print(
        f"  offsets of 13 x 13 frames, CPU seconds: masks {masked:.2f}, scores {scored:.2f}, "
        f"an alignment with turn {turned:.3f}"
    )
    _decoding_time()


def _decoding_time() -> None:
    """Print what reading the frames and keeping their stills costs, of a sample title."""
    folder = Path(os.environ.get("KULESHOV_SAMPLES") or "var/samples")
    began = time.process_time()
    stills = [
        still
        for first in (100, 300)
        for still in read_stills(folder / "reel_one.mp4", range(first, first + 13))
    ]
    decoded = time.process_time() - began
    with TemporaryDirectory() as kept:
        began = time.process_time()
        for number, still in enumerate(stills):
            write_jpeg(Path(kept) / f"{number}.jpg", still)
    height, width = stills[0].shape[:2]
    print(
        f"  2 x 13 frames of {width} x {height}, CPU seconds: decoded {decoded:.2f}, "
        f"kept as stills {time.process_time() - began:.2f}"
    )


def _followed(pictures: list[NDArray[np.uint8]]) -> list[tuple[Silhouette, ...]]:
    return follow_subjects(ForegroundSegmenter(), pictures, 0)


def _moment(
    picture: NDArray[np.uint8], subjects: tuple[Silhouette, ...]
) -> Observation:
    return Observation(
        slot=Slot.TAIL,
        rate=RATE,
        aspect=ASPECT,
        picture=picture,
        subjects=subjects,
        appearance=np.zeros(0, np.float32),
        flow=np.zeros((0, 9, 16, 2), np.float16),
        stretch=partial(np.expand_dims, picture, 0),
        sound=None,
    )
