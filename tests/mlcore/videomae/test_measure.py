"""What a pretraining is judged by, and the two commands over it."""

import io
import json
import sys
import tempfile
import unittest
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import torch

from bench.pretraining.arms import ARMS
from bench.pretraining.table import print_table, spent_to
from mlcore.videomae import evaluate, find_plan, learn_motion
from mlcore.videomae import pretrain as pretrain_command
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.budget import of_shares
from mlcore.videomae.evaluate import unrelated_under
from mlcore.videomae.keeping import load_autoencoder
from mlcore.videomae.measure import some_exam, some_held_out
from mlcore.videomae.motion import load_motion_encoder
from mlcore.videomae.plan import PLANS
from mlcore.videomae.pretrain import pretrain
from mlcore.videomae.search import Space
from mlcore.videomae.trained import load_trained
from tests.mlcore.videomae.small import CPU, SMALL, WORLD, order


def said(command, *words):
    printed = io.StringIO()
    with (
        patch.object(sys, "argv", ["it", *map(str, words)]),
        redirect_stdout(printed),
    ):
        code = command.main({})
    return code, json.loads(printed.getvalue())


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class HeldOutTests(unittest.TestCase):
    def test_the_loss_is_the_same_each_time_and_of_everything_that_is_masked(self):
        held = some_held_out(WORLD, 8, 12, 0)
        network = new_autoencoder(SMALL, 0)
        half = new_autoencoder(replace(SMALL, decoded=0.5), 0)

        loss = held.loss(network, CPU)

        self.assertEqual(loss, held.loss(network, CPU))
        self.assertEqual(loss, held.loss(half, CPU))
        self.assertNotEqual(loss, held.loss(new_autoencoder(SMALL, 1), CPU))

    def test_clips_are_none_of_those_that_training_draws(self):
        held = some_held_out(WORLD, 8, 4, 0)

        drawn = WORLD.draw(torch.arange(0, 16, 2).expand(4, -1), 0, slice(None))

        self.assertFalse(torch.equal(held.clips, drawn))

    def test_an_exam_asks_other_clips_than_it_teaches(self):
        exam = some_exam(WORLD, 8, 16, 16, 0)

        self.assertFalse(torch.equal(exam.known, exam.asked))
        self.assertLess(int(exam.asked_labels.max()), 8)

    def test_every_probe_says_a_share(self):
        exam = some_exam(WORLD, 8, 40, 20, 0)

        found = exam.probed(new_autoencoder(SMALL, 0).encoder, CPU, steps=5)

        self.assertEqual(set(found), {"linear", "neighbours", "attentive"})
        self.assertTrue(all(0 <= each <= 1 for each in found.values()))


class ArmTests(unittest.TestCase):
    def test_equal_work_multiplies_as_much_as_the_budget_in_long_clips(self):
        config = find_plan.SHAPES["toy"]
        arm = ARMS["tpl-work"]

        frames = arm.budget(10**6, config)

        shares = {e.frames: e.share for e in arm.planned(32, 1e-3).stages}
        work = frames * of_shares(config, shares)
        self.assertAlmostEqual(work / (10**6 * of_shares(config, {16: 1})), 1, places=4)
        self.assertGreater(frames, 10**6)

    def test_every_arm_but_two_has_a_plan_of_the_same_batch_and_rate(self):
        self.assertEqual(ARMS["found"].planned(8, 9.0), PLANS["found"])
        for name, arm in ARMS.items():
            if name in ("scratch", "found"):
                continue
            with self.subTest(name):
                stages = arm.planned(32, 2e-3).stages
                self.assertEqual({each.rate for each in stages}, {2e-3})
                self.assertEqual(stages[-1].batch, 32)

    def test_what_reaching_a_loss_cost_is_read_between_the_points(self):
        curve = [
            {"loss": e, "seconds": s} for e, s in ((0.9, 10), (0.7, 20), (0.8, 30))
        ]

        self.assertAlmostEqual(spent_to(curve, 0.8, "seconds"), 15)
        self.assertEqual(spent_to(curve, 0.95, "seconds"), 10)
        self.assertIsNone(spent_to(curve, 0.6, "seconds"))

    def test_the_loss_at_twice_the_budget_is_that_of_the_next_budget(self):
        def run(arm, frames, *curve):
            points = [
                {"loss": e, "seconds": s, "multiplied": s, "frames": s}
                for e, s in curve
            ]
            return {"arm": arm, "seed": 0, "frames": frames, "curve": points}

        results = {
            "one": run("plain", 100, (0.9, 10), (0.8, 20)),
            "two": run("plain", 200, (0.9, 10), (0.7, 40)),
            "tpl": run("tpl", 100, (0.8, 5), (0.6, 15)),
        }
        printed = io.StringIO()
        with redirect_stdout(printed):
            print_table(results, 100)

        once, twice = printed.getvalue().split("To the held-out loss")[1:]
        self.assertIn("| tpl | 1 of 1 | 4.00 | 4.00 | 4.00 |", once)
        self.assertIn("| plain | 0 of 1 |", twice)
        # At 10, of the 40 that 16 frames only took.
        self.assertIn("| tpl | 1 of 1 | 4.00 | 4.00 | 4.00 |", twice)


