"""components render: a document as docs/cli.md has it, and one sentence when it fails."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from django.conf import settings

from tests.catalog.test_commands import names_in_docs


class RenderCommandTests(unittest.TestCase):
    def run_it(self, *words):
        ran = subprocess.run(
            [sys.executable, "manage.py", "components", "render", "--json", *words],
            cwd=settings.BASE,
            capture_output=True,
            text=True,
            check=False,
        )
        return ran, json.loads(ran.stdout)

    def test_it_renders_with_a_bar_on_stderr_and_says_what_there_is(self):
        with tempfile.TemporaryDirectory() as folder:
            ran, document = self.run_it(
                *("--out", folder, "--category", "filter", "--components", "2"),
                *("--pairs", "1", "--size", "64x48", "--rate", "5"),
            )
            clips = list(Path(folder).rglob("*.mp4"))

        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(set(document), names_in_docs("components render"))
        self.assertEqual(
            (document["clips"], document["components"], len(clips)), (4, 2, 4)
        )
        self.assertIn("4/4", ran.stderr)

    def test_what_cannot_be_rendered_is_one_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            ran, document = self.run_it("--out", folder, "--pairs", "900")

        self.assertEqual(ran.returncode, 1)
        self.assertEqual(document, {"error": "--pairs must be 1 to 200, got 900"})
