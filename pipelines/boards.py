"""Scored pairs to a ranked MatchSet, which replaces the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.models import MatchCandidate, MatchSet, Shot, Title
from mlcore.matching.rank import partners
from pipelines.errors import PipelineError
from pipelines.kinds import formulas
from pipelines.rankers import Judged, judge, ranked_board

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from catalog.models import EncoderVersion
    from mlcore.matching.kinds import Kind
    from mlcore.matching.pairs import Candidates
    from pipelines.sought import Sought

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
    title: Title,
    scope: str,
    rows: list[MatchCandidate],
    sought: Sought,
    config: dict[str, Any],
    *,
    live: bool = True,
) -> None:
    """Write a title's set of a scope within a transaction: live, or ready for going live.

    The set before a live one stays until the next, so that a page opened meanwhile
    still finds its pairs. Raises PipelineError when other rankings went live while the
    rows were found.
    """
    # One flip at a time: two searches of one title end in one live set.
    Title.objects.select_for_update().get(pk=title.pk)
    same = title.match_sets.filter(scope=scope)
    if live and not sought.is_live():
        raise PipelineError("A ranking went live meanwhile.", permanent=False)
    if live:
        before = same.filter(live=True)
        same.filter(live=False).delete()
        before.update(live=False)
    fresh = MatchSet.objects.create(
        title=title,
        scope=scope,
        live=live,
        versions=sought.versions,
        config=config
        | {"board": BOARD, "floor": FLOOR}
        | {"kinds": sought.kind_names, "formulas": formulas()},
    )
    for row in rows:
        row.match_set = fresh
    MatchCandidate.objects.bulk_create(rows, batch_size=1000)


def ranked(
    kind: Kind[Any],
    found: Candidates,
    shots: Sequence[Shot],
    rules: Rules,
    ranker: EncoderVersion | None,
) -> list[MatchCandidate]:
    """The board's pairs in their order, then each shot's best partners off the board.

    The order is the ranking's where there is one, else that of the scores.
    """
    judged = judge(ranker, found, shots)
    closed, groups = rules.closed, rules.groups
    shown = found.score >= FLOOR
    seed = f"{kind.name}:{shots[0].title_id}" if shots else ""
    board = ranked_board(
        found, judged, closed=closed, groups=groups, shown=shown, total=BOARD, seed=seed
    )
    near = partners(found, adjacent=closed, groups=groups, per_shot=PARTNERS)
    off = {at for at in near.tolist() if shown[at]} - set(board.order.tolist())
    places = zip(board.order, board.standing, board.by_chance, strict=True)
    rows = [
        _candidate(
            kind, found, shots, at, rank=place, standing=float(worth),
            by_chance=bool(drawn), **_learned(judged, at),
        )
        for place, (at, worth, drawn) in enumerate(places, start=1)
    ]  # fmt: skip
    worth = found.score if judged is None else judged.standing
    return rows + [
        _candidate(
            kind, found, shots, at, standing=float(worth[at]), **_learned(judged, at)
        )
        for at in sorted(off)
    ]


def _learned(judged: Judged | None, at: int) -> dict[str, float]:
    return {} if judged is None else {"learned": float(judged.learned[at])}


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
