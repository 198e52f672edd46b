"""components: documents as docs/cli.md has them, and one sentence when it fails."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from django.conf import settings

from catalog.component_verbs import VERBS
from tests.catalog.test_commands import names_in_docs


def components(*words):
    """What manage.py components did."""
    return subprocess.run(
        [sys.executable, "manage.py", "components", *map(str, words)],
        cwd=settings.BASE,
        capture_output=True,
        text=True,
        check=False,
    )


class RenderCommandTests(unittest.TestCase):
    def run_it(self, *words):
        ran = components("render", "--json", *words)
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


class EncoderCommandTests(unittest.TestCase):
    def test_an_encoder_is_trained_and_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "encoder.safetensors"
            few = ("--components", 24, "--batch", 4, "--takes", 8, "--shape", "small")
            trained = components(
                *("train", "--json", "--out", file, "--steps", 2),
                *("--arm", "proxies-takes", *few),
            )
            measured = components("evaluate", "--json", "--encoder", file, "--pairs", 2)

        document = json.loads(trained.stdout)
        self.assertEqual(set(document) & {"error"}, set(), trained.stderr)
        learning = document["learning"]
        self.assertEqual(
            (document["steps"], learning["batch"], learning["takes"]), (2, 4, 8)
        )
        found = json.loads(measured.stdout)
        self.assertEqual(set(found), {"verb", "encoder", "table"})
        self.assertTrue(
            {"closed", "open", "closed_at_open_size", "interval", "table"}
            <= names_in_docs("components evaluate")
        )
        # What a person is shown.
        self.assertEqual(VERBS["evaluate"].lines(found), found["table"])
        self.assertTrue(any(line.startswith("macro") for line in found["table"]))

    def test_what_cannot_be_measured_is_one_sentence(self):
        with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
            ran = components("evaluate", "--json", "--encoder", file.name)

        self.assertEqual(ran.returncode, 1)
        self.assertIn(Path(file.name).name, json.loads(ran.stdout)["error"])
