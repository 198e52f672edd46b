"""How much of the truth a search brings back, and how fast."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from django.db import connection, transaction

from mlcore.matching.moments import Slot
from pipelines import nearest
from pipelines.filters import Filters, Lookup
from pipelines.indexes import Form
from pipelines.nearest import QueryRow, Reach, near_query, near_rows
from pipelines.rows import read_rows

WANTED = 20
CUT = Lookup(frozenset({Slot.TAIL}), frozenset({Slot.HEAD}), enters=True, leaves=False)
TIE = 1e-6

Answer = tuple[list[float], float]
"""Distances found, nearest first, and the seconds it took."""
Ask = Callable[[Reach, QueryRow], Answer]


def queries_of(form: Form, many: int, seed: int) -> list[QueryRow]:
    """Rows at the ends of shots taken by chance: what would be cut from."""
    chance = np.random.default_rng(seed + 1)
    keys = read_rows(
        f"SELECT id FROM {form.table} WHERE version_id = %s AND slot = 'tail'",  # noqa: S608
        [form.version],
    )
    picked = [keys[at][0] for at in chance.choice(len(keys), many, replace=False)]
    subject = "subject" if form.table.endswith("mask") else "''"
    column = form.name
    rows = read_rows(
        f"SELECT {column}::text, {subject} FROM {form.table} WHERE id = ANY(%s)",  # noqa: S608
        [picked],
    )
    return [QueryRow(form.name, Slot.TAIL, value, who) for value, who in rows]


def by_scan(reach: Reach, query: QueryRow) -> Answer:
    """The truth."""
    return _timed(replace(reach, scanned=frozenset(reach.forms)), query, WANTED)


def as_searched(reach: Reach, query: QueryRow) -> Answer:
    """As a search asks: a shortlist, by index where that finds enough."""
    return _timed(reach, query, nearest.SHORTLIST)


def by_index(ef_search: int, *, iterative: bool) -> Ask:
    """Only the index, as a plain query would use it, for WANTED rows."""

    def ask(reach: Reach, query: QueryRow) -> Answer:
        form = reach.forms[query.form]
        statement, values = near_query(form, query, CUT, reach.filters, by_index=True)
        with transaction.atomic():
            nearest.choose_way(by_index=True)
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL hnsw.ef_search = {ef_search}")
                if not iterative:
                    cursor.execute("SET LOCAL hnsw.iterative_scan = off")
            began = time.perf_counter()
            found = read_rows(statement, [*values, WANTED])
            return sorted(row[1] for row in found), time.perf_counter() - began

    return ask


def _timed(reach: Reach, query: QueryRow, many: int) -> Answer:
    began = time.perf_counter()
    near = near_rows(reach, query, CUT, many=many)
    return near.distances, time.perf_counter() - began


def compare(
    name: str, reach: Reach, queries: list[QueryRow], ask: Ask, truth: list[Answer]
) -> None:
    """Print recall, share of wanted rows that came, and times of one way of asking."""
    recalls, shares, times = [], [], []
    for query, (exact, _) in zip(queries, truth, strict=True):
        found, seconds = ask(reach, query)
        times.append(1000 * seconds)
        wanted = min(WANTED, len(exact))
        if wanted:
            worst = exact[wanted - 1] + TIE
            near = sum(far <= worst for far in found[:wanted])
            recalls.append(near / wanted)
            shares.append(min(len(found), wanted) / wanted)
    p50, p95 = np.percentile(times, [50, 95])
    print(
        f"    {name:34} recall@{WANTED} {np.mean(recalls):.4f}  rows {np.mean(shares):6.1%}  "
        f"p50 {p50:7.2f} ms  p95 {p95:7.2f} ms",
        flush=True,
    )


def filtered(reach: Reach, filters: Filters) -> Reach:
    """The same forms behind a filter, decided as a search does."""
    narrow = filters.is_narrow(nearest.SHORTLIST)
    scanned = frozenset(reach.forms) if narrow else frozenset()
    return replace(reach, filters=filters, scanned=scanned)
