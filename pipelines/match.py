"""Representations to a new set of ranked match cuts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.models import MatchCandidate, MatchSet, Shot, Title
from mlcore.matching.duplicates import find_lookalikes
from mlcore.matching.pairs import Barred, Candidates, score_pairs
from mlcore.matching.rank import barred, partners
from mlcore.matching.topk import Limits
from pipelines.errors import PipelineError
from pipelines.kinds import read_kind
from pipelines.learned import fill_learned
from pipelines.looks import read_looks
from pipelines.rankers import Judged, judge, ranked_board
from pipelines.sought import Sought, live_search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlcore.matching.kinds import Kind
    from pipelines.jobs import Claim

LIMITS = Limits(per_shot=20, total=1000)
BOARD = 300
PARTNERS = 6
# Below this nobody sees a match: the list may end early.
FLOOR = 0.3


def match(claim: Claim) -> None:
    """Score every pair of a title's shots and put the best on the board.

    The new set replaces the live one in one transaction; the set before stays until
    the next, so that a page opened meanwhile still finds its pairs.
    """
    sought = live_search()
    rows = find_matches(claim.title, sought)
    with claim.writing():
        write_set(claim.title, rows, sought)


def find_matches(title: Title, sought: Sought) -> list[MatchCandidate]:
    """Return the candidates of a title's board and its shots' best partners, unsaved."""
    shots = list(title.shots.select_related("title").order_by("index"))
    if [shot.index for shot in shots] != list(range(len(shots))):
        raise ValueError(f"the shots of {title} are not numbered from 0")
    rules = _rules(shots)
    out = rules.barred()
    keys = [shot.pk for shot in shots]
    rows: list[MatchCandidate] = []
    for kind, version in sought.kinds:
        fill_learned(kind, version, title)
        kept = read_kind(kind, version, keys)
        found = score_pairs(kind, kept, len(shots), barred=out, limits=LIMITS)
        judged = judge(sought.ranker(kind.name), found, shots)
        rows += _candidates(kind, found, judged, shots, rules)
    return rows


@dataclass(frozen=True)
class _Rules:
    """What a board may not show; shots by their place in the title."""

    groups: NDArray[np.int64]
    """(N,) the earliest shot of each shot's near-duplicate group, or itself."""
    closed: NDArray[np.int64]
    """(p, 2) ordered pairs that are cut together already, or show one picture twice."""
    pictures: NDArray[np.bool_]
    """(N,) whether a shot shows a picture: black, bars, slates and text never match."""

    def barred(self) -> Barred:
        """What does not come into question."""
        out = barred(self.groups, self.closed)
        return replace(out, shots=out.shots | ~self.pictures)


def _rules(shots: list[Shot]) -> _Rules:
    first: dict[int, int] = {}
    groups = np.array(
        [
            place if shot.group_id is None else first.setdefault(shot.group_id, place)
            for place, shot in enumerate(shots)
        ],
        np.int64,
    )
    places = np.arange(len(shots))
    cut_together = np.column_stack([places[:-1], places[1:]])
    alike = find_lookalikes(read_looks([shot.pk for shot in shots]), groups)
    pictures = np.array([shot.role == Shot.Role.PICTURE for shot in shots], np.bool_)
    return _Rules(groups, np.concatenate([cut_together, alike]), pictures)


def write_set(
    title: Title, rows: list[MatchCandidate], sought: Sought, *, live: bool = True
) -> None:
    """Write a set: the live one, or one that is ready for when its versions go live.

    Raises PipelineError when other rankings went live while the rows were found.
    """
    # One flip at a time: two searches of one title end in one live set.
    Title.objects.select_for_update().get(pk=title.pk)
    same = title.match_sets.filter(scope=MatchSet.Scope.TITLE)
    if live and not sought.is_live():
        raise PipelineError("A ranking went live meanwhile.", permanent=False)
    if live:
        before = same.filter(live=True)
        same.filter(live=False).delete()
        before.update(live=False)
    fresh = MatchSet.objects.create(
        title=title,
        live=live,
        versions=sought.versions,
        config=asdict(LIMITS)
        | {"board": BOARD, "floor": FLOOR, "kinds": sought.kind_names},
    )
    for row in rows:
        row.match_set = fresh
    MatchCandidate.objects.bulk_create(rows, batch_size=1000)


def _candidates(
    kind: Kind[Any],
    found: Candidates,
    judged: Judged | None,
    shots: list[Shot],
    rules: _Rules,
) -> list[MatchCandidate]:
    """The board's pairs in their order, then each shot's best partners off the board."""
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
    kind: Kind[Any], found: Candidates, shots: list[Shot], at: int, **place: Any
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
