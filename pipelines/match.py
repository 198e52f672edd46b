"""Representations of one title to a new set of ranked match cuts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from catalog.models import MatchCandidate, MatchSet, Shot, Title
from mlcore.matching.duplicates import find_lookalikes
from mlcore.matching.pairs import Barred, score_pairs
from mlcore.matching.rank import barred
from mlcore.matching.topk import Limits
from pipelines.boards import Rules, ranked, write_set
from pipelines.kinds import read_kind
from pipelines.learned import fill_learned
from pipelines.looks import read_looks
from pipelines.sought import Sought, live_search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.jobs import Claim

LIMITS = Limits(per_shot=20, total=1000)


def match(claim: Claim) -> None:
    """Score every pair of a title's shots and put the best on the board."""
    sought = live_search()
    rows = find_matches(claim.title, sought)
    with claim.writing():
        write_set(claim.title, MatchSet.Scope.TITLE, rows, sought, asdict(LIMITS))


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
        rows += ranked(kind, found, shots, rules, sought.ranker(kind.name))
    return rows


@dataclass(frozen=True)
class _TitleRules(Rules):
    """Within a title, by the places of its shots."""

    pictures: NDArray[np.bool_]
    """(N,) whether a shot shows a picture: black, bars, slates and text never match."""

    def barred(self) -> Barred:
        """What does not come into question."""
        out = barred(self.groups, self.closed)
        return replace(out, shots=out.shots | ~self.pictures)


def _rules(shots: list[Shot]) -> _TitleRules:
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
    return _TitleRules(groups, np.concatenate([cut_together, alike]), pictures)
