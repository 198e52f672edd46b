"""One title's shots against all other titles: near ones by index, then scored exactly."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.models import EncoderVersion, MatchCandidate, MatchSet, Shot, Title
from mlcore.matching.duplicates import show_one_picture
from mlcore.matching.joining import join_candidates, pick_candidates
from mlcore.matching.pairs import Candidates, explain_pairs
from pipelines.boards import FLOOR, Rules, ranked, write_set
from pipelines.encoders import live_kinds
from pipelines.filters import Filters
from pipelines.indexes import ensure_indexes, forms_of
from pipelines.kinds import read_kind
from pipelines.learned import fill_learned
from pipelines.looks import read_looks
from pipelines.nearest import query_rows, reach_of, shortlist
from pipelines.sought import live_search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from mlcore.matching.kinds import Kind
    from pipelines.jobs import Claim
    from pipelines.sought import Sought

    Grouped = tuple[int, int | None]

NEAR = 100
"""Near rows of each row and form that are scored exactly."""

PER_SHOT = 30
"""Pairs kept of each own shot, as the leaving and again as the entering one."""

BATCH_SHOTS = 16
"""Own shots scored at once: with all that is near to them, some tens of megabytes."""


def across(claim: Claim) -> None:
    """Search every other title for what the title's shots cut to, and are cut to from."""
    claim.do_stages({"indexes": _index, "across": _search})


def _index(claim: Claim) -> None:
    for kind, version in live_kinds():
        forms = forms_of(kind, version)
        ensure_indexes(forms, waiting=lambda: claim.progress(0.0, "index being built"))


def _search(claim: Claim) -> None:
    sought = live_search()
    rows = find_across(claim.title, sought, claim.progress)
    with claim.writing():
        write_across(claim.title, rows, sought)


def find_across(
    title: Title, sought: Sought, say: Callable[[float, str], None]
) -> list[MatchCandidate]:
    """Return the candidates of a title with all others, unsaved; `say` hears share and pace."""
    own = own_shots(title)
    rows: list[MatchCandidate] = []
    began, done = time.monotonic(), 0
    for kind, version in sought.kinds:
        fill_learned(kind, version, title)
        found: list[Candidates] = []
        for pairs in pairs_across(title, kind, version, own):
            found += [] if pairs is None else [pairs]
            done += BATCH_SHOTS
            pace = f"{done / (time.monotonic() - began + 1e-9):.0f} shots/s"
            say(done / (len(own) * len(sought.kinds) + 1), pace)
        rows += _on_board(kind, found, sought.ranker(kind.name))
    return rows


def write_across(
    title: Title, rows: list[MatchCandidate], sought: Sought, *, live: bool = True
) -> None:
    """Write a title's set across titles, without what has been replaced meanwhile."""
    config = {"near": NEAR, "per_shot": PER_SHOT}
    kept = still_there(rows)
    write_set(title, MatchSet.Scope.ACROSS, kept, sought, config, live=live)


def own_shots(title: Title) -> list[int]:
    """The shots that are sought for: pictures, the earliest of each group."""
    pictures = title.shots.pictures().order_by("index")
    shots: Iterable[Grouped] = pictures.values_list("pk", "group")
    first: dict[tuple[int, int], int] = {}
    for shot, group in shots:
        first.setdefault((0, shot) if group is None else (1, group), shot)
    return list(first.values())


def pairs_across(
    title: Title, kind: Kind[Any], version: EncoderVersion, own: Sequence[int]
) -> Iterator[Candidates | None]:
    """Yield, for some own shots at a time, their best pairs both ways; None without any.

    Shots are named by their keys. Each near-duplicate group of another title stands
    once, by its earliest shot; copies of own shots do not stand at all.
    """
    reach = reach_of(kind, version, Filters(not_titles=(title.pk,)), NEAR)
    copied = set(
        title.shots.filter(group__isnull=False).values_list("group", flat=True)
    )
    for batch in _in_pieces(own, BATCH_SHOTS):
        near = {
            shot: shortlist(reach, queries).shots
            for shot, queries in query_rows(reach, batch).items()
        }
        stands = _stand_ins(title, set().union(*near.values()), copied)
        pairs = sorted(
            {
                (a, stands[b])
                for a, others in near.items()
                for b in others
                if b in stands
            }
        )
        # Also where nothing is near: whoever asked says meanwhile that it is alive.
        yield _scored(kind, version, np.array(pairs, np.int64)) if pairs else None


