"""How much boards would change by a version that is ready: before it goes live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.models import MatchCandidate, MatchSet, Shot

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from catalog.models import EncoderVersion

TOP = 100
SHOWN = 20
"""Pairs that rise, and that fall, which are named."""

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Churn:
    """The best pairs of a kind over all titles, as they are shown now and would be."""

    kind: str
    top: int
    """How many of the best are compared."""
    changed: int
    """Of the best that would be shown, those that are not among the best now."""
    rising: list[Pair]
    """(leaving shot, entering shot) of those that come in or climb most, the most first."""
    falling: list[Pair]

    @property
    def said(self) -> str:
        """In a sentence."""
        return f"{self.changed} of the top {self.top} {self.kind} pairs change."


def rank_churn(version: EncoderVersion) -> Churn:
    """Compare the live boards with those that are ready, ranked with this version."""
    kind = version.family.removeprefix("ranker-")
    titles = MatchSet.objects.filter(scope=MatchSet.Scope.TITLE)
    ready = titles.filter(live=False, versions__contains={version.family: version.pk})
    now = _best(titles.filter(live=True, title__match_sets__in=ready), kind)
    then = _best(ready, kind)
    places, coming = _places(now), _places(then)
    moves = {
        pair: places.get(pair, TOP) - coming.get(pair, TOP) for pair in {*now, *then}
    }
    order = sorted(moves, key=lambda pair: (-moves[pair], pair))
    return Churn(
        kind=kind,
        top=TOP,
        changed=len(set(then) - set(now)),
        rising=[pair for pair in order if moves[pair] > 0][:SHOWN],
        falling=[pair for pair in reversed(order) if moves[pair] < 0][:SHOWN],
    )


def churn_of(version: EncoderVersion | None) -> Churn | None:
    """Return what was written down when a version was weighed; None: it was not."""
    told = version.metrics.get("churn") if version else None
    return Churn(**told) if told else None


def moves(churn: Churn | None, user: User) -> list[tuple[str, list[tuple[Shot, Shot]]]]:
    """Return the pairs that rise and fall, of shots the user may see."""
    if churn is None:
        return []
    sides = [("Rise", churn.rising), ("Fall", churn.falling)]
    named = {key for _, pairs in sides for pair in pairs for key in pair}
    shots = Shot.objects.visible_to(user).select_related("title").in_bulk(list(named))
    return [
        (word, [(shots[a], shots[b]) for a, b in pairs if {a, b} <= shots.keys()])
        for word, pairs in sides
    ]


def _best(sets: QuerySet[MatchSet], kind: str) -> list[Pair]:
    board = MatchCandidate.objects.filter(match_set__in=sets, kind=kind).on_board()
    best = board.order_by("-standing", "leaving", "entering")[:TOP]
    return list(best.values_list("leaving", "entering"))


def _places(pairs: list[Pair]) -> dict[Pair, int]:
    return {pair: place for place, pair in enumerate(pairs)}
