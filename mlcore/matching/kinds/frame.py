"""Frame matches: two silhouettes that fall on one another, as they stand or moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words, centroids, iou_each, iou_every, to_words
from mlcore.matching.kinds.base import Parts
from mlcore.matching.moments import Rows, rows_columns

Floats = NDArray[np.float32]

ONE, HALF = np.float32(1.0), np.float32(0.5)


@dataclass(frozen=True, kw_only=True)
class FrameRows(Rows):
    """One mask a row."""

    placed: Words
    """(m, 64) uint64 bits of the mask where it stands."""
    centred: Words
    """(m, 64) uint64 bits of its shape."""
    person: NDArray[np.bool_]
    """(m,) whether it is a person; people are compared with people only."""
    where: Floats
    """(m, 4) centroid x, y in 0..1; square root of the area's share; the picture's aspect."""


def frame_rows(  # noqa: PLR0913  one keyword a column
    *,
    shot: Sequence[int],
    slot: Sequence[int],
    frame: Sequence[int],
    placed: Sequence[bytes],
    centred: Sequence[bytes],
    person: Sequence[bool],
    aspect: Sequence[float],
) -> FrameRows:
    """Return m rows of packed masks (512 bytes each), in any order."""
    words = to_words(placed)
    return FrameRows(
        **rows_columns(shot, slot, frame),
        placed=words,
        centred=to_words(centred),
        person=np.asarray(person, np.bool_),
        where=np.column_stack([centroids(words), np.asarray(aspect, np.float32)]),
    )


class FrameKind:
    """score = max(placed_iou, centred_iou ** 2 * sqrt(reach)) * same_class.

    placed_iou: overlap of the masks where they stand; centred_iou: overlap of their
    shapes; same_class: 1 if both are people or neither is. A shape that stands
    elsewhere must be scaled and moved to fit, which costs picture: reach is the share
    of its width that is left, 1 / max(scale, 1 / scale, 1 + 2 * shift), where shift is
    the larger of |dx| and |dy| * aspect. The square keeps "a body is a body" (the
    centred shapes of unlike figures overlap by .7 to .8) below figures that coincide.
    """

    name = "frame"

    def scores(self, leaving: FrameRows, entering: FrameRows) -> Floats:
        """Return (a, b) scores."""
        same = leaving.person[:, None] == entering.person[None, :]
        return _score(
            iou_every(leaving.placed, entering.placed),
            iou_every(leaving.centred, entering.centred),
            same.astype(np.float32),
            _move(leaving.where[:, None], entering.where[None, :]),
        )

    def parts(self, leaving: FrameRows, entering: FrameRows) -> Parts:
        """Return placed_iou, centred_iou, same_class, dx, dy, scale, aspect.

        dx, dy (in widths of the picture) and scale, applied to the entering picture
        about its centre, bring its mask onto the leaving one; aspect is the entering
        picture's width / height.
        """
        move = _move(leaving.where, entering.where)
        return {
            "placed_iou": iou_each(leaving.placed, entering.placed),
            "centred_iou": iou_each(leaving.centred, entering.centred),
            "same_class": (leaving.person == entering.person).astype(np.float32),
            **move._asdict(),
        }

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        move = Move(parts["dx"], parts["dy"], parts["scale"], parts["aspect"])
        return _score(
            parts["placed_iou"], parts["centred_iou"], parts["same_class"], move
        )


class Move(NamedTuple):
    """How entering pictures move onto leaving ones; arrays of one shape."""

    dx: Floats
    dy: Floats
    scale: Floats
    aspect: Floats


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


def _score(placed: Floats, centred: Floats, same: Floats, move: Move) -> Floats:
    shift = np.maximum(np.abs(move.dx), np.abs(move.dy) * move.aspect)
    zoom = np.maximum(move.scale, ONE / move.scale)
    reach = ONE / np.maximum(zoom, ONE + shift + shift)
    moved = centred * centred * np.sqrt(reach)
    return np.asarray(np.maximum(placed, moved) * same, np.float32)
