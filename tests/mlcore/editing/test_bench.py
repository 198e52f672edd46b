"""bench/editing, once over: its figures hang on code that nothing else runs."""

import io
import json
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from bench.editing.__main__ import arguments, main
from bench.editing.arms import ARMS
from bench.editing.table import COMPARED, MEASURES
from mlcore.editing.network.keeping import save_denoiser
from tests.mlcore.editing.small import tiny

ONE_VIDEO = ("--videos", "1", "--seeds", "0", "--frames", "3", "--steps", "4")
TWO_ARMS = ("ours", "as an edit is made")


class BenchTests(unittest.TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)

    def bench(self, *words: str) -> str:
        """What it prints."""
        said = io.StringIO()
        own = ("--tuning", "2", "--out", str(self.out))
        with mock.patch("sys.argv", ["bench", *own, *words]), redirect_stdout(said):
            main()
        return said.getvalue()

    def test_the_weights_that_ship_are_measured_and_tabled(self):
        said = self.bench(*ONE_VIDEO, "--arms", ";".join(TWO_ARMS))

        (kept,) = self.out.glob("*.json")
        found = json.loads(kept.read_text())
        self.assertEqual(set(found), {"all", *TWO_ARMS})
        for arm in TWO_ARMS:
            # How true the inversion is is measured with all arms only.
            self.assertEqual(set(MEASURES) - set(found[arm]), {"reconstruction"})
            self.assertIn(f"| {arm} | {found[arm]['mask_iou']:.3f} |", said)
        # What is there is not made again.
        self.assertIn("\n1 videos\n", self.bench("--table"))

    def test_all_arms_and_what_an_edit_costs_run(self):
        weights = self.out / "untrained.safetensors"
        save_denoiser(tiny(inflated=False), weights, {"steps": "0"})
        named = ("--weights", str(weights))

        said = self.bench(*ONE_VIDEO, *named)

        for arm in (*ARMS, "composite, true mask"):
            self.assertIn(f"\n| {arm} | ", said)
        for without, with_ in COMPARED:
            self.assertIn(f"\n{with_} against {without}, flicker: ", said)
        told = self.bench("--cost", "--pixels", "16", *ONE_VIDEO, *named)
        for stage in ("tuning", "inversion", "regions", "sampling"):
            self.assertIn(stage, told)

    def test_a_fresh_clone_has_what_it_measures(self):
        self.assertTrue(arguments().parse_args([]).weights.is_file())
