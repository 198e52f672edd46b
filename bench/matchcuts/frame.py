"""Frame matches among hard distractors: in place, moved, and cut by an edge of the frame."""

import time

import cv2
import numpy as np

from bench.matchcuts.figures import (
    ASPECT,
    Planted,
    Scores,
    looked_at_again,
    partner_places,
    planted_pairs,
    rows_of,
    whole_place,
)
from bench.matchcuts.frame_pictures import measure_offsets, measure_pictures
from bench.matchcuts.poses import Mask, Place, any_pose, drawn_pose, nearly
from mlcore.matching.align import align
from mlcore.matching.bits import iou_every
from mlcore.matching.kinds import FRAME
from mlcore.matching.masks import iou, unpack
from mlcore.metrics import average_precision

SHOTS, PAIRS, LISTED = 1000, 100, 200


def measure(seed: int) -> None:
    """Print every measurement of the kind frame."""
    _in_place(seed)
    whole = planted_pairs(seed, SHOTS, cut=False, pairs=PAIRS)
    cut = planted_pairs(seed + 1, SHOTS, cut=True, pairs=PAIRS)
    print(
        f"  moved and scaled: {PAIRS} pairs among {SHOTS} shots, masks drawn; half of all "
        "other figures are cut by an edge"
    )
    _ranked("whole", whole)
    _ranked("cut by an edge", cut)
    _overlaps("whole", whole)
    _overlaps("cut by an edge", cut)
    measure_pictures(seed)
    measure_offsets(seed)


def _in_place(seed: int) -> None:
    chance = np.random.default_rng(seed)
    masks: list[Mask] = []
    for _ in range(60):
        pose, place = any_pose(chance), whole_place(chance)
        x, y = np.array([place.x, place.y]) + chance.normal(0, 0.006, 2)
        again = Place(
            float(x), float(y), place.height * float(np.exp(chance.normal(0, 0.02)))
        )
        masks += [
            drawn_pose(pose, place),
            drawn_pose(nearly(pose, chance, 0.03), again),
        ]
    masks += [drawn_pose(any_pose(chance), whole_place(chance)) for _ in range(280)]
    rows = rows_of(masks)
    exact = looked_at_again(rows, FRAME.scores(rows, rows), LISTED)
    upper = np.triu_indices(len(rows), 1)
    truth = (upper[0] // 2 == upper[1] // 2) & (upper[1] < 120)
    for name, scores in (
        ("placed masks only", iou_every(rows.placed, rows.placed)),
        ("the score", np.maximum(exact, exact.T)),
    ):
        print(
            f"  same place, 60 pairs among 400 shots, {name:18s} "
            f"AP {average_precision(truth, scores[upper]):.3f}"
        )


def _ranked(name: str, planted: Planted) -> None:
    rows, alone = rows_of(planted.masks), rows_of(planted.masks, cuts=False)
    estimate = FRAME.scores(rows, rows)
    ways: dict[str, Scores] = {
        "placed": iou_every(rows.placed, rows.placed),
        "centred": iou_every(rows.centred, rows.centred),
        "first look, no variants": FRAME.scores(alone, alone),
        "first look": estimate,
        f"second look at {LISTED}": looked_at_again(rows, estimate.copy(), LISTED),
        f"second look at {20 * FRAME.wider}": looked_at_again(
            rows, estimate.copy(), 20 * FRAME.wider
        ),
    }
    for way, scores in ways.items():
        ranks = partner_places(rows, scores, planted.pairs)
        at = "  ".join(f"R@{k} {(ranks < k).mean():.2f}" for k in (10, 60, 200))
        print(f"    {name:15s} {way:24s} {at}")


def _overlaps(name: str, planted: Planted) -> None:
    """Print how far partners overlap: as they stand, by shape, moved, and moved with care."""
    found: list[tuple[float, ...]] = []
    spent = 0.0
    for a, b in zip(
        *(planted.masks[side : 2 * planted.pairs : 2] for side in (0, 1)), strict=True
    ):
        rows = rows_of([a, b])
        if len(rows) < 2:
            continue
        parts = FRAME.parts(rows.pick([0]), rows.pick([1]))
        one, other = (unpack(rows.placed[n].tobytes()) for n in (0, 1))
        began = time.process_time()
        moved = align(one, other, (ASPECT, ASPECT))
        spent += time.process_time() - began
        if moved is not None:
            start = [float(parts[part][0]) for part in ("scale", "dx", "dy")]
            whole = [float(parts[part][0]) for part in ("placed_iou", "centred_iou")]
            after = [
                _laid_over(a, b, *move)
                for move in (start, [moved.scale, moved.dx, moved.dy])
            ]
            found.append((*whole, *after))
    middle = np.median(np.array(found), axis=0)
    print(
        f"  {name}: median IoU placed {middle[0]:.2f}, centred {middle[1]:.2f}, moved by the "
        f"second look {middle[2]:.2f}, aligned {middle[3]:.2f}; "
        f"{1000 * spent / len(found):.1f} CPU ms an alignment"
    )


def _laid_over(a: Mask, b: Mask, scale: float, dx: float, dy: float) -> float:
    """IoU of two drawn masks, the second moved, in the window that both pictures show."""
    height, width = a.shape
    turn = np.array(
        [
            [scale, 0, (1 - scale) * (width - 1) / 2 + dx * width],
            [0, scale, (1 - scale) * (height - 1) / 2 + dy * width],
        ]
    )
    layers = np.dstack([b, np.ones_like(b)]).astype(np.float32)
    moved = cv2.warpAffine(layers, turn, (width, height)) >= 0.5
    return iou(a & moved[..., 1], moved[..., 0] & moved[..., 1])


if __name__ == "__main__":
    cv2.setNumThreads(1)
    measure(0)
