"""One index of near rows for each encoder version and form of row.

An index is made beside the work, without a lock on the table, once a version has rows
enough for it to be worth its place; until it is whole, searches scan. It goes when its
version's rows go.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql

from catalog.models.representations import MASK_BITS
from mlcore.matching.kinds import Index, Kind
from pipelines.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from catalog.models import EncoderVersion

M = 16
"""Neighbours of a row in the upper layers of the graph, and half of those in the lowest:
pgvector's default, which keeps a row's share of the index near 1.3 kB."""

EF_CONSTRUCTION = 128
"""How many near rows are weighed when one is put in its place. With pgvector's default, 64,
a million movements had recall@20 .9875 however wide the search (docs/search.md)."""

INDEX_FROM = 5_000
"""Rows from which an index is made: fewer are scanned within milliseconds, and a row
costs a hundred times as much to write where there is an index."""

GRAPH_BYTES = 700
"""What the graph adds to each row while it is built in memory."""

MOST_BUILD_BYTES = 8 << 30
"""Above this PostgreSQL finishes the build on disk, many times slower."""

LOCK_CLASS = 2
WAIT_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One way in which rows of a version are near: the SQL that says so.

    Queries must repeat the cast and the number of the version as they stand in the
    index, or it is not used.
    """

    name: str
    """placed, centred or vector."""
    version: int
    table: str
    cast: str
    """What a row is compared as: bit(4096), halfvec(288)."""
    operator: str
    """The distance: <%> is 1 - IoU, <=> is 1 - cosine."""
    operators: str
    row_bytes: int
    whole_only: bool = False
    """Only rows of whole silhouettes: cut ones stand where the whole one stands."""

    @property
    def index(self) -> str:
        """The name of its index."""
        return f"near_{self.name}_v{self.version}"

    @property
    def near(self) -> sql.Composable:
        """What is indexed: a column, or its cast to the version's length."""
        if self.name != "vector":
            return sql.Identifier(self.name)
        return sql.SQL("(vector::{})").format(sql.SQL(self.cast))

    @property
    def holds(self) -> sql.Composable:
        """Which rows it holds."""
        whole = " AND variant = 0" if self.whole_only else ""
        return sql.SQL("version_id = {}{}").format(
            sql.Literal(self.version), sql.SQL(whole)
        )


def forms_of(kind: Kind[Any], version: EncoderVersion) -> list[Form]:
    """Every way in which rows of this kind are near; none before there is a vector."""
    if kind.index is Index.MASKS:
        return [_masks("placed", version, whole_only=True), _masks("centred", version)]
    dims = _one(
        "SELECT vector_dims(vector) FROM catalog_shotvector WHERE version_id = %s "
        "LIMIT 1",
        version.pk,
    )
    if dims is None:
        return []
    return [
        Form(
            name="vector",
            version=version.pk,
            table="catalog_shotvector",
            cast=f"halfvec({dims})",
            operator="<=>",
            operators="halfvec_cosine_ops",
            row_bytes=2 * dims + 8,
        )
    ]


def _masks(name: str, version: EncoderVersion, *, whole_only: bool = False) -> Form:
    return Form(
        name=name,
        version=version.pk,
        table="catalog_shotmask",
        cast=f"bit({MASK_BITS})",
        operator="<%>",
        operators="bit_jaccard_ops",
        row_bytes=MASK_BITS // 8 + 8,
        whole_only=whole_only,
    )


def is_indexed(form: Form) -> bool:
    """True when its index is whole and can be used."""
    return _state(form) is True


def ensure_indexes(
    forms: Sequence[Form],
    *,
    from_rows: int = INDEX_FROM,
    waiting: Callable[[], None] = lambda: None,
) -> None:
    """Make the indexes that are worth it and missing; return when they are whole.

    Of several workers that ask at once, one builds and the others wait, calling
    `waiting` twice a second. Indexes of versions whose rows are gone are dropped.
    """
    with _turn() as mine:
        if mine:
            drop_gone_indexes()
    for form in forms:
        if is_indexed(form) or _many(form, from_rows) < from_rows:
            continue
        while not is_indexed(form):
            with _turn() as mine:
                if mine:
                    _build(form)
            if not mine:
                waiting()
                time.sleep(WAIT_SECONDS)


