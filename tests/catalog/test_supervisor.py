"""`make run`: one a tree, its programs kept alive, and none outliving it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

from django.contrib.auth import get_user_model
from django.test import TestCase, TransactionTestCase

from catalog import embedded
from catalog.celery import app
from catalog.supervisor import addresses
from catalog.supervisor.children import Child, Leash
from catalog.supervisor.first_run import create_admin
from catalog.supervisor.household import Household
from catalog.supervisor.sole import AlreadyRunningError, sole_run
from tests import namespace

BASE = Path(__file__).resolve().parents[2]


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.catalog.supervised", *words],
        cwd=BASE,
        stdout=subprocess.PIPE,
        text=True,
    )


def is_alive(number: int) -> bool:
    """A zombie that nobody has reaped yet is not alive."""
    try:
        return ") Z" not in Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return False


def wait_until(true, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.05)


class PlaceTestCase(unittest.TestCase):
    def setUp(self):
        self.var = namespace.folder() / "supervisor"
        self.var.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, self.var)


class SoleRunTests(PlaceTestCase):
    def test_a_second_run_of_the_tree_is_told_where_the_first_one_serves(self):
        first = start("holds-run", str(self.var))
        self.addCleanup(first.communicate)
        self.addCleanup(first.kill)
        first.stdout.readline()

        second = subprocess.run(
            [sys.executable, "manage.py", "run"],
            cwd=BASE,
            env={**os.environ, "KULESHOV_VAR": str(self.var)},
            capture_output=True,
            text=True,
            check=False,
        )

        self.assertEqual(second.returncode, 1)
        self.assertIn("http://127.0.0.1:8765/", second.stderr)
        self.assertIn(f"process {first.pid}", second.stderr)
        self.assertNotIn("Traceback", second.stderr)

    def test_a_run_killed_with_9_does_not_stand_in_the_way_of_the_next(self):
        first = start("holds-run", str(self.var))
        first.stdout.readline()
        first.kill()
        first.communicate()

        refused = self.assertRaisesRegex(AlreadyRunningError, "still starting")
        with sole_run(self.var), refused, sole_run(self.var):
            pass


class ChildTests(PlaceTestCase):
    def child(self, code: str) -> Child:
        leash = Leash()
        self.addCleanup(leash.close)
        child = Child(
            "sleeper", [sys.executable, "-c", code], self.var / "child.log", leash
        )
        self.addCleanup(child.kill)
        child.start()
        return child

    def test_a_child_that_was_killed_is_started_again_each_time_after_a_longer_wait(
        self,
    ):
        child = self.child("import time; time.sleep(600)")
        child.wait_seconds = 0.2
        first = child.running.pid

        with self.assertLogs("catalog.supervisor.children") as logs:
            os.kill(first, signal.SIGKILL)
            child.running.wait()
            child.tend()
            self.assertFalse(child.is_alive)
            wait_until(lambda: child.tend() or child.is_alive)

        self.assertNotEqual(child.running.pid, first)
        self.assertEqual(child.wait_seconds, 0.4)
        self.assertIn("sleeper ended (signal SIGKILL)", logs.output[0])

    def test_a_child_that_ignores_the_request_to_stop_is_killed_in_the_end(self):
        child = self.child(
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
            "print('deaf', flush=True); time.sleep(600)"
        )
        wait_until(lambda: "deaf" in child.log_path.read_text())
        number = child.running.pid

        child.stop(grace_seconds=0.3)

        self.assertFalse(is_alive(number))

    def test_children_and_theirs_end_when_the_supervisor_is_killed_with_9(self):
        supervisor = start("has-child", str(self.var / "stubborn.log"))
        numbers = [int(word) for word in supervisor.stdout.readline().split()]
        self.assertTrue(all(is_alive(number) for number in numbers))

        supervisor.kill()
        supervisor.communicate()

        wait_until(lambda: not any(is_alive(number) for number in numbers), 10.0)


class AddressTests(unittest.TestCase):
    def test_a_taken_port_gives_way_to_the_next_free_one(self):
        with socket.socket() as taken:
            taken.bind((addresses.HOST, 0))
            taken.listen()
            wanted = taken.getsockname()[1]

            self.assertGreater(addresses.free_port(wanted), wanted)

    def test_a_port_that_takes_connections_but_never_speaks_http_does_not_answer(self):
        with socket.socket() as listening:
            listening.bind((addresses.HOST, 0))

            self.assertFalse(addresses.answers(listening.getsockname()[1]))


class AdminTests(TestCase):
    def test_the_first_administrator_is_made_once_with_a_password_that_works(self):
        password = create_admin()

        self.assertTrue(
            get_user_model().objects.get(username="admin").check_password(password)
        )
        self.assertIsNone(create_admin())


class HouseholdTests(TransactionTestCase):
    """The real web server, clock and workers, on this run's database and queues."""

    def test_everything_opens_comes_back_when_killed_and_stops(self):
        household = Household(embedded.var_folder(), namespace.folder() / "log")
        household.start(addresses.free_port(8400))
        self.addCleanup(household.stop)
        wait_until(household.is_open, 90.0)
        self.trainings_and_edits_have_one_worker_one_at_a_time()
        numbers = {child.name: child.running.pid for child in household.children}

        os.killpg(numbers["web"], signal.SIGKILL)
        wait_until(lambda: not addresses.answers(household.port))
        wait_until(lambda: household.tend() or addresses.answers(household.port))
        self.assertEqual(
            {child.name for child in household.children if child.is_alive},
            set(numbers),
        )

        household.stop()
        self.assertFalse(any(is_alive(number) for number in numbers.values()))
        self.assertFalse(addresses.answers(household.port))

    def trainings_and_edits_have_one_worker_one_at_a_time(self):
        asked = app.control.inspect(timeout=5.0)
        served = {
            name.split("@")[0]: {queue["name"] for queue in queues}
            for name, queues in asked.active_queues().items()
            if name.startswith("worker-")
        }
        having = [name for name, queues in served.items() if "gpu" in str(queues)]
        self.assertEqual(having, ["worker-gpu"])
        self.assertEqual(len(served["worker-gpu"]), 1)
        pools = {
            name.split("@")[0]: stats["pool"]["max-concurrency"]
            for name, stats in asked.stats().items()
        }
        self.assertEqual(pools["worker-gpu"], 1)
