"""Near rows of the whole catalogue: by index where that finds enough, else by a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction
from psycopg import sql

from mlcore.matching.moments import Slot
from pipelines.filters import Filters, Lookup, lookups_of, rows_pass
from pipelines.indexes import Form, forms_of, is_indexed
from pipelines.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from catalog.models import EncoderVersion
    from mlcore.matching.kinds import Kind

EF_SEARCH = 400
"""How many near rows the graph is searched for at a time."""

SHORTLIST = 200
"""Rows of each form that are looked at exactly: the kind's score is not its distance."""

MAX_SCAN_TUPLES = 20_000
"""Rows after which a search by index gives up, so that a scan takes over."""

SCAN_MEMORY = 8
"""Times work_mem that a search by index may use before it gives up."""

BY_INDEX = {
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.ef_search": str(EF_SEARCH),
    "hnsw.max_scan_tuples": str(MAX_SCAN_TUPLES),
    "hnsw.scan_mem_multiplier": str(SCAN_MEMORY),
}
# The planner knows little of what is near: each of the two ways is said to it.
_OTHER_WAYS = ("seqscan", "sort", "hashjoin", "mergejoin", "bitmapscan")


class QueryRow(NamedTuple):
    """What near rows are sought for: one value of one form at one moment."""

    form: str
    slot: Slot
    value: str
    """In PostgreSQL's text form."""
    subject: str = ""
    """Masks: person or foreground, which never match one another."""


class Near(NamedTuple):
    """Rows near to one, the nearest first."""

    shots: list[int]
    """Of each row."""
    distances: list[float]
    exact: bool
    """Whether every row that passes was compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """Where a search looks: forms, what passes, and which forms are scanned."""

    lookups: list[Lookup]
    forms: dict[str, Form]
    filters: Filters
    scanned: frozenset[str]
    many: int
    """Rows of a list."""


def reach_of(
    kind: Kind[Any], version: EncoderVersion, filters: Filters, many: int = SHORTLIST
) -> Reach:
    """Look at the indexes and the filter once, for all rows that are sought with it."""
    forms = forms_of(kind, version)
    narrow = filters.is_narrow(many)
    return Reach(
        lookups=lookups_of(kind),
        forms={form.name: form for form in forms},
        filters=filters,
        scanned=frozenset(f.name for f in forms if narrow or not is_indexed(f)),
        many=many,
    )


class Shortlist(NamedTuple):
    """Shots that have a row near to one of those sought for."""

    shots: set[int]
    exact: bool
    full: bool
    """Some list ended at its limit: there may be more."""


def shortlist(reach: Reach, queries: Iterable[QueryRow], *, many: int = 0) -> Shortlist:
    """Return the shots of up to `many` near rows of every query row in every lookup.

    `many` is what the reach was planned for, unless more are asked for.
    """
    many = many or reach.many
    shots: set[int] = set()
    exact, full = True, False
    for query in queries:
        for lookup in reach.lookups:
            if query.slot in lookup.own and query.form in reach.forms:
                near = near_rows(reach, query, lookup, many=many)
                shots.update(near.shots)
                exact &= near.exact
                full |= len(near.shots) >= many
    return Shortlist(shots, exact, full)


def near_rows(reach: Reach, query: QueryRow, lookup: Lookup, *, many: int) -> Near:
    """Return up to `many` rows that pass, the nearest first.

    Where the index gives fewer, it has given up or there are no more: a scan says.
    """
    form = reach.forms[query.form]
    if form.name not in reach.scanned:
        found = _read(form, query, lookup, reach.filters, many, by_index=True)
        if len(found) >= many:
            return _near(found, exact=False)
    found = _read(form, query, lookup, reach.filters, many, by_index=False)
    return _near(found, exact=True)


def _near(found: list[tuple[Any, ...]], *, exact: bool) -> Near:
    ordered = sorted(found, key=lambda row: (row[1], row[0]))
    return Near([row[0] for row in ordered], [row[1] for row in ordered], exact)


def near_query(
    form: Form, query: QueryRow, lookup: Lookup, filters: Filters, *, by_index: bool
) -> tuple[sql.Composed, list[Any]]:
    """The statement that lists near rows, but for its limit, and its values."""
    passes, values = rows_pass(filters, lookup)
    same = sql.SQL("r.subject = %s AND" if query.subject else "")
    # An order that no index has: what makes a scan a scan.
    scan = sql.SQL("" if by_index else " + 0.0")
    far = sql.SQL("{} {} %s::{}").format(
        form.near, sql.SQL(form.operator.replace("%", "%%")), sql.SQL(form.cast)
    )
    statement = sql.SQL(
        "SELECT r.shot_id, {far} FROM {table} r WHERE {holds} AND {same} "
        "r.slot = ANY(%s) AND {passes} ORDER BY ({far}){scan} LIMIT %s"
    ).format(
        far=far,
        table=sql.Identifier(form.table),
        holds=form.holds,
        same=same,
        passes=passes,
        scan=scan,
    )
    slots = [slot.name.lower() for slot in sorted(lookup.others)]
    subject = [query.subject] if query.subject else []
    return statement, [query.value, *subject, slots, *values, query.value]


def _read(
    form: Form,
    query: QueryRow,
    lookup: Lookup,
    filters: Filters,
    many: int,
    *,
    by_index: bool,
) -> list[tuple[Any, ...]]:
    statement, values = near_query(form, query, lookup, filters, by_index=by_index)
    with transaction.atomic():
        choose_way(by_index=by_index)
        return read_rows(statement, [*values, many])


def choose_way(*, by_index: bool) -> None:
    """Tell the planner, for this transaction, to use the index or to scan."""
    chosen = dict(BY_INDEX) if by_index else {}
    chosen |= {f"enable_{way}": "off" if by_index else "on" for way in _OTHER_WAYS}
    settings = ", ".join(["set_config(%s, %s, true)"] * len(chosen))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {settings}",
            [word for pair in chosen.items() for word in pair],
        )


def query_rows(reach: Reach, shots: Sequence[int]) -> dict[int, list[QueryRow]]:
    """The kept rows of these shots as rows that are sought for, by shot."""
    found: dict[int, list[QueryRow]] = {shot: [] for shot in shots}
    for form in reach.forms.values():
        subject = sql.SQL("''" if form.name == "vector" else "subject")
        statement = sql.SQL(
            "SELECT shot_id, slot, {}::text, {} FROM {} WHERE {} AND shot_id = ANY(%s) "
            "ORDER BY shot_id, id"
        ).format(form.near, subject, sql.Identifier(form.table), form.holds)
        for shot, slot, value, who in read_rows(statement, [list(shots)]):
            found[shot].append(QueryRow(form.name, Slot[slot.upper()], value, who))
    return found
