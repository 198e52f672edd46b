"""Kept silhouettes, a row for each subject, with its cut variants beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.bits import Words, centroids, to_words
from mlcore.matching.masks import area, centred, pack, placed
from mlcore.matching.moments import Rows, rows_columns
from mlcore.matching.segmenters.base import Silhouette
from mlcore.matching.stored import MaskRow, StoredMasks
from mlcore.matching.variants import CUTS, cut_off, edges_touched


class Shapes(NamedTuple):
    """c silhouettes as cuts leave them."""

    centred: Words
    """(c, 64)."""
    where: NDArray[np.float32]
    """(c, 4) as `FrameRows.where`."""


@dataclass(frozen=True, kw_only=True)
class FrameRows(Rows):
    """m subjects; V is the number of `CUTS`."""

    placed: Words
    """(m, 64) where it stands."""
    centred: Words
    """(m, 64) its whole shape."""
    person: NDArray[np.bool_]
    """(m,)."""
    where: NDArray[np.float32]
    """(m, 4) centroid x, y and root of the share, 0..1, of the whole; picture aspect."""
    edges: NDArray[np.uint8]
    """(m,) which edges of the picture it touches, as bits of `variants`."""
    cut: NDArray[np.int64]
    """(m, V) the place in `shapes` of what each cut leaves of it; -1 for nothing."""
    shapes: Shapes

    def joined(self, then: Self) -> Self:
        """Return these rows, then those, whose places in `shapes` move on."""
        known = len(self.shapes.centred)
        later = np.where(then.cut >= 0, then.cut + known, then.cut)
        shapes = Shapes(
            np.concatenate([self.shapes.centred, then.shapes.centred]),
            np.concatenate([self.shapes.where, then.shapes.where]),
        )
        return replace(
            super().joined(then),
            cut=np.concatenate([self.cut, later]),
            shapes=shapes,
        )


def mask_rows(subject: Silhouette, aspect: float, number: int = 0) -> list[MaskRow]:
    """Return a subject's silhouette, whole and as each cut leaves it.

    None where the whole covers less than 2 % or more than 85 % of its picture, whose
    width / height is `aspect`; no cut of which less than 2 % is left.
    """
    where = placed(subject.coverage)
    if where is None:
        return []
    rows: list[MaskRow] = []
    whole = np.asarray(subject.coverage, np.float32)
    shapes = [whole, *(cut_off(whole, cut) for cut in CUTS)]
    for variant, shape in enumerate(shapes):
        stands, normal = placed(shape), centred(shape, aspect)
        if stands is None or normal is None:
            continue
        x, y, size = centroids(to_words([pack(stands)]))[0].tolist()
        row = MaskRow(
            subject=subject.subject,
            confidence=subject.score,
            area=area(subject.coverage),
            placed=pack(where),
            centred=pack(normal),
            instance=number,
            variant=variant,
            where=(x, y, size),
        )
        rows.append(row)
    return rows


def with_cuts_beside(stored: StoredMasks) -> FrameRows:
    """Return a row for each whole silhouette of these rows, its variants beside it.

    The order of the whole ones is kept. A variant whose whole is not among the rows is
    left out.
    """
    whole = stored.variant == 0
    where = np.column_stack([stored.where, stored.aspect]).astype(np.float32)
    words = stored.placed[whole]
    return FrameRows(
        shot=stored.shot[whole],
        slot=stored.slot[whole],
        frame=stored.frame[whole],
        placed=words,
        centred=stored.centred[whole],
        person=stored.person[whole],
        where=where[whole],
        edges=edges_touched(words),
        cut=_cuts_of(stored)[whole],
        shapes=Shapes(stored.centred, where),
    )


def _cuts_of(stored: StoredMasks) -> NDArray[np.int64]:
    """Return (m, V) for each row the rows of its subject's variants, -1 where none is."""
    subject = (stored.shot, stored.slot, stored.frame, stored.instance)
    names = np.stack([column.astype(np.int64) for column in subject])
    _, same = np.unique(names, axis=1, return_inverse=True)
    same = same.reshape(-1)
    table = np.full((len(stored), len(CUTS) + 1), -1, np.int64)
    known = np.flatnonzero(stored.variant <= len(CUTS))
    table[same[known], stored.variant[known]] = known
    return np.asarray(table[same, 1:])


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
    """Return m rows of packed whole masks (512 bytes each), in any order."""
    words = to_words(placed)
    stored = StoredMasks(
        **rows_columns(shot, slot, frame),
        placed=words,
        centred=to_words(centred),
        person=np.asarray(person, np.bool_),
        where=centroids(words),
        aspect=np.asarray(aspect, np.float32),
        instance=np.zeros(len(words), np.uint8),
        variant=np.zeros(len(words), np.uint8),
    )
    return with_cuts_beside(stored)