def drop_gone_indexes() -> list[str]:
    """Drop the indexes whose version has no row any more; return their names.

    The version itself may stay: what was ever live stands in the log.
    """
    named = read_rows(
        "SELECT indexname, tablename FROM pg_indexes WHERE indexname ~ %s", [NAMED]
    )
    gone = [name for name, table in named if not _has_rows(table, name)]
    for name in gone:
        _run("DROP INDEX {} IF EXISTS {}", _apart(), sql.Identifier(name))
    return gone


def _has_rows(table: str, index: str) -> bool:
    version = int(index.rpartition("_v")[2])
    rows = sql.SQL("SELECT 1 FROM {} WHERE version_id = {} LIMIT 1").format(
        sql.Identifier(table), sql.Literal(version)
    )
    return bool(read_rows(rows, []))


NAMED = r"^near_(placed|centred|vector)_v[0-9]+$"


def _build(form: Form) -> None:
    if _state(form) is False:  # a build that was killed leaves an index of no use
        _run("DROP INDEX {} IF EXISTS {}", _apart(), sql.Identifier(form.index))
    with _memory(_many(form, None) * (form.row_bytes + GRAPH_BYTES)):
        _run(
            "CREATE INDEX {} IF NOT EXISTS {} ON {} USING hnsw ({} {}) "
            "WITH (m = {}, ef_construction = {}) WHERE {}",
            _apart(),
            sql.Identifier(form.index),
            sql.Identifier(form.table),
            form.near,
            sql.SQL(form.operators),
            sql.Literal(M),
            sql.Literal(EF_CONSTRUCTION),
            form.holds,
        )


def _apart() -> sql.SQL:
    # Nobody waits for a build, unless it is part of a transaction, which cannot do so.
    return sql.SQL("" if connection.in_atomic_block else "CONCURRENTLY")


@contextmanager
def _turn() -> Iterator[bool]:
    """Try to be the one who makes and drops indexes.

    One at a time, for two builds on one table would wait for each other; and nobody may
    wait here inside a statement: a build waits for every statement that began before.
    """
    # A lock of a transaction goes with it, whatever happens in it.
    lasting = "xact_" if connection.in_atomic_block else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_{lasting}lock(%s, 0)", [LOCK_CLASS])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine and not lasting:
                cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK_CLASS])


@contextmanager
def _memory(needed: int) -> Iterator[None]:
    """Have room for a whole graph while it is built."""
    wanted = max(64 << 20, min(needed, MOST_BUILD_BYTES)) >> 10
    with connection.cursor() as cursor:
        cursor.execute("SHOW maintenance_work_mem")
        before = cursor.fetchone()[0]
        cursor.execute(
            "SELECT set_config('maintenance_work_mem', %s, false)", [f"{wanted}kB"]
        )
        try:
            yield
        finally:
            cursor.execute(
                "SELECT set_config('maintenance_work_mem', %s, false)", [before]
            )


def _state(form: Form) -> bool | None:
    """Whether the index can be used; None: there is none."""
    valid: bool | None = _one(
        "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE c.relname = %s",
        form.index,
    )
    return valid


def _many(form: Form, at_most: int | None) -> int:
    rows = sql.SQL("SELECT 1 FROM {} WHERE {} LIMIT {}").format(
        sql.Identifier(form.table), form.holds, sql.Literal(at_most)
    )
    counted = sql.SQL("SELECT count(*) FROM ({}) counted").format(rows)
    return int(read_rows(counted, [])[0][0])


def _one(query: str, value: object) -> Any:
    found = read_rows(query, [value])
    return found[0][0] if found else None


def _run(statement: str, *parts: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(re.sub(r"\s+", " ", statement)).format(*parts))
