"""Django's test runner, on a database, queues and folders of this run alone."""

import os
import shutil
import sys
import unittest
from collections import Counter
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test.runner import DiscoverRunner
from psycopg import sql

from catalog.celery import app
from tests import namespace, shares, watch, worker


class KuleshovRunner(DiscoverRunner):
    """Runs the tests beside a serving `make run`, and says "N passed, N failed" last."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # The database's name is this run's own: nobody has to be asked about it.
        super().__init__(*args, **{**options, "interactive": False})

    def run_tests(self, test_labels: list[str], **kwargs: Any) -> int:
        """Run what is named, all of `tests` without a name; return the failures."""
        many = shares.programs(test_labels)
        try:
            if many > 1:
                self.counts = shares.run_shared(many, test_labels)
            else:
                super().run_tests(test_labels or ["tests"], **kwargs)
        finally:
            namespace.leave()
        sys.stdout.write(f"{closing_line(self.counts)}\n")
        sys.stdout.flush()
        return self.counts["failed"]

    def setup_test_environment(self, **kwargs: Any) -> None:
        """Have static files found when asked for: a listing a client costs 50 ms each."""
        super().setup_test_environment(**kwargs)
        settings.WHITENOISE_AUTOREFRESH = True
        os.register_at_fork(before=close_channels)

    def setup_databases(self, **kwargs: Any) -> Any:
        """Clear what crashed runs left, then make this run's database."""
        drop_leftovers()
        connection.settings_dict["TEST"]["NAME"] = namespace.database_name()
        made = super().setup_databases(**kwargs)
        # For every program the tests start.
        os.environ["KULESHOV_DATABASE_NAME"] = namespace.database_name()
        return made

    def teardown_databases(self, old_config: Any, **kwargs: Any) -> None:
        """Stop the shared worker, which is connected, before the database goes."""
        worker.stop_shared()
        namespace.drop_queues(namespace.queue_prefix())
        super().teardown_databases(old_config, **kwargs)

    def run_suite(self, suite: Any, **kwargs: Any) -> Any:
        """Run the suite, or this program's share of it."""
        shared = shares.Share(suite) if os.environ.get(shares.CLAIMS) else suite
        return super().run_suite(shared, **kwargs)

    def get_resultclass(self) -> Any:
        """Return what watches that no test stands still, unless a person steps through."""
        return super().get_resultclass() or watch.WatchedResult

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:
        """Count for the closing line; return the number of failures."""
        failed = super().suite_result(suite, result, **kwargs)
        self.counts = count(result)
        if os.environ.get(shares.CLAIMS):
            shares.tell_counts(self.counts)
        return failed


def close_channels() -> None:
    """Close what waits for answers of workers, before a program is forked.

    kombu closes what such a program has inherited, and there reads an answer from the
    socket that all of them share: of two programs the second would read for ever.
    """
    # Reset, for one that is only emptied lets whoever asks next wait for ever. It is a
    # pool of connections; the stubs take it for one of producers.
    app.pool.resize(app.pool.limit, reset=True)  # type: ignore[attr-defined]


def count(result: unittest.TestResult) -> Counter[str]:
    """Return how many tests were `run`, `failed` and were `skipped`."""
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    return Counter(run=result.testsRun, failed=failed, skipped=len(result.skipped))


def closing_line(counts: Counter[str]) -> str:
    """Return "N passed, N failed", with ", N skipped" where there are any."""
    failed, skipped = counts["failed"], counts["skipped"]
    line = f"{max(counts['run'] - failed - skipped, 0)} passed, {failed} failed"
    return f"{line}, {skipped} skipped" if skipped else line


def drop_leftovers() -> None:
    """Remove the databases, queues and folders of runs that are no longer alive."""
    # On a server of one's own the run of that pid may live on another machine.
    if os.environ.get("DATABASE_URL"):
        return
    address = connection.settings_dict
    with psycopg.connect(
        host=address["HOST"], user=address["USER"], dbname="postgres", autocommit=True
    ) as server:
        found = server.execute("SELECT datname FROM pg_database").fetchall()
        names = {row[0] for row in found if row[0].startswith(namespace.PREFIX)}
        for name in namespace.dead_runs(names):
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            server.execute(drop.format(sql.Identifier(name)))
            namespace.drop_queues(f"{name}.")
    for folder in namespace.folder().parent.iterdir():
        if namespace.dead_runs([folder.name]):
            shutil.rmtree(folder, ignore_errors=True)
