"""Frame matches: two silhouettes that fall on one another, as they stand or moved."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import centroids, iou_each, iou_every, to_words
from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.masks import area, centred, pack, placed
from mlcore.matching.moments import COMPARISONS, rows_columns
from mlcore.matching.observation import Observation
from mlcore.matching.segmenters.base import Silhouette
from mlcore.matching.stored import MaskRow, StoredMasks

Floats = NDArray[np.float32]

ONE, HALF = np.float32(1.0), np.float32(0.5)


def frame_rows(  # noqa: PLR0913  one keyword a column
    *,
    shot: Sequence[int],
    slot: Sequence[int],
    frame: Sequence[int],
    placed: Sequence[bytes],
    centred: Sequence[bytes],
    person: Sequence[bool],
    aspect: Sequence[float],
) -> StoredMasks:
    """Return m rows of packed whole masks (512 bytes each), in any order."""
    words = to_words(placed)
    return StoredMasks(
        **rows_columns(shot, slot, frame),
        placed=words,
        centred=to_words(centred),
        person=np.asarray(person, np.bool_),
        where=centroids(words),
        aspect=np.asarray(aspect, np.float32),
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
    family = "mask"
    encoder = "silhouettes"
    index = Index.MASKS
    comparisons = COMPARISONS

    def represent(self, seen: Observation) -> list[MaskRow]:
        """Return each subject's silhouette; none where it is too small or too large."""
        found = [
            _mask_row(subject, seen.aspect, number)
            for number, subject in enumerate(seen.subjects)
        ]
        return [row for row in found if row is not None]

    def rows(self, stored: StoredMasks) -> StoredMasks:
        """Return kept masks as they are."""
        return stored

    def scores(self, leaving: StoredMasks, entering: StoredMasks) -> Floats:
        """Return (a, b) scores."""
        same = leaving.person[:, None] == entering.person[None, :]
        return _score(
            iou_every(leaving.placed, entering.placed),
            iou_every(leaving.centred, entering.centred),
            same.astype(np.float32),
            _move(_where(leaving)[:, None], _where(entering)[None, :]),
        )

    def parts(self, leaving: StoredMasks, entering: StoredMasks) -> Parts:
        """Return placed_iou, centred_iou, same_class, dx, dy, scale, aspect.

        dx, dy (in widths of the picture) and scale, applied to the entering picture
        about its centre, bring its mask onto the leaving one; aspect is the entering
        picture's width / height.
        """
        move = _move(_where(leaving), _where(entering))
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

    def transform(self, parts: dict[str, float]) -> Transform | None:
        """Return the move, where the pictures do not match better as they stand."""
        if parts["placed_iou"] >= parts["centred_iou"] ** 2:
            return None
        return {name: parts[name] for name in ("scale", "dx", "dy")} | {"rotation": 0.0}


def _mask_row(subject: Silhouette, aspect: float, number: int) -> MaskRow | None:
    where, shape = placed(subject.coverage), centred(subject.coverage, aspect)
    if where is None or shape is None:
        return None
    bits = pack(where)
    x, y, size = centroids(to_words([bits]))[0].tolist()
    return MaskRow(
        subject=subject.subject,
        confidence=subject.score,
        area=area(subject.coverage),
        placed=bits,
        centred=pack(shape),
        instance=number,
        where=(x, y, size),
    )


def _where(rows: StoredMasks) -> Floats:
    return np.column_stack([rows.where, rows.aspect])


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