class FindPlanTests(FolderTest):
    def test_it_searches_keeps_its_trials_and_writes_a_plan_to_pretrain_by(self):
        trials, out = self.folder / "trials.jsonl", self.folder / "plan.json"
        words = ("--frames", 64, "--trials", trials, "--out", out, "--lengths", "2,16")
        few = ("--stages", 2, "--labels", 8, "--tuning", 1, "--batch", 2)
        narrow = Space(shares=(0.5,), batches=(2,), rates=(1e-3,))
        small = patch.multiple(find_plan, ASKED=4, HELD_OUT=2, Space=lambda: narrow)
        with small:
            code, told = said(find_plan, *words, *few, "--device", "cpu")

        self.assertEqual(code, 0, told)
        tried = [json.loads(line) for line in trials.read_text().splitlines()]
        self.assertEqual(len(tried), told["trials"])
        steps = {(e["step"], e["by"]) for e in tried}
        by_labels = {("frames", "accuracy"), ("shares", "accuracy")}
        self.assertEqual(steps, {*by_labels, ("recipes", "loss")})
        self.assertEqual(json.loads(out.read_text()), told["plan"])
        picture = trials.with_suffix(".svg")
        self.assertEqual(told["drawn"], str(picture))
        self.assertEqual(picture.read_text().count("<circle"), told["trials"])
        self.carries_over(out, told["plan"])

    def carries_over(self, plan, found):
        """To larger budgets and another shape, by its shares and without a search."""
        for shape, frames in (("toy", 256), ("little", 512)):
            out = self.folder / f"{shape}.safetensors"
            words = ("--data", "drawn", "--plan", plan, "--shape", shape, "--out", out)
            code, told = said(
                pretrain_command, *words, "--frames", frames, "--device", "cpu"
            )
            self.assertEqual(code, 0, told)
            self.assertEqual(told["plan"]["stages"], found["stages"])
            lines = out.with_suffix(".jsonl").read_text().splitlines()
            steps = Counter(json.loads(line)["frames"] for line in lines)
            for stage in found["stages"]:
                seen = steps[stage["frames"]] * stage["frames"] * stage["batch"]
                self.assertEqual(seen, frames * stage["share"], stage)

    def test_lengths_that_do_not_grow_are_one_sentence(self):
        code, told = said(
            find_plan,
            *(
                "--frames",
                64,
                "--trials",
                self.folder / "t",
                "--out",
                self.folder / "p",
            ),
            *("--lengths", "4,2"),
        )

        self.assertEqual(code, 1)
        self.assertIn("must grow", told["error"])


class LearnMotionTests(FolderTest):
    def test_it_makes_a_motion_encoder_of_a_pretrained_one_and_says_both_figures(self):
        pretrained, out = (self.folder / f"{n}.safetensors" for n in ("a", "m"))
        pretrain(order(pretrained), WORLD, CPU, resume=False)
        words = ("--encoder", pretrained, "--out", out, "--steps", 2, "--batch", 2)
        with patch.object(learn_motion, "HELD_OUT", 4):
            code, told = said(learn_motion, *words, "--device", "cpu")

        self.assertEqual(code, 0, told)
        _, known = load_motion_encoder(out)
        self.assertEqual(known["found_first"], told["found_first"])
        self.assertEqual(known["pretrained"]["plan"]["schedule"], "restarts")

    def test_a_whole_one_can_be_used_and_trained_on(self):
        pretrained, out = (self.folder / f"{n}.safetensors" for n in ("a", "w"))
        pretrain(order(pretrained), WORLD, CPU, resume=False)
        words = ("--encoder", pretrained, "--out", out, "--minutes", 1e-3, "--batch", 2)
        with patch.object(learn_motion, "HELD_OUT", 4):
            code, told = said(learn_motion, *words, "--whole", "--device", "cpu")

        self.assertEqual(code, 0, told)
        self.assertGreaterEqual(told["seconds"], 0.1)
        self.assertLess(told["steps"], 2000)
        before, _ = load_autoencoder(pretrained)
        after = load_trained(out).autoencoder
        for name, tensor in before.state_dict().items():
            self.assertTrue(torch.equal(tensor, after.state_dict()[name]), name)
        self.assertEqual(list(self.folder.glob("w.training*")), [])
        self.is_measured_beside_an_untrained_one(out)

    def is_measured_beside_an_untrained_one(self, encoder):
        words = ("--encoder", encoder, "--clips", 6, "--device", "cpu")
        code, told = said(evaluate, *words)

        self.assertEqual(code, 0, told)
        for side in ("trained", "untrained"):
            self.assertGreater(told[side]["drawn"]["loss"], 0)
            self.assertLessEqual(told[side]["drawn"]["partner_first"], 1)
            self.assertGreater(told[side]["drawn"]["slowest"], 0)
        self.assertNotEqual(told["trained"], told["untrained"])
        code, told = said(evaluate, "--encoder", self.folder / "none")
        self.assertEqual(code, 1)

    def test_what_others_than_partners_stay_under_by_hand(self):
        """Of twelve others ten are at right angles, one at 60 degrees and one at 45."""
        axes = torch.eye(4)
        other = axes.clone()
        other[1] = torch.tensor([0.5, 0.75**0.5, 0, 0])
        other[2] = torch.tensor([0, 0, 2.0, 2.0])

        # Of twelve in order, .95 lies .45 of the way from the eleventh to the last.
        wanted = 0.5 + 0.45 * (0.5**0.5 - 0.5)
        self.assertAlmostEqual(unrelated_under(axes, other), wanted, places=5)

    def test_a_foreign_encoder_is_one_sentence(self):
        wrong = self.folder / "none.safetensors"
        words = ("--encoder", wrong, "--out", self.folder / "m")

        code, told = said(learn_motion, *words)

        self.assertEqual(code, 1)
        self.assertIn("no checkpoint at", told["error"])
