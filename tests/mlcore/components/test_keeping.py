"""What of a training outlives it: checkpoints, the encoder, two programs' common weights."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

import torch

from mlcore.checkpoint import UnusableCheckpoint, load, save
from mlcore.components.learning.loop import Budget
from mlcore.components.network.keeping import load_encoder
from mlcore.components.train import begun_with, main, train
from tests.full_disk import said_without_room
from tests.mlcore.components.photographed import CPU, order, studio

ROOT = Path(__file__).resolve().parents[3]


def curve(out):
    lines = out.with_suffix(".jsonl").read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def apart(steps, *places, **variables):
    """Begin trainings in a program of its own: places are files, each with its arm."""
    words = [sys.executable, "-m", "tests.mlcore.components.training_apart"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **variables}
    words += [str(steps), *map(str, places)]
    return subprocess.Popen(words, cwd=ROOT, env=environment)


def said_by_main(*words, **variables):
    """Exit code and document of the command, run in this program."""
    said = io.StringIO()
    argv = ["train", *map(str, words)]
    with mock.patch.object(sys, "argv", argv), contextlib.redirect_stdout(said):
        code = main({**os.environ, **variables})
    return code, json.loads(said.getvalue())


class KeepingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name) / "encoder.safetensors"
        threads = torch.get_num_threads()
        self.addCleanup(torch.set_num_threads, threads)
        # Sums are added in the same order only by as many threads.
        torch.set_num_threads(1)

    def test_a_killed_training_goes_on_to_the_same_bits(self):
        steps, whole = 60, self.out.with_name("whole.safetensors")
        train(order(whole, steps=steps), studio(), CPU, resume=False)
        child = apart(steps, self.out, "full")
        self.addCleanup(child.kill)
        diary = self.out.with_suffix(".jsonl")
        end = time.monotonic() + 120
        while not (diary.exists() and len(curve(self.out)) >= 5):
            self.assertLess(time.monotonic(), end, "the training did not begin")
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()
        self.assertFalse(self.out.exists(), "it was killed too late")

        train(order(self.out, steps=steps), studio(), CPU, resume=True)

        self.assertEqual(curve(self.out), curve(whole))
        one, two = (load_encoder(path)[0].state_dict() for path in (whole, self.out))
        self.assertTrue(all(torch.equal(one[name], two[name]) for name in one))

    def test_two_programs_learn_what_one_learns(self):
        arms = ("full", "proxies-statistics")
        alone, both = (
            {arm: self.out.with_name(f"{who}-{arm}.safetensors") for arm in arms}
            for who in ("alone", "both")
        )
        for arm, out in alone.items():
            train(order(out, arm, steps=8), studio(), CPU, resume=False)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2"}
        asked = [word for arm, out in both.items() for word in (out, arm)]

        children = [apart(8, *asked, RANK=rank, **place) for rank in ("0", "1")]

        self.assertEqual([child.wait(timeout=120) for child in children], [0, 0])
        for arm in arms:
            with self.subTest(arm):
                for one, two in zip(curve(both[arm]), curve(alone[arm]), strict=True):
                    self.assertAlmostEqual(one, two, places=4)

    def test_an_encoder_is_read_back_as_it_was_but_for_half_precision(self):
        known = train(order(self.out), studio(), CPU, resume=False)

        encoder, meaning = load_encoder(self.out)

        self.assertEqual(meaning["components"], known["components"])
        self.assertEqual(meaning["steps"], 12)
        self.assertTrue(bool(encoder.begun))
        self.assertLess(self.out.stat().st_size, 250_000)
        found = encoder(torch.rand(2, 4, 3, 16, 16))
        torch.testing.assert_close(found.norm(dim=1), torch.ones(2))

    def test_an_encoder_written_before_there_were_ends_and_statistics_is_still_read(
        self,
    ):
        train(order(self.out, "queue"), studio(), CPU, resume=False)
        tensors, meaning = load(self.out)
        for name in ("ends", "statistics"):
            del meaning["encoder"][name]
        earlier = self.out.with_name("earlier.safetensors")
        save(earlier, tensors, meaning)

        config = load_encoder(earlier)[0].config

        self.assertEqual((config.ends, config.statistics), (False, False))

    def test_what_begins_trained_keeps_what_it_knows(self):
        asked = order(self.out, "proxies-statistics", steps=60)
        train(asked, studio(), CPU, resume=False)
        begin, first = load_encoder(self.out)[0], curve(self.out)[:3]

        again = replace(asked, out=self.out.with_name("again.safetensors"))
        train(again, studio(), CPU, resume=False, begin=begin)

        self.assertLess(curve(again.out)[0], 0.7 * first[0])

    def test_it_does_not_begin_with_what_has_learned_the_unseen_ones(self):
        asked = replace(order(self.out, steps=2), unseen=[])
        train(asked, studio(), CPU, resume=False)

        self.assertEqual(begun_with(self.out, asked).config, asked.encoder)
        crossed = replace(asked, unseen=asked.components[:1])
        with self.assertRaisesRegex(ValueError, "learned 1 of the components"):
            begun_with(self.out, crossed)

    def test_a_broken_checkpoint_is_named_and_nothing_is_trained_over_it(self):
        asked = order(self.out)
        asked.training_file.write_bytes(b"half a file")

        with self.assertRaisesRegex(UnusableCheckpoint, asked.training_file.name):
            train(asked, studio(), CPU, resume=True)

        self.assertEqual(asked.training_file.read_bytes(), b"half a file")

    def test_a_checkpoint_of_another_training_is_refused(self):
        train(order(self.out, steps=2), studio(), CPU, resume=False)
        other = order(self.out, arm="queue", steps=4)

        with self.assertRaisesRegex(UnusableCheckpoint, "other encoder"):
            train(other, studio(), CPU, resume=True)

    def test_without_artwork_the_command_names_the_missing_file(self):
        words = ("--out", self.out, "--steps", 1, "--device", "cpu")
        folder = str(self.out.parent)

        code, told = said_by_main(*words, KULESHOV_WEIGHTS=folder)

        self.assertEqual(code, 1)
        self.assertIn(f"{folder}/materials.safetensors", told["error"])
        self.assertFalse(self.out.exists())

    def test_a_full_disk_is_one_sentence_and_the_last_checkpoint_stays(self):
        words = ("--shape", "small", "--components", 12, "--batch", 4, "--steps", 2)
        words = (*words, "--device", "cpu", "--out", self.out)
        code, told = said_by_main(*words)
        self.assertEqual(code, 0, told)
        kept = self.out.with_suffix(".training.safetensors")
        before = {each: each.read_bytes() for each in (kept, self.out)}

        code, told = said_without_room(2**20, "mlcore.components.train", *words)

        self.assertEqual(code, 1)
        self.assertRegex(told["error"], f"^{kept} could not be written: File too large")
        self.assertEqual({each: each.read_bytes() for each in before}, before)
        self.assertEqual(list(self.out.parent.glob(".*")), [])

    def test_a_training_in_minutes_ends_in_time(self):
        asked = replace(order(self.out), budget=Budget(minutes=0.01))

        known = train(asked, studio(), CPU, resume=False)

        self.assertGreater(known["steps"], 0)
        self.assertLess(known["seconds"], 5)
