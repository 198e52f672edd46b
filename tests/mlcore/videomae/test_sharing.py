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

from bench.pretraining.__main__ import arguments
from bench.pretraining.arms import ARMS
from bench.pretraining.runs import Curve, Otherwise
from bench.pretraining.sharing import bench_of, had
from tests.mlcore.videomae.small import order

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

    def command(self, *words):
        command = (sys.executable, "-m", "bench.pretraining", "--out", self.folder)
        return [str(each) for each in (*command, *FEW, *SHORT, *words)]

    def ended(self, *words):
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, check=False
        )

    def bench(self, *words):
        done = self.ended(*words)
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

    def test_killed_while_it_measures_it_measures_again_and_trains_nothing(self):
        words = ("--arms", "plain", "--seeds", "0")
        weights = self.folder / "plain-512-0.safetensors"
        training = weights.with_suffix(".training.safetensors")
        program = subprocess.Popen(self.command(*words, "--tuning", 10**6))
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        until = time.monotonic() + 120
        while not weights.exists() or training.exists():
            self.assertLess(time.monotonic(), until)
            self.assertIsNone(program.poll())
            time.sleep(0.05)
        trained = weights.stat().st_mtime_ns
        program.kill()
        self.assertEqual(program.wait(), -signal.SIGKILL)

        self.bench(*words)

        self.assertEqual(weights.stat().st_mtime_ns, trained)
        known = json.loads((self.folder / "plain-512-0.result.json").read_text())
        self.assertLessEqual({"curve", "meter", "many", "protocol"}, set(known))
        self.assertEqual(known["training"], {"batch": 32, "rate": 0.001, "held_out": 2})

    def test_what_was_trained_in_another_way_is_refused_and_stays(self):
        words = ("--arms", "plain,scratch", "--seeds", "0", "--tuning", 0)
        self.bench(*words)
        path = self.folder / "plain-512-0.result.json"
        before = path.read_bytes()
        for more, said in (
            (("--batch", 16), "batch 32, asked for is 16"),
            (("--rate", 0.002), "rate 0.001, asked for is 0.002"),
            (("--held-out", 3, "--processes", 2), "held-out 2, asked for is 3"),
        ):
            done = self.ended(*words, *more)

            self.assertEqual(done.returncode, 1)
            named = self.folder / "plain-512-0"
            self.assertIn(f"{named} was trained with {said}: name", done.stderr)
            self.assertNotIn("Traceback", done.stderr)
            self.assertEqual(path.read_bytes(), before)

    def test_a_result_that_does_not_tell_was_trained_as_usual(self):
        words = ("--arms", "plain", "--seeds", "0", "--tuning", 0)
        self.bench(*words)
        path = self.folder / "plain-512-0.result.json"
        old = json.loads(path.read_text())
        del old["training"]
        path.write_text(json.dumps(old))

        said = self.bench(*words, "--held-out", 256)
        refused = self.ended(*words)

        self.assertNotIn("plain-512-0", said)
        self.assertIn("held-out 256, asked for is 2", refused.stderr)

    def test_a_curve_goes_on_with_lines_of_its_own_training_alone(self):
        given = arguments().parse_args([str(each) for each in (*FEW, *SHORT)])
        given.out = self.folder
        bench = bench_of(given)
        made = order(self.folder / "a.safetensors")
        path = self.folder / "a.curve.jsonl"
        curve = Curve(path, made, bench)
        made.training_file.touch()
        for held_out, said in (("", "held-out 256"), (', "held_out": 3', "held-out 3")):
            path.write_text(f'{{"step": 0, "loss": 1.0{held_out}}}\n')
            with self.assertRaisesRegex(Otherwise, f"{said}, asked for is 2"):
                curve.begin()
        path.write_text('{"step": 0, "loss": 1.0, "held_out": 2}\n')
        curve.begin()
        self.assertEqual(len(curve.read()), 1)

        # Killed before its first checkpoint, a training begins anew.
        made.training_file.unlink()
        curve.begin()

        self.assertFalse(path.exists())

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
