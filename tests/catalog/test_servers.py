"""With DATABASE_URL and BROKER_URL the same commands use those servers and start none."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from catalog import embedded
from catalog.environment import BASE
from catalog.supervisor.commands import manage_command


class ServerTests(unittest.TestCase):
    def setUp(self):
        # Reachable by the database's own user, whoever runs the tests.
        folder = tempfile.TemporaryDirectory(dir="/tmp", prefix="kuleshov-servers-")
        self.addCleanup(folder.cleanup)
        Path(folder.name).chmod(0o755)
        self.theirs, self.ours = (
            Path(folder.name) / "theirs",
            Path(folder.name) / "ours",
        )

    def run_command(self, *words):
        return subprocess.run(
            manage_command(*words),
            cwd=BASE,
            capture_output=True,
            text=True,
            check=False,
            env={
                **os.environ,
                "DATABASE_URL": embedded.database_url(self.theirs),
                "BROKER_URL": embedded.broker_url(self.theirs),
                "KULESHOV_DATABASE_NAME": "kuleshov",
                "KULESHOV_VAR": str(self.ours),
            },
        )

    def test_commands_use_the_servers_and_start_none_of_their_own(self):
        film = self.ours / "film.mp4"
        with embedded.services(self.theirs, {}):
            migrated = self.run_command("migrate", "-v0")
            self.assertEqual(migrated.returncode, 0, migrated.stderr)
            film.parent.mkdir(parents=True, exist_ok=True)
            film.write_text("no film")

            added = self.run_command("ingest", str(film), "--json")

            self.assertEqual(added.returncode, 0, added.stderr)
            title = json.loads(added.stdout)["titles"][0]
            self.assertEqual((title["name"], title["state"]), ("film", "queued"))
        self.assertFalse((self.ours / "postgres").exists())
        self.assertFalse((self.ours / "broker").exists())
