"""Titles, shots and their rows, and how fast they are written."""

import json
import time

from django.db import connection, transaction

from bench.search.drawing import mask_rows, vector_rows
from catalog.models import (
    EncoderVersion,
    Production,
    Shot,
    ShotMask,
    ShotVector,
    SourceFile,
    Title,
)
from pipelines.kinds import MASK_COLUMNS, VECTOR_COLUMNS
from pipelines.rows import copy_rows

TITLES = 1_000
"""However many rows: the filters of a bench name one, ten and a hundred of them."""
WRITERS = {
    "mask": (mask_rows, "catalog_shotmask", MASK_COLUMNS, ShotMask),
    "flow": (vector_rows, "catalog_shotvector", VECTOR_COLUMNS, ShotVector),
}
SAMPLE = 2_000


def fill(family: str, rows: int, seed: int) -> EncoderVersion:
    """Write titles, shots and rows of one family; print how fast."""
    version = EncoderVersion.objects.create(
        family=family, name="bench", status=EncoderVersion.Status.ACTIVE
    )
    shots = add_shots(-(-rows // 3))
    draw, table, columns, _ = WRITERS[family]
    _compare(family, shots, version, seed)
    spent, done = 0.0, 0
    source = draw(rows, shots, version.pk, seed)
    while batch := [row for row, _ in zip(source, range(20_000), strict=False)]:
        began = time.perf_counter()
        with transaction.atomic():
            copy_rows(table, columns, batch)
        spent += time.perf_counter() - began
        done += len(batch)
    print(f"  COPY of {done:,} rows: {done / spent:,.0f} rows/s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("ANALYZE catalog_shot")
        cursor.execute("SELECT pg_table_size(%s::regclass)", [table])
        print(f"  table: {cursor.fetchone()[0] / done:,.0f} bytes a row", flush=True)
    return version


def _compare(
    family: str, shots: list[tuple[int, int]], version: EncoderVersion, seed: int
) -> None:
    """The same rows by COPY and by bulk_create, both taken back."""
    draw, table, columns, model = WRITERS[family]
    rows = list(draw(SAMPLE, shots, version.pk, seed))
    objects = [model(**_columns(columns, row)) for row in rows]
    took = []
    for write in (
        lambda: copy_rows(table, columns, rows),
        lambda: model.objects.bulk_create(objects, batch_size=1000),
    ):
        began = time.perf_counter()
        with transaction.atomic():
            write()
            transaction.set_rollback(True)
        took.append(time.perf_counter() - began)
    print(
        f"  {SAMPLE:,} rows, bulk_create(1000) {SAMPLE / took[1]:,.0f} rows/s, "
        f"COPY {SAMPLE / took[0]:,.0f} rows/s: {took[1] / took[0]:.1f} times as fast",
        flush=True,
    )


def _columns(columns: list[str], row: tuple[object, ...]) -> dict[str, object]:
    named = dict(zip(columns, row, strict=True))
    if "vector" in named:  # the model wants numbers where COPY wants their text
        named["vector"] = json.loads(str(named["vector"]))
    return named


def add_shots(many: int) -> list[tuple[int, int]]:
    """(shot, title) of `many` shots of 100 frames in TITLES titles."""
    production = Production.objects.get_or_create(name="bench")[0]
    first = Title.objects.count()
    titles = Title.objects.bulk_create(
        Title(
            production=production,
            name=f"Title {n}",
            added_path=f"/bench/{n}.mov",
            source=SourceFile.objects.create(content_key=f"{n:064x}", size=1),
            state=Title.State.READY,
            rate_num=25,
            probe={"active_picture": [0, 0, 1, 1]},
        )
        for n in range(first, first + TITLES)
    )
    each = -(-many // TITLES)
    rows = [
        (titles[n // each].pk, n % each, 100 * (n % each), 100 * (n % each) + 100)
        for n in range(many)
    ]
    columns = ["title_id", "index", "first_frame", "end_frame"]
    with transaction.atomic():
        copy_rows(
            "catalog_shot",
            [*columns, "role", "represented"],
            ((*row, "picture", True) for row in rows),
        )
    found = Shot.objects.filter(title__in=titles).order_by("title", "index")
    return list(found.values_list("pk", "title_id"))
