"""Pretraining: it learns, it goes on after a kill to the same bits, several learn as one."""

import io
import json
import sys
import tempfile
import time
import unittest
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import torch

from mlcore.checkpoint import UnusableCheckpoint, load, save
from mlcore.fit import World
from mlcore.videomae import pretrain as command
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.batches import Ahead, Batches
from mlcore.videomae.keeping import load_autoencoder, load_encoder
from mlcore.videomae.plan import Stage
from mlcore.videomae.pretrain import pretrain
from mlcore.videomae.sampling import Sampling
from tests.mlcore.videomae.small import CPU, SMALL, WORLD, order

STAGE = Stage(frames=4, share=1, batch=4, rate=1e-3)
WORDS = (
    *("--data", "drawn", "--shape", "toy", "--batch", "2", "--frames", "256"),
    *("--every", "0.2", "--loaders", "1", "--device", "cpu", "--resume", "--out"),
)


class Stopped(Exception):
    pass


def stop_at(step):
    def watch(passed):
        if passed.step == step:
            raise Stopped

    return watch


def noted(out):
    lines = out.with_suffix(".jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def losses(out):
    return [line["loss"] for line in noted(out)]


def said(*words):
    """The exit code and the document of the command line."""
    printed = io.StringIO()
    with patch.object(sys, "argv", ["pretrain", *words]), redirect_stdout(printed):
        code = command.main({})
    return code, json.loads(printed.getvalue())


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class KeepingTests(FolderTest):
    def test_every_step_is_noted_and_everything_counted(self):
        out = self.folder / "a.safetensors"

        known = pretrain(order(out), WORLD, CPU, resume=False)

        lines = noted(out)
        self.assertEqual([each["step"] for each in lines], list(range(28)))
        lengths = Counter(each["frames"] for each in lines)
        self.assertEqual(lengths, {2: 16, 4: 8, 8: 4})
        meter = known["meter"]
        self.assertEqual((known["steps"], meter["frames"]), (28, 384))
        self.assertEqual(lines[-1]["multiplied"], meter["multiplied"])
        self.assertTrue(0 < known["wait_share"] < 1)

    def test_what_is_kept_is_read_again_with_all_that_is_known(self):
        out = self.folder / "a.safetensors"
        made = order(out)
        pretrain(made, WORLD, CPU, resume=False)

        network, meaning = load_autoencoder(out)
        encoder, _ = load_encoder(out)

        self.assertEqual(network.config, SMALL)
        self.assertEqual(meaning["plan"], made.plan.to_json())
        self.assertEqual(meaning["seed"], 0)
        self.assertEqual(encoder.config, SMALL)

    def test_foreign_broken_and_missing_weights_are_named(self):
        foreign, broken = self.folder / "f.safetensors", self.folder / "b.safetensors"
        save(foreign, {"x": torch.zeros(1)}, {"family": "another"})
        broken.write_bytes(b"\x80\x04 a pickle, which is never opened")

        for path in (foreign, broken, self.folder / "none.safetensors"):
            with self.assertRaisesRegex(UnusableCheckpoint, path.name):
                load_autoencoder(path)


class ResumeTests(FolderTest):
    def test_a_training_that_is_stopped_anywhere_goes_on_to_the_same_bits(self):
        whole, parted = (self.folder / f"{n}.safetensors" for n in ("a", "b"))
        pretrain(order(whole), WORLD, CPU, resume=False)
        # Steps of stages: 16, 8, 4; after the first checkpoint, at the end of a stage.
        for step in (19, 26):
            with self.assertRaises(Stopped):
                pretrain(order(parted), WORLD, CPU, resume=True, watch=stop_at(step))
        pretrain(order(parted), WORLD, CPU, resume=True)

        self.assertEqual(losses(whole), losses(parted))
        one, two = (load(each)[0] for each in (whole, parted))
        for name, each in one.items():
            self.assertTrue(torch.equal(each, two[name]), name)

    def test_a_checkpoint_of_another_training_is_refused(self):
        out = self.folder / "a.safetensors"
        pretrain(order(out), WORLD, CPU, resume=False)

        for other, said in (
            (order(out, lengths=(2, 8)), "another plan"),
            (order(out, seed=1), "another seed"),
            (order(out, frames=768), "another budget"),
        ):
            with self.assertRaisesRegex(UnusableCheckpoint, said):
                pretrain(other, WORLD, CPU, resume=True)

    def test_a_checkpoint_is_written_at_the_end_of_each_stage(self):
        out = self.folder / "a.safetensors"

        with self.assertRaises(Stopped):
            pretrain(order(out), WORLD, CPU, resume=False, watch=stop_at(16))

        self.assertEqual(load(order(out).training_file)[1]["steps"], 16)


class Slow:
    """A world that takes longer."""

    def __init__(self, world, seconds):
        self.world, self.seconds = world, seconds

    def draw(self, *asked):
        time.sleep(self.seconds)
        return self.world.draw(*asked)


class DrawingTests(unittest.TestCase):
    def setUp(self):
        self.batches = Batches(
            source=WORLD, sampling=Sampling(longest=8), config=SMALL, seed=0
        )

    def test_a_step_is_drawn_alike_whoever_draws_it(self):
        here, ahead = Ahead(self.batches, 0), Ahead(self.batches, 2)
        self.addCleanup(ahead.close)

        for step in range(4):
            one, two = (
                each.take(step, STAGE, lambda _: STAGE) for each in (here, ahead)
            )
            self.assertTrue(torch.equal(one.clips, two.clips))
            self.assertTrue(torch.equal(one.seen, two.seen))

    def drawn_by_as_many_as_it_takes(self, draws, trains):
        """Seconds a draw and a step; the threads in the end. Clips are always the same."""
        slow = Slow(WORLD, draws)
        ahead = Ahead(replace(self.batches, source=slow), 1, most=3)
        self.addCleanup(ahead.close)
        for step in range(64):
            drawn = ahead.take(step, STAGE, lambda _: STAGE)
            time.sleep(trains)
            if step % 9 == 0:
                wanted = self.batches.draw(step, STAGE)
                self.assertTrue(torch.equal(drawn.clips, wanted.clips))
        return ahead.threads

    def test_more_threads_draw_while_the_network_waits_and_no_more_than_may(self):
        self.assertEqual(self.drawn_by_as_many_as_it_takes(0.04, 0.0), 3)
        self.assertEqual(self.drawn_by_as_many_as_it_takes(0.0, 0.04), 1)

    def test_programs_see_their_rows_of_the_same_batch(self):
        whole = self.batches.draw(3, STAGE)

        halves = [
            replace(self.batches, world=World(rank, 2)).draw(3, STAGE)
            for rank in range(2)
        ]

        for name in ("clips", "seen", "restored"):
            together = torch.cat([getattr(each, name) for each in halves])
            self.assertTrue(torch.equal(together, getattr(whole, name)), name)
        with self.assertRaisesRegex(ValueError, "4 is not a multiple of 3"):
            replace(self.batches, world=World(0, 3)).draw(3, STAGE)

    def test_programs_gradients_add_up_to_that_of_one(self):
        gradients = []
        for world in (World(), World(0, 2), World(1, 2)):
            network = new_autoencoder(SMALL, 0)
            own = replace(self.batches, world=world).draw(3, STAGE)
            loss = network(own.clips, own.seen, own.restored) / world.size
            loss.backward()
            gradients.append(network.encoder.embed.weight.grad)

        one, *parts = gradients
        self.assertLess((one - sum(parts)).abs().max(), 1e-6)

    def test_every_step_some_rows_turn_to_other_footage_and_the_others_stay(self):
        seen = []

        class Noted:
            def draw(self, times, seed, rows, shared):
                seen.append(shared)
                return torch.zeros(len(times), times.shape[1], 3, 16, 16)

        noted = replace(self.batches, source=Noted(), repeat=2)
        for step in range(5):
            noted.draw(step, STAGE)

        # Clips of half the length stay twice as long: 4 rows turn within 4 steps.
        for before, after in pairwise(seen):
            changed = [a != b for a, b in zip(before, after, strict=True)]
            self.assertEqual(changed.count(True), 1)
        self.assertFalse(set(seen[0]) & set(seen[4]))

    def test_a_stage_that_ends_earlier_than_expected_gets_its_own_clips(self):
        ahead = Ahead(self.batches, 2)
        self.addCleanup(ahead.close)
        other = Stage(frames=8, share=1, batch=4, rate=1e-3)
        ahead.take(0, STAGE, lambda _: STAGE)

        drawn = ahead.take(1, other, lambda _: other)

        self.assertEqual(drawn.clips.shape[1], 8)
        self.assertTrue(torch.equal(drawn.clips, self.batches.draw(1, other).clips))


class CommandTests(FolderTest):
    def test_a_plan_that_cannot_be_is_one_sentence(self):
        out = str(self.folder / "a.safetensors")

        code, told = said(
            *("--data", "drawn", "--out", out, "--frames", "100", "--plan", "tpl9")
        )

        self.assertEqual(code, 1)
        self.assertIn("tpl9 is no plan", told["error"])

    def test_a_folder_without_films_is_one_sentence(self):
        out = str(self.folder / "a.safetensors")

        code, told = said(
            *("--data", str(self.folder), "--out", out, "--frames", "100")
        )

        self.assertEqual(code, 1)
        self.assertIn("there is no film in", told["error"])
