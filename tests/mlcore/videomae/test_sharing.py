"""The bench of pretraining, dealt over several programs."""

import json
import multiprocessing
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from pathlib import Path

from bench.pretraining.arms import ARMS
from bench.pretraining.sharing import had

FEW = ("--many", 8, "--few", 4, "--asked", 4, "--held-out", 2, "--points", 2)
SHORT = ("--tuning", 1, "--probing", 1, "--frames", 512, "--device", "cpu")


def hold(path, begun):
    with had(path) as ours:
        begun.put(ours)
        time.sleep(600)


class SharingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def bench(self, *words):
        command = [sys.executable, "-m", "bench.pretraining", "--out", self.folder]
        done = subprocess.run(
            [str(each) for each in (*command, *FEW, *SHORT, *words)],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_two_programs_do_each_run_once_and_all_of_them(self):
        arms = ("scratch", "plain", "two-stages")
        wanted = {f"{arm}-512-{seed}" for arm in arms for seed in (0, 1)}
        words = ("--arms", ",".join(arms), "--seeds", "0,1")

        said = self.bench(*words, "--processes", 2)

        names = Counter(line for line in said if line in wanted)
        self.assertEqual(names, dict.fromkeys(wanted, 1))
        for name in wanted:
            kept = json.loads((self.folder / f"{name}.result.json").read_text())
            self.assertIn(kept["arm"], ARMS)
        self.assertIn("| two-stages | 2 |", "\n".join(said))

    def test_after_its_minutes_no_run_begins(self):
        self.bench("--arms", "scratch", "--minutes", 0)

        self.assertEqual(list(self.folder.glob("*.result.json")), [])

    def test_without_fine_tuning_losses_alone_are_measured(self):
        said = self.bench("--arms", "plain", "--seeds", "0", "--tuning", 0)

        kept = json.loads((self.folder / "plain-512-0.result.json").read_text())
        self.assertEqual(len(kept["curve"]), 1)
        self.assertNotIn("many", kept)
        (row,) = (line for line in said if line.startswith("| plain | 1 |"))
        self.assertRegex(row, r"^\| plain \| 1 \| [01]\.\d{4} .*(\|  ){5}\|$")

    def test_another_shape_has_results_and_a_table_of_its_own(self):
        words = ("--arms", "plain", "--seeds", "0", "--tuning", 0)
        self.bench(*words)
        kept = self.folder / "plain-512-0.result.json"
        before = kept.read_bytes()

        said = self.bench(*words, "--shape", "little")

        self.assertEqual(said[0], "plain-512-0")
        self.assertEqual(kept.read_bytes(), before)
        own = json.loads((self.folder / "little" / kept.name).read_text())
        self.assertGreater(
            own["curve"][-1]["multiplied"],
            json.loads(before)["curve"][-1]["multiplied"],
        )
        table = self.bench("--table", "--shape", "little", "--frames", 512)
        self.assertEqual(
            [e for e in said if "| plain |" in e],
            [e for e in table if "| plain |" in e],
        )

    def test_what_was_measured_in_another_way_is_measured_anew_without_training(self):
        words = ("--arms", "plain", "--seeds", "0")
        self.bench(*words, "--tuning", 0)
        path = self.folder / "plain-512-0.result.json"
        trained = json.loads(path.read_text())
        weights = (self.folder / "plain-512-0.safetensors").stat().st_mtime_ns

        said = self.bench(*words, "--few", 0, "--views", "2x3")
        again = self.bench(*words, "--few", 0, "--views", "2x3")

        known = json.loads(path.read_text())
        self.assertEqual(known["curve"], trained["curve"])
        self.assertEqual(known["protocol"]["views"], "2x3")
        self.assertEqual(known["protocol"]["tuning"]["steps"], 1)
        self.assertIn("many", known)
        self.assertNotIn("few", known)
        now = (self.folder / "plain-512-0.safetensors").stat().st_mtime_ns
        self.assertEqual(now, weights)
        # The second time there was nothing to do, and the table says how it was measured.
        self.assertEqual(said[0], "plain-512-0")
        self.assertNotIn("plain-512-0", again)
        self.assertTrue(any(e.startswith("1 runs were measured by {") for e in again))
        accuracy = f"{known['many']:.3f}"
        self.assertIn(f"| plain | {accuracy} ({accuracy}) |", again)

    def test_a_run_is_had_by_one_program_until_that_ends_however_it_ends(self):
        path = self.folder / "it.lock"
        fresh = multiprocessing.get_context("spawn")
        begun = fresh.Queue()
        other = fresh.Process(target=hold, args=(path, begun))
        other.start()
        self.addCleanup(other.kill)
        self.assertTrue(begun.get(timeout=60))
        with had(path) as ours:
            self.assertFalse(ours)

        other.kill()
        other.join()

        self.assertEqual(other.exitcode, -signal.SIGKILL)
        with had(path) as ours:
            self.assertTrue(ours)
