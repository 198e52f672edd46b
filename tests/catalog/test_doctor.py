"""`doctor` says what is there, and fails with the reason when something is not."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any, ClassVar

BASE = Path(__file__).resolve().parents[2]


def doctor(**environ: str) -> tuple[int, dict[str, dict[str, Any]]]:
    ran = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=BASE,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    document = json.loads(ran.stdout)
    return ran.returncode, {one["name"]: one for one in document["findings"]}


class DoctorTests(unittest.TestCase):
    databases: ClassVar = {"default"}  # asks the runner to make it

    def test_it_finds_the_servers_and_the_extension(self):
        _, found = doctor()

        for name in ("database", "pgvector", "tables", "broker", "devices"):
            with self.subTest(name=name):
                self.assertTrue(found[name]["good"], found[name]["says"])
        self.assertIn("PostgreSQL 18", found["database"]["says"])

    def test_what_is_missing_is_named_and_fails_it(self):
        code, found = doctor(
            DATABASE_URL="postgresql://nobody@localhost:1/nowhere",
            KULESHOV_WEIGHTS=str(BASE / "docs"),
        )

        self.assertEqual(code, 1)
        self.assertFalse(found["database"]["good"])
        self.assertIn("check DATABASE_URL", found["database"]["says"])
        self.assertFalse(found["weights"]["good"])
        self.assertIn("selfie_segmentation.tflite", found["weights"]["says"])
        self.assertFalse(found["artwork"]["good"])
        self.assertIn("materials.safetensors", found["artwork"]["says"])
        self.assertTrue(found["broker"]["good"])