def _in_pieces(own: Sequence[int], size: int) -> Iterable[Sequence[int]]:
    return (own[at : at + size] for at in range(0, len(own), size))


def _stand_ins(title: Title, shots: set[int], copied: set[int]) -> dict[int, int]:
    """Return, for other titles' shots, which shot stands for each."""
    rows: Iterable[Grouped] = Shot.objects.filter(pk__in=shots).values_list(
        "pk", "group"
    )
    groups = dict(rows)
    wanted = {group for group in groups.values() if group and group not in copied}
    members = Shot.objects.filter(group__in=wanted).exclude(title=title)
    ordered = members.order_by("-title_id", "-index").values_list("group", "pk")
    earliest = dict(ordered)
    return {
        shot: shot if group is None else earliest.get(group, shot)
        for shot, group in groups.items()
        if group not in copied
    }


def _scored(
    kind: Kind[Any], version: EncoderVersion, pairs: NDArray[np.int64]
) -> Candidates:
    """Score (p, 2) pairs of shot keys (own, other) both ways and keep the best."""
    keys, places = np.unique(pairs, return_inverse=True)
    rows = read_kind(kind, version, keys.tolist())
    own, other = places.reshape(-1, 2).T
    kept = join_candidates(
        [
            _best(explain_pairs(kind, rows, own, other), "leaving"),
            _best(explain_pairs(kind, rows, other, own), "entering"),
        ]
    )
    sides = np.column_stack([kept.leaving, kept.entering])
    alike = show_one_picture(read_looks(keys.tolist()), len(keys), sides)
    named = replace(kept, leaving=keys[kept.leaving], entering=keys[kept.entering])
    return pick_candidates(named, ~alike)


def _best(found: Candidates, own: str) -> Candidates:
    """Each own shot's PER_SHOT best; equal ones by the other's key."""
    side, other = (
        (found.leaving, found.entering)
        if own == "leaving"
        else (found.entering, found.leaving)
    )
    order = np.lexsort((other, -found.score, side))
    _, starts = np.unique(side[order], return_index=True)
    place = np.arange(len(order)) - np.repeat(
        starts, np.diff(starts, append=len(order))
    )
    kept = order[(place < PER_SHOT) & (found.score[order] >= FLOOR)]
    return pick_candidates(found, kept)


def _on_board(
    kind: Kind[Any], pieces: list[Candidates], ranker: EncoderVersion | None
) -> list[MatchCandidate]:
    """Rank the pairs of all own shots, as they would be ranked from the other title.

    Shots are numbered in the order of their keys: the same pair of pictures is the same
    way round in the sets of both its titles.
    """
    if not pieces:
        return []
    found = join_candidates(pieces)
    keys, places = np.unique(
        np.stack([found.leaving, found.entering]), return_inverse=True
    )
    leaving, entering = places.reshape(2, -1)
    rows = Shot.objects.select_related("title").in_bulk(keys.tolist())
    # One that has gone since is found again by its own title's next search.
    there = np.array([key in rows for key in keys.tolist()], np.bool_)
    numbers = np.cumsum(there) - 1
    kept = there[leaving] & there[entering]
    found = replace(found, leaving=numbers[leaving], entering=numbers[entering])
    shots = [rows[key] for key in keys[there].tolist()]
    rules = Rules(np.arange(len(shots)), np.zeros((0, 2), np.int64))
    return ranked(kind, pick_candidates(found, kept), shots, rules, ranker)


def still_there(rows: list[MatchCandidate]) -> list[MatchCandidate]:
    """Leave out pairs with shots that another title's new cuts have replaced meanwhile."""
    named = {key for row in rows for key in (row.leaving_id, row.entering_id)}
    there = set(Shot.objects.filter(pk__in=named).values_list("pk", flat=True))
    return [row for row in rows if {row.leaving_id, row.entering_id} <= there]
