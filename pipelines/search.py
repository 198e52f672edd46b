"""One search: a shot, a still or a drawn silhouette, and the shots nearest to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.files import local_path
from catalog.models import EncoderVersion, Job, Shot
from mlcore.matching.joining import join_rows, renumbered
from mlcore.matching.masks import to_bit_string
from mlcore.matching.pairs import Candidates, explain_pairs
from mlcore.matching.queries import EVERY_MOMENT, held
from mlcore.matching.stored import MaskRow
from pipelines.asked import filters_of
from pipelines.encoders import live_kinds
from pipelines.errors import PipelineError
from pipelines.kinds import kind_named, read_kind
from pipelines.looked_for import Look, drawn, seen_in
from pipelines.nearest import QueryRow, query_rows, reach_of, shortlist
from pipelines.rows import text

if TYPE_CHECKING:
    from mlcore.matching.kinds import Kind
    from mlcore.matching.moments import Rows
    from mlcore.matching.stored import StoredRow
    from pipelines.filters import Filters
    from pipelines.jobs import Claim
    from pipelines.nearest import Reach

LONGER = 64
"""Times as long as planned a list becomes, at most, before too few shots are found."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for: rows of shot 0, and the same as PostgreSQL gets them."""

    rows: Rows
    sought: list[QueryRow]


def search(claim: Claim) -> None:
    """Answer one search; `job.result` has what was found, best first."""
    asked = claim.job.subject
    kind, version = _kind(asked["kind"])
    filters = filters_of(asked["filters"], claim.job.asked_by)
    if asked["by"] == "shot":
        filters = filters.without_shot(asked["shot"])
    reach = reach_of(kind, version, filters)
    query = _query(reach, kind, version, asked)
    found, exact = _nearest(reach, kind, version, query, asked["top"])
    result = {"kind": kind.name, "exact": exact, "shots": found}
    with claim.writing():
        Job.objects.filter(pk=claim.job.pk).update(result=result)


def _kind(name: str) -> tuple[Kind[Any], EncoderVersion]:
    try:
        kind = kind_named(name)
    except ValueError as error:
        raise PipelineError(str(error)) from None
    live = {one.name: version for one, version in live_kinds()}
    if name not in live:
        raise PipelineError(
            f"No {name} encoder is live yet; train one, or search another kind."
        )
    return kind, live[name]


def _query(
    reach: Reach, kind: Kind[Any], version: EncoderVersion, asked: dict[str, Any]
) -> Query:
    if asked["by"] == "shot":
        return _kept(reach, kind, version, asked["shot"])
    look = (
        drawn(kind, bytes.fromhex(asked["mask"]))
        if asked["by"] == "silhouette"
        else seen_in(kind, local_path(asked["picture"]))
    )
    return _unkept(kind, look)


def _kept(reach: Reach, kind: Kind[Any], version: EncoderVersion, shot: int) -> Query:
    if not Shot.objects.filter(pk=shot).exists():
        raise PipelineError("This shot is no longer there; its title was cut anew.")
    sought = query_rows(reach, [shot])[shot]
    if not sought:
        raise PipelineError(
            f"Nothing in this shot can be compared by {kind.name}: it has no such rows."
        )
    return Query(rows=read_kind(kind, version, [shot]), sought=sought)


def _unkept(kind: Kind[Any], look: Look) -> Query:
    values = [pair for row in look.rows for pair in _as_text(row)]
    sought = [
        QueryRow(form, slot, value, subject)
        for slot in EVERY_MOMENT
        for form, value, subject in values
    ]
    return Query(rows=held(kind, look.rows, look.aspect), sought=sought)


def _as_text(row: StoredRow) -> list[tuple[str, str, str]]:
    if not isinstance(row, MaskRow):
        return [("vector", text(row.vector), "")]
    forms = [("centred", to_bit_string(row.centred), row.subject)]
    if row.variant == 0:
        forms.append(("placed", to_bit_string(row.placed), row.subject))
    return forms


def _nearest(
    reach: Reach, kind: Kind[Any], version: EncoderVersion, query: Query, top: int
) -> tuple[list[dict[str, Any]], bool]:
    """Ask for longer lists until there are `top` shots, or no more to be had."""
    many, longest = reach.many, reach.many * LONGER
    while True:
        near = shortlist(reach, query.sought, many=many)
        shots = Shot.objects.select_related("title").in_bulk(near.shots)
        found = _scored(kind, version, query, shots, reach.filters)
        if len(found) >= top or not near.full or many >= longest:
            break
        many *= 4
    return [_said(n, one) for n, one in enumerate(found[:top], start=1)], near.exact


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scored:
    shot: Shot
    score: float
    parts: dict[str, float]
    frame: int


def _scored(
    kind: Kind[Any],
    version: EncoderVersion,
    query: Query,
    shots: dict[int, Shot],
    filters: Filters,
) -> list[_Scored]:
    """Score the found shots exactly, as what follows and as what is cut from."""
    keys = sorted(shots)
    others = renumbered(read_kind(kind, version, keys), 1)
    ends = np.array([[shots[k].first_frame, shots[k].end_frame - 1] for k in keys])
    best: dict[int, _Scored] = {}
    for enters in (True, False):
        rows = _with_handles(others, ends, filters.min_handles, enters=enters)
        if not len(rows):
            continue
        every = np.unique(rows.shot)
        own = np.zeros(len(every), np.int64)
        sides = (own, every) if enters else (every, own)
        found = explain_pairs(kind, join_rows(query.rows, rows).sorted(), *sides)
        for at in range(len(found)):
            one = _one(found, at, keys, shots, enters=enters)
            before = best.get(one.shot.pk)
            if before is None or one.score > before.score:
                best[one.shot.pk] = one
    kept = [
        one for one in best.values() if one.score > 0 and one.score >= filters.min_score
    ]
    return sorted(kept, key=lambda one: (-one.score, one.shot.pk))


def _with_handles(rows: Any, ends: Any, handles: int, *, enters: bool) -> Any:
    """Leave out rows too near to the end of their shot that the cut would be at."""
    if not len(rows):
        return rows
    first, last = ends[rows.shot - 1].T
    room = rows.frame - first if enters else last - rows.frame
    return rows.pick(room >= handles)


def _one(
    found: Candidates, at: int, keys: list[int], shots: dict[int, Shot], *, enters: bool
) -> _Scored:
    number = found.entering[at] if enters else found.leaving[at]
    frame = found.entering_frame[at] if enters else found.leaving_frame[at]
    return _Scored(
        shot=shots[keys[int(number) - 1]],
        score=float(found.score[at]),
        parts={name: float(part[at]) for name, part in found.parts.items()},
        frame=int(frame),
    )


def _said(rank: int, one: _Scored) -> dict[str, Any]:
    title = one.shot.title
    return {
        "rank": rank,
        "score": one.score,
        "parts": one.parts,
        "title": title.pk,
        "title_name": str(title),
        "shot": one.shot.pk,
        "index": one.shot.index,
        "frame": one.frame,
        "tc": title.tc(one.frame),
    }
