"""Django's test runner, on a database, queues and folders of this run alone."""

import os
import shutil
import sys
import unittest
from typing import Any

import psycopg
from django.db import connection
from django.test.runner import DiscoverRunner
from psycopg import sql

from tests import namespace, worker


class KuleshovRunner(DiscoverRunner):
    """Runs the tests beside a serving `make run`, and says "N passed, N failed" last."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # The database's name is this run's own: nobody has to be asked about it.
        super().__init__(*args, **{**options, "interactive": False})

    def run_tests(self, test_labels: list[str], **kwargs: Any) -> int:
        """Run what is named, all of `tests` without a name; return the failures."""
        try:
            failed = super().run_tests(test_labels or ["tests"], **kwargs)
        finally:
            namespace.leave()
        sys.stdout.write(f"{self.closing_line}\n")
        sys.stdout.flush()
        return failed

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

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:
        """Count for the closing line; return the number of failures."""
        failed = super().suite_result(suite, result, **kwargs)
        self.closing_line = count(result)
        return failed


def count(result: unittest.TestResult) -> str:
    """Return "N passed, N failed", with ", N skipped" where there are any."""
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    passed = max(result.testsRun - failed - skipped, 0)
    line = f"{passed} passed, {failed} failed"
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
