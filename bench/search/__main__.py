"""What a search over the catalogue costs and finds.

python -m bench.search [--rows 100000,1000000] [--only mask,flow] [--queries 100] [--seed N]; in a database of its own.
"""

import argparse
import platform
import time

from bench.search.scratch import scratch_database


def main() -> None:
    """Fill, build, ask, for each number of rows and both sorts of row."""
    parser = argparse.ArgumentParser(prog="python -m bench.search")
    parser.add_argument("--rows", default="100000,1000000")
    parser.add_argument("--only", default="mask,flow")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    words = platform.processor() or platform.machine()
    print(f"{words}, seed {given.seed}, {given.queries} queries")
    for rows in (int(word) for word in given.rows.split(",")):
        for family in given.only.split(","):
            with scratch_database():
                print(f"\n{family}, {rows:,} rows, three a shot, 1,000 titles")
                measure(family, rows, given.seed, given.queries)


def measure(family: str, rows: int, seed: int, queries: int) -> None:
    """Everything about one family at one size."""
    from bench.search.filling import fill  # noqa: PLC0415  after Django's set-up
    from bench.search.pairing import pair_a_title  # noqa: PLC0415
    from mlcore.matching.kinds import FRAME, MOTION  # noqa: PLC0415
    from pipelines.filters import Filters  # noqa: PLC0415
    from pipelines.indexes import forms_of  # noqa: PLC0415
    from pipelines.nearest import reach_of  # noqa: PLC0415

    version = fill(family, rows, seed)
    kind = FRAME if family == "mask" else MOTION
    for form in forms_of(kind, version):
        build(form, rows)
    reach = reach_of(kind, version, Filters())
    for form in reach.forms.values():
        ask_all(reach, form, seed, queries)
    pair_a_title(kind, version)


def build(form, rows: int) -> None:  # type: ignore[no-untyped-def]
    """Print how long the index takes and how large it is."""
    from pipelines.indexes import ensure_indexes  # noqa: PLC0415
    from pipelines.rows import read_rows  # noqa: PLC0415

    began = time.perf_counter()
    ensure_indexes([form])
    took = time.perf_counter() - began
    size = read_rows("SELECT pg_relation_size(%s::regclass)", [form.index])[0][0]
    print(
        f"  index {form.name}: {took:.0f} s, {rows / took:,.0f} rows/s, "
        f"{size / 2**20:,.0f} MB, {size / rows:,.0f} bytes a row",
        flush=True,
    )


def ask_all(reach, form, seed: int, many: int) -> None:  # type: ignore[no-untyped-def]
    """Print recall and times of one index, without and with filters."""
    from bench.search import asking  # noqa: PLC0415
    from catalog.models import Title  # noqa: PLC0415
    from pipelines.filters import Filters  # noqa: PLC0415

    queries = asking.queries_of(form, many, seed)
    titles = list(Title.objects.order_by("pk").values_list("pk", flat=True))
    for share, few in (("all", None), ("10 %", 100), ("1 %", 10), ("0.1 %", 1)):
        allowed = None if few is None else tuple(titles[7 : 7 + few])
        there = asking.filtered(reach, Filters(titles=allowed))
        truth = [asking.by_scan(there, query) for query in queries]
        print(f"  {form.name}, filter that lets {share} pass", flush=True)
        known = iter(truth)
        asking.compare(
            "exact scan", there, queries, lambda *_, known=known: next(known), truth
        )
        ways = [(40, False), (40, True), (100, True), (200, True), (400, True)]
        for ef, iterative in ways if few is None else [(40, False), (200, True)]:
            name = f"index, ef {ef}{', iterative' if iterative else ', plain'}"
            ask = asking.by_index(ef, iterative=iterative)
            asking.compare(name, there, queries, ask, truth)
        asking.compare("as searched", there, queries, asking.as_searched, truth)


if __name__ == "__main__":
    main()
