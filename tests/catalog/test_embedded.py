"""The embedded PostgreSQL and broker: shared, recovered, and gone with the last user."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
import unittest
from collections.abc import Mapping
from pathlib import Path

import psycopg
import redis

from catalog import embedded
from catalog.embedded import broker, places, postgres
from tests import namespace
from tests.catalog.embedded_user import server_number

BASE = Path(__file__).resolve().parents[2]
# Neither server is named: both are embedded, whatever this run itself is using.
NOTHING_NAMED: Mapping[str, str] = {}
NOBODY = pwd.getpwnam("nobody")


def enter(var: Path, *, user: int | None = None, python: str = sys.executable):
    return subprocess.Popen(
        [python, "-m", "tests.catalog.embedded_user", str(var)],
        cwd=BASE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        env={**os.environ, **elsewhere()},
    )


def elsewhere() -> dict[str, str]:
    """Let another Python of this version find our packages, and write nothing."""
    packages = os.pathsep.join(path for path in sys.path if path)
    return {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": packages}


def python_of(account: pwd.struct_passwd) -> str | None:
    """Return a Python that this user can run with our packages, or None."""
    same = f"python3.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(same, path="/usr/local/bin:/usr/bin")):
        if (
            python
            and not places.run_as(
                account, "/usr/bin/env", "test", "-x", python
            ).returncode
        ):
            return python
    return None


def number_of(program):
    return int(program.stdout.readline())


def leave(program):
    program.communicate(timeout=60)


def serves(var: Path) -> bool:
    return postgres.answers(var) or broker.answers(var)


def queue(var: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(broker.socket_path(var)))


class EmbeddedTestCase(unittest.TestCase):
    name = "embedded"

    def setUp(self):
        self.var = namespace.folder() / self.name
        self.var.mkdir(parents=True)
        self.addCleanup(shutil.rmtree, self.var)
        self.addCleanup(embedded.stop_all, self.var)

    def write(self, rows):
        with psycopg.connect(embedded.database_url(self.var)) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS kept AS SELECT generate_series(1, %s)",
                [rows],
            )

    def kept(self):
        with psycopg.connect(embedded.database_url(self.var)) as connection:
            return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


class SharingTests(EmbeddedTestCase):
    def test_a_second_user_finds_the_servers_and_the_last_one_out_stops_them(self):
        with embedded.services(self.var, NOTHING_NAMED):
            mine = server_number(self.var)
            other = enter(self.var)
            self.assertEqual(number_of(other), mine)
            leave(other)
            self.assertEqual(server_number(self.var), mine)

        self.assertFalse(serves(self.var))

    def test_those_who_start_at_once_share_one_server(self):
        starters = [enter(self.var) for _ in range(4)]

        numbers = {number_of(starter) for starter in starters}
        for starter in starters:
            leave(starter)

        self.assertEqual(len(numbers), 1)
        self.assertFalse(serves(self.var))

    def test_a_user_killed_with_9_does_not_keep_the_servers_up(self):
        with embedded.services(self.var, NOTHING_NAMED):
            killed = enter(self.var)
            number_of(killed)
            killed.kill()
            killed.communicate()

        self.assertFalse(serves(self.var))

    def test_when_the_only_user_is_killed_with_9_the_servers_stop_by_themselves(self):
        user = enter(self.var)
        number_of(user)
        user.kill()
        user.communicate()

        deadline = time.monotonic() + 20.0
        while serves(self.var) and time.monotonic() < deadline:
            time.sleep(0.2)

        self.assertFalse(serves(self.var))

    def test_a_server_named_in_the_environment_is_left_alone(self):
        with embedded.services(self.var, {"DATABASE_URL": "postgresql://elsewhere/x"}):
            self.assertFalse(postgres.answers(self.var))
            self.assertTrue(broker.answers(self.var))


class RecoveryTests(EmbeddedTestCase):
    def test_a_killed_database_comes_back_with_every_committed_row(self):
        with embedded.services(self.var, NOTHING_NAMED):
            self.write(50_000)
            os.kill(server_number(self.var), signal.SIGKILL)
            self.assertFalse(postgres.answers(self.var))

            embedded.revive(self.var, NOTHING_NAMED)

            self.assertEqual(self.kept(), 50_000)

    def test_a_killed_broker_comes_back_with_every_message(self):
        with embedded.services(self.var, NOTHING_NAMED):
            queue(self.var).lpush("waiting", *range(2_000))
            os.kill(queue(self.var).info("server")["process_id"], signal.SIGKILL)

            embedded.revive(self.var, NOTHING_NAMED)

            self.assertEqual(queue(self.var).llen("waiting"), 2_000)

    def test_after_everything_was_killed_the_next_start_finds_all_of_it(self):
        user = enter(self.var)
        database = number_of(user)
        self.write(50_000)
        queue(self.var).lpush("waiting", *range(2_000))
        messages = queue(self.var).info("server")["process_id"]

        for number in (database, messages, user.pid):
            os.kill(number, signal.SIGKILL)
        user.communicate()

        with embedded.services(self.var, NOTHING_NAMED):
            self.assertEqual(self.kept(), 50_000)
            self.assertEqual(queue(self.var).llen("waiting"), 2_000)
        self.assertFalse(serves(self.var))

    def test_a_lock_file_whose_number_is_taken_by_another_program_is_seen_through(self):
        with embedded.services(self.var, NOTHING_NAMED):
            self.write(10)
            lock = self.var / "postgres" / "postmaster.pid"
            left_behind = lock.read_text()
        # As after a restart of the machine: the number now belongs to us.
        _, rest = left_behind.split("\n", 1)
        lock.write_text(f"{os.getpid()}\n{rest}")
        shutil.copystat(self.var / "postgres" / "PG_VERSION", lock)
        shutil.chown(lock, *self.owner())

        with embedded.services(self.var, NOTHING_NAMED):
            self.assertEqual(self.kept(), 10)

    def test_data_left_half_made_is_made_again(self):
        (self.var / "postgres.new" / "base").mkdir(parents=True)
        (self.var / "postgres.new" / "PG_VERSION").write_text("18\n")

        with embedded.services(self.var, NOTHING_NAMED):
            self.assertTrue(postgres.answers(self.var))

    def owner(self) -> tuple[int, int]:
        found = (self.var / "postgres").stat()
        return found.st_uid, found.st_gid


class PlaceTests(EmbeddedTestCase):
    name = "a tree with a long way to it, " * 5

    def test_a_path_too_long_for_a_socket_is_served_from_a_short_private_one(self):
        sockets = places.socket_folder(self.var)
        self.addCleanup(shutil.rmtree, sockets, ignore_errors=True)

        with embedded.services(self.var, NOTHING_NAMED):
            self.assertTrue(postgres.answers(self.var))
            self.assertTrue(broker.answers(self.var))

        self.assertLess(len(str(sockets)), 40)
        self.assertEqual(sockets.stat().st_uid, os.geteuid())
        self.assertEqual((sockets / "broker").stat().st_mode & 0o077, 0)
        self.assertEqual((sockets / "postgres").stat().st_mode & 0o077, 0)

    def test_a_short_folder_that_is_somebody_elses_is_refused(self):
        sockets = places.socket_folder(self.var)
        sockets.symlink_to(self.var)
        self.addCleanup(sockets.unlink)

        with (
            self.assertRaisesRegex(embedded.EmbeddedServerError, "is a link"),
            embedded.services(self.var, NOTHING_NAMED),
        ):
            pass


@unittest.skipUnless(os.geteuid() == 0, "needs root, to become somebody else")
class AccountTests(EmbeddedTestCase):
    def test_an_ordinary_user_runs_everything_as_itself(self):
        python = python_of(NOBODY)
        if python is None:
            self.skipTest("there is no Python of this version that nobody may run")
        os.chown(self.var, NOBODY.pw_uid, NOBODY.pw_gid)

        user = enter(self.var, user=NOBODY.pw_uid, python=python)
        number = number_of(user)
        owner = Path(f"/proc/{number}").stat().st_uid
        leave(user)

        self.assertEqual(owner, NOBODY.pw_uid)
        self.assertFalse(serves(self.var))

    def test_root_runs_the_database_as_the_one_whose_data_it_is(self):
        (self.var / "postgres").mkdir()
        os.chown(self.var / "postgres", NOBODY.pw_uid, NOBODY.pw_gid)

        with embedded.services(self.var, NOTHING_NAMED):
            owner = Path(f"/proc/{server_number(self.var)}").stat().st_uid

        self.assertEqual(owner, NOBODY.pw_uid)

    def test_a_folder_the_servers_user_cannot_enter_is_named_in_one_sentence(self):
        self.var.chmod(0o700)

        with (
            self.assertRaisesRegex(embedded.EmbeddedServerError, "cannot enter /"),
            embedded.services(self.var, NOTHING_NAMED),
        ):
            pass
