"""Drawn figures with planted pairs among other poses, and how their lists are judged."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.matchcuts.poses import SIZE, Mask, Place, any_pose, drawn_pose, nearly
from mlcore.matching.frame_rows import FrameRows, mask_rows
from mlcore.matching.kinds import FRAME
from mlcore.matching.moments import Slot, rows_columns
from mlcore.matching.segmenters import Silhouette
from mlcore.matching.stored import MaskRow, stored_masks

ASPECT = SIZE[1] / SIZE[0]
Scores = NDArray[np.float32]


class Planted(NamedTuple):
    """Drawn masks: 2 * n and 2 * n + 1 are planted pairs, then distractors."""

    masks: list[Mask]
    pairs: int


def planted_pairs(seed: int, shots: int, *, cut: bool, pairs: int) -> Planted:
    """Planted pairs of one pose and other poses, half of which an edge cuts.

    The second of a pair stands elsewhere and .7 to 1.4 (cut: 1 to 1.6) times as large.
    """
    chance = np.random.default_rng(seed)
    masks: list[Mask] = []
    for _ in range(pairs):
        pose, first = any_pose(chance), whole_place(chance)
        second = (
            cut_place(chance, first.height * chance.uniform(1.0, 1.6))
            if cut
            else whole_place(chance, first)
        )
        masks += [
            drawn_pose(pose, first),
            drawn_pose(nearly(pose, chance, 0.04), second),
        ]
    while len(masks) < shots:
        place = cut_place(chance) if len(masks) % 2 else whole_place(chance)
        masks.append(drawn_pose(any_pose(chance), place))
    return Planted(masks, pairs)


def whole_place(chance: np.random.Generator, other: Place | None = None) -> Place:
    """A place wholly inside the picture; an eighth of its width away from another."""
    while True:
        scale = (
            chance.uniform(0.7, 1.4) * other.height
            if other
            else chance.uniform(0.45, 0.8)
        )
        height = min(0.9, scale)
        x, y = (
            chance.uniform(0.22, 0.78),
            chance.uniform(0.53 * height, 1 - 0.53 * height),
        )
        if other is None or abs(x - other.x) >= 0.12:
            return Place(float(x), float(y), float(height))


def cut_place(chance: np.random.Generator, height: float = 0.0) -> Place:
    """A place where the lower edge, or one side, takes 20 to 50 % of the figure."""
    height = height or float(chance.uniform(0.7, 1.5))
    lost = chance.uniform(0.2, 0.5)
    if chance.random() < 0.6:
        return Place(
            float(chance.uniform(0.25, 0.75)), 1 - height * (0.5 - lost), height
        )
    x = 0.5 * height / ASPECT * (0.5 - lost)
    y = 0.5 if height > 0.9 else float(chance.uniform(0.53 * height, 1 - 0.53 * height))
    return Place(float(x if chance.random() < 0.5 else 1 - x), y, height)


def rows_of(
    masks: list[Mask] | list[NDArray[np.float32]], *, cuts: bool = True
) -> FrameRows:
    """Return the rows of masks, each of a shot of its own; without `cuts`, whole ones only."""
    shot: list[int] = []
    rows: list[MaskRow] = []
    for number, mask in enumerate(masks):
        found = mask_rows(Silhouette(mask.astype(np.float32), "person", 1.0), ASPECT)
        rows += found if cuts else found[:1]
        shot += [number] * (len(rows) - len(shot))
    at = rows_columns(shot, [Slot.TAIL] * len(shot), shot)
    return FRAME.rows(stored_masks(at, rows, [ASPECT] * len(rows)))


def looked_at_again(rows: FrameRows, estimate: Scores, listed: int) -> Scores:
    """Look again at the best `listed` of each row's list; others are no match."""
    exact = np.zeros_like(estimate)
    for row, line in enumerate(estimate):
        line[row] = -1.0
        best = np.argsort(-line, kind="stable")[:listed]
        own = rows.pick(np.full(len(best), row))
        exact[row, best] = FRAME.score_from_parts(FRAME.parts(own, rows.pick(best)))
    return exact


def partner_places(rows: FrameRows, scores: Scores, pairs: int) -> NDArray[np.int64]:
    """The place of each planted partner in the list of the other, from 0; both ways."""
    row_of = {int(shot): row for row, shot in enumerate(rows.shot)}
    ranks: list[int] = []
    for number in range(pairs):
        sides = row_of.get(2 * number), row_of.get(2 * number + 1)
        for query, partner in (sides, sides[::-1]):
            if query is None or partner is None or not scores[query, partner] > 0:
                ranks.append(len(rows))
                continue
            line = np.delete(scores[query], query)
            ranks.append(int((line > scores[query, partner]).sum()))
    return np.array(ranks)
