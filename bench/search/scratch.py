"""A database of the bench's own, dropped at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from catalog import embedded


@contextmanager
def scratch_database() -> Iterator[None]:
    """Have Django set up on a fresh, migrated database for the block."""
    name = f"bench_search_{os.getpid()}"
    os.environ["KULESHOV_DATABASE_NAME"] = name
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
    with embedded.services(embedded.var_folder()):
        import django  # noqa: PLC0415  settings read the environment above

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        try:
            call_command("migrate", interactive=False, verbosity=0)
            yield
        finally:
            address = connection.settings_dict
            connection.close()
            _drop(address["HOST"], address["USER"], name)


def _drop(host: str, user: str, name: str) -> None:
    with psycopg.connect(
        host=host, user=user, dbname="postgres", autocommit=True
    ) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        server.execute(drop.format(sql.Identifier(name)))
