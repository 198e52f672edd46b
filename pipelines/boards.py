"""Scored pairs to a ranked MatchSet, which replaces the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.models import MatchCandidate, MatchSet, Shot, Title
from mlcore.matching.kinds import KINDS
from mlcore.matching.rank import partners, rank
from pipelines.encoders import live_versions
from pipelines.kinds import formulas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mlcore.matching.kinds import Kind
    from mlcore.matching.pairs import Candidates

BOARD = 300
PARTNERS = 6
# Below this nobody sees a match: the list may end early.
FLOOR = 0.3


@dataclass(frozen=True)
class Rules:
    """What a board may not show; shots by their place among those compared."""

    groups: NDArray[np.int64]
    """(N,) the shot that stands for each shot's near-duplicate group, or itself."""
    closed: NDArray[np.int64]
    """(p, 2) ordered pairs that are cut together already, or show one picture twice."""


def write_set(
    title: Title, scope: str, rows: list[MatchCandidate], config: dict[str, Any]
) -> None:
    """Make these candidates the title's live set of a scope, within a transaction.

    The set before stays until the next, so that a page opened meanwhile still finds
    its pairs.
    """
    # One flip at a time: two searches of one title end in one live set.
    Title.objects.select_for_update().get(pk=title.pk)
    same = title.match_sets.filter(scope=scope)
    before = same.filter(live=True)
    same.filter(live=False).delete()
    before.update(live=False)
    fresh = MatchSet.objects.create(
        title=title,
        scope=scope,
        live=True,
        versions={family: version.pk for family, version in live_versions().items()},
        config=config
        | {"board": BOARD, "floor": FLOOR}
        | {"kinds": list(KINDS), "formulas": formulas()},
    )
    for row in rows:
        row.match_set = fresh
    MatchCandidate.objects.bulk_create(rows, batch_size=1000)


def ranked(
    kind: Kind[Any], found: Candidates, shots: Sequence[Shot], rules: Rules
) -> list[MatchCandidate]:
    """The board's pairs in their order, then each shot's best partners off the board."""
    closed, groups = rules.closed, rules.groups
    order = rank(found, adjacent=closed, groups=groups, total=BOARD).tolist()
    board = [at for at in order if found.score[at] >= FLOOR]
    near = partners(found, adjacent=closed, groups=groups, per_shot=PARTNERS)
    off = {at for at in near.tolist() if found.score[at] >= FLOOR} - set(board)
    standing = np.minimum.accumulate(found.score[np.array(board, np.int64)])
    rows = [
        _candidate(kind, found, shots, at, rank=place, standing=float(worth))
        for place, (at, worth) in enumerate(zip(board, standing, strict=True), start=1)
    ]
    return rows + [
        _candidate(kind, found, shots, at, standing=float(found.score[at]))
        for at in sorted(off)
    ]


def _candidate(
    kind: Kind[Any], found: Candidates, shots: Sequence[Shot], at: int, **place: Any
) -> MatchCandidate:
    parts = {name: float(values[at]) for name, values in found.parts.items()}
    return MatchCandidate(
        kind=kind.name,
        leaving=shots[found.leaving[at]],
        entering=shots[found.entering[at]],
        score=float(found.score[at]),
        parts=parts,
        leaving_frame=int(found.leaving_frame[at]),
        entering_frame=int(found.entering_frame[at]),
        transform=kind.transform(parts),
        **place,
    )
