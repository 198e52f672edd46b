"""Frame matches: two silhouettes that fall on one another, as they stand or moved."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words, iou_each, iou_every
from mlcore.matching.frame_rows import FrameRows, mask_rows, with_cuts_beside
from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.moments import COMPARISONS
from mlcore.matching.moving import Floats, Move, lay_over
from mlcore.matching.observation import Observation
from mlcore.matching.stored import MaskRow, StoredMasks
from mlcore.matching.variants import CUT_EDGES

ONE, HALF = np.float32(1.0), np.float32(0.5)


class FrameKind:
    """score = max(placed_iou, seen_iou ** 2 * (shared * reach) ** (1/4)) * same_class.

    placed_iou: overlap of the masks where they stand. same_class: 1 if both are people
    or neither is. seen_iou: overlap after the entering picture is scaled by `scale` and
    moved by dx, dy. A figure that an edge cuts off is compared with another only inside
    the window that both pictures then show (`moving.lay_over`), and shared is the smaller
    share of the two masks inside it; of figures that stand free seen_iou is centred_iou,
    the overlap of their shapes, and shared is 1. Moving costs picture: reach is 1 / the
    zoom that leaves no edge bare where both sides share the move,
    min(1, scale, (1 + scale) / 2 - shift) / max(1, scale), where shift is the larger of
    |dx| and |dy| * aspect, in widths (`reposition`). The square keeps "a body is a body"
    (the shapes of unlike figures overlap by .7 to .8) below figures that coincide.

    `scores` estimate seen_iou by centred_iou: of the whole shapes, and of one figure as
    each of `CUTS` would leave it against another that touches that edge of its picture.
    """

    name = "frame"
    family = "mask"
    encoder = "silhouettes"
    index = Index.MASKS
    comparisons = COMPARISONS
    wider = 3

    def represent(self, seen: Observation) -> list[MaskRow]:
        """Return each subject's silhouette, whole and cut; none where it is too small or large."""
        return [
            row
            for number, subject in enumerate(seen.subjects)
            for row in mask_rows(subject, seen.aspect, number)
        ]

    def rows(self, stored: StoredMasks) -> FrameRows:
        """Return a row for each subject, its variants beside it."""
        return with_cuts_beside(stored)

    def scores(self, leaving: FrameRows, entering: FrameRows) -> Floats:
        """Return (a, b) estimates."""
        found = np.maximum(
            iou_every(leaving.placed, entering.placed),
            _moved_every(
                leaving.centred, entering.centred, leaving.where, entering.where
            ),
        )
        for cut, edge in enumerate(CUT_EDGES):
            for whole, other, way in ((leaving, entering, 1), (entering, leaving, -1)):
                reach = np.flatnonzero(whole.edges & edge)
                cuts = np.flatnonzero(other.cut[:, cut] >= 0)
                here = np.ix_(*(reach, cuts)[::way])
                shown = other.cut[cuts, cut]
                shapes = (whole.centred[reach], other.shapes.centred[shown])[::way]
                places = (whole.where[reach], other.shapes.where[shown])[::way]
                sides = _moved_every(shapes[0], shapes[1], *places)
                found[here] = np.maximum(found[here], sides)
        return _if(leaving.person[:, None] == entering.person[None, :], found)

    def estimates(self, leaving: FrameRows, entering: FrameRows) -> Floats:
        """Return (n,) estimates of row i against row i."""
        placed_iou = iou_each(leaving.placed, entering.placed)
        found = np.maximum(placed_iou, _start(leaving, entering).moved)
        return _if(leaving.person == entering.person, found)

    def parts(self, leaving: FrameRows, entering: FrameRows) -> Parts:
        """Return placed_iou, centred_iou, seen_iou, shared, same_class, dx, dy, scale, aspect.

        dx, dy (in widths of the picture) and scale, applied to the entering picture
        about its centre, bring its mask onto the leaving one; aspect is the entering
        picture's width / height.
        """
        start = _start(leaving, entering)
        seen, shared = start.centred.copy(), np.ones_like(start.centred)
        move = np.stack(start.move)
        cut = np.flatnonzero(leaving.edges | entering.edges)
        over = lay_over(
            leaving.placed[cut],
            entering.placed[cut],
            Move(*move[:, cut]),
            leaving.where[cut, 3],
        )
        seen[cut], shared[cut], move[:, cut] = over.iou, over.shared, over.move
        return {
            "placed_iou": iou_each(leaving.placed, entering.placed),
            "centred_iou": start.centred,
            "seen_iou": seen,
            "shared": shared,
            "same_class": (leaving.person == entering.person).astype(np.float32),
            **Move(*move)._asdict(),
        }

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        move = Move(parts["dx"], parts["dy"], parts["scale"], parts["aspect"])
        moved = _moved(parts["seen_iou"], parts["shared"], move)
        return _if(parts["same_class"], np.maximum(parts["placed_iou"], moved))

    def transform(self, parts: dict[str, float]) -> Transform | None:
        """Return the move, where the pictures do not match better as they stand."""
        if parts["placed_iou"] >= parts["seen_iou"] ** 2:
            return None
        return {name: parts[name] for name in ("scale", "dx", "dy")} | {"rotation": 0.0}


