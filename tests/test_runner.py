"""The runner's own promises: what crashed runs left is cleared, the last line counts."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from typing import ClassVar
from unittest import mock

import psycopg
from django.db import connection

from catalog.celery import app
from tests import namespace, runner, shares


def databases() -> set[str]:
    with server() as line:
        return {row[0] for row in line.execute("SELECT datname FROM pg_database")}


def server() -> psycopg.Connection:
    address = connection.settings_dict
    return psycopg.connect(
        host=address["HOST"],
        port=address["PORT"] or None,
        user=address["USER"],
        password=address["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    )


class ForkTests(unittest.TestCase):
    def test_programs_that_are_forked_do_not_read_answers_that_were_asked_for_here(
        self,
    ):
        app.control.ping(timeout=0.1)
        forked = [multiprocessing.get_context("fork").Process() for _ in range(2)]
        for each in forked:
            each.start()
            self.addCleanup(each.kill)
        for each in forked:
            each.join(10)

        self.assertEqual([each.exitcode for each in forked], [0, 0])

    def test_workers_are_asked_as_before_after_a_fork(self):
        app.control.ping(timeout=0.1)
        forked = multiprocessing.get_context("fork").Process()
        forked.start()
        forked.join(10)

        # What a ping would wait for, which has no limit to name.
        app.pool.acquire(block=True, timeout=10).release()
        app.control.ping(timeout=0.1)


@unittest.skipIf(
    os.environ.get("DATABASE_URL"), "a server's databases are not ours to drop"
)
class LeftoverTests(unittest.TestCase):
    databases: ClassVar = {"default"}  # asks the runner to make it

    def test_the_database_and_folder_of_a_dead_run_go_and_those_of_a_living_one_stay(
        self,
    ):
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        left = f"{namespace.PREFIX}{ended.pid}"
        folder = namespace.folder().with_name(str(ended.pid))
        folder.mkdir()
        with server() as line:
            line.execute(f"CREATE DATABASE {left}")

        runner.drop_leftovers()

        self.assertNotIn(left, databases())
        self.assertIn(namespace.database_name(), databases())
        self.assertFalse(folder.exists())
        self.assertTrue(namespace.folder().exists())


class ClosingLineTests(unittest.TestCase):
    def test_it_counts_every_way_a_test_can_end(self):
        class Ways(unittest.TestCase):
            def test_passes(self):
                pass

            def test_fails(self):
                self.fail("on purpose")

            def test_breaks(self):
                raise OSError("on purpose")

            def test_is_skipped(self):
                self.skipTest("on purpose")

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Ways).run(result)

        line = runner.closing_line(runner.count(result))
        self.assertEqual(line, "1 passed, 2 failed, 1 skipped")


class ShareTests(unittest.TestCase):
    def ran(self, modules):
        """Modules whose tests a program ran that shares them, and ends of their classes."""
        ran = []

        def written(name):
            body = {
                "__module__": name,
                "test_it": lambda _case: ran.append(name),
                "tearDownClass": classmethod(lambda _cls: ran.append(f"end of {name}")),
            }
            return type("Tests", (unittest.TestCase,), body)("test_it")

        result = unittest.TestResult()
        shares.Share(written(name) for name in modules).run(result)
        self.assertTrue(result.wasSuccessful(), result.errors)
        return ran

    def test_what_one_program_took_no_other_runs_and_the_order_stays(self):
        with (
            tempfile.TemporaryDirectory() as claims,
            mock.patch.dict(os.environ, {shares.CLAIMS: claims}),
        ):
            (Path(claims) / f"1-b{shares.CLAIM}").touch()

            first, then = self.ran(["a", "b", "c"]), self.ran(["a", "b", "c", "d"])

        self.assertEqual(first, ["a", "end of a", "c", "end of c"])
        self.assertEqual(then, ["d", "end of d"])

    def test_the_modules_that_took_longest_are_named(self):
        with tempfile.TemporaryDirectory() as name:
            claims = Path(name)
            for claim, took in (("0-a.b", "2.4"), ("1-c", "31.5"), ("2-under-way", "")):
                (claims / f"{claim}{shares.CLAIM}").write_text(took)

            told = shares.slowest(claims)

        self.assertEqual(
            [line.split() for line in told], [["32", "s", "c"], ["2", "s", "a.b"]]
        )

    def test_a_program_that_ends_without_having_counted_is_an_error(self):
        with (
            tempfile.TemporaryDirectory() as claims,
            mock.patch.dict(os.environ, {shares.CLAIMS: claims}),
        ):
            shares.tell_counts(Counter(run=5, skipped=1))

            told = shares.counted(Path(claims), os.getpid())
            self.assertEqual(told, Counter(run=5, skipped=1))
            self.assertEqual(shares.counted(Path(claims), 0)["failed"], 1)


if __name__ == "__main__":
    unittest.main()
