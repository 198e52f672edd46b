"""The runner's own promises: what crashed runs left is cleared, the last line counts."""

import os
import subprocess
import sys
import unittest
from typing import ClassVar

import psycopg
from django.db import connection

from tests import namespace, runner


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

        self.assertEqual(runner.count(result), "1 passed, 2 failed, 1 skipped")