def _if(true: NDArray[np.bool_] | Floats, score: Floats) -> Floats:
    return np.asarray(score * true, np.float32)


class _Start(NamedTuple):
    """The best of the moves that whole shapes and their cuts suggest, each (n,)."""

    moved: Floats
    centred: Floats
    move: Move


def _start(leaving: FrameRows, entering: FrameRows) -> _Start:
    iou = iou_each(leaving.centred, entering.centred)
    move = _move(leaving.where, entering.where)
    moved = _moved(iou, ONE, move)
    best = np.stack([moved, iou, *move])
    for cut, edge in enumerate(CUT_EDGES):
        for whole, other, way in ((leaving, entering, 1), (entering, leaving, -1)):
            meets = (whole.edges & edge > 0) & (other.cut[:, cut] >= 0)
            at = np.flatnonzero(meets)
            shown = other.cut[at, cut]
            iou = iou_each(whole.centred[at], other.shapes.centred[shown])
            sides = whole.where[at], other.shapes.where[shown]
            move = _move(*sides[::way])
            found = np.stack([_moved(iou, ONE, move), iou, *move])
            best[:, at] = np.where(found[0] > best[0, at], found, best[:, at])
    return _Start(best[0], best[1], Move(*best[2:]))


def _moved_every(a: Words, b: Words, where_a: Floats, where_b: Floats) -> Floats:
    return _moved(iou_every(a, b), ONE, _move(where_a[:, None], where_b[None, :]))


def _move(leaving: Floats, entering: Floats) -> Move:
    # Only + - * / and square roots: they give the same bits one by one and in blocks.
    aspect_l, aspect_e = leaving[..., 3], entering[..., 3]
    size_l = leaving[..., 2] / np.sqrt(aspect_l)
    size_e = entering[..., 2] / np.sqrt(aspect_e)
    x_l, x_e = leaving[..., 0] - HALF, entering[..., 0] - HALF
    y_l, y_e = leaving[..., 1] - HALF, entering[..., 1] - HALF
    scale = np.asarray(size_l / size_e, np.float32)
    dx = x_l - scale * x_e
    dy = y_l / aspect_l - scale * (y_e / aspect_e)
    return Move(dx, dy, scale, np.broadcast_to(aspect_e, dx.shape))


def _moved(iou: Floats, shared: Floats | np.float32, move: Move) -> Floats:
    shift = np.maximum(np.abs(move.dx), np.abs(move.dy) * move.aspect)
    left = np.minimum((ONE + move.scale) * HALF - shift, np.minimum(ONE, move.scale))
    reach = np.maximum(left, np.float32(0.0)) / np.maximum(ONE, move.scale)
    return np.asarray(iou * iou * np.sqrt(np.sqrt(shared * reach)), np.float32)
