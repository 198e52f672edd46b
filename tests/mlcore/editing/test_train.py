import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

import torch

from mlcore.checkpoint import UnusableCheckpoint, load
from mlcore.editing.backends.toy import load_toy
from mlcore.editing.learning import LearningConfig, Training
from mlcore.editing.network.keeping import load_denoiser, save_denoiser
from mlcore.editing.network.toy import ToyConfig, without_some
from mlcore.editing.train import Order, main, train
from tests.mlcore.editing.small import TINY, chance, tiny
from tests.mlcore.editing.test_edit import an_order

CPU = torch.device("cpu")


class TrainingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def order(self, name, steps, **more):
        learning = LearningConfig(batch=4, eyes_steps=3)
        out = self.folder / f"{name}.safetensors"
        return Order(denoiser=TINY, learning=learning, out=out, steps=steps, **more)

    def test_one_that_was_killed_goes_on_to_the_same_weights(self):
        whole = self.order("whole", 6)
        train(whole, CPU, resume=False)

        class Killed(Exception):
            pass

        reads = iter(range(1000))

        def clock():
            # A checkpoint after each step; the fourth step ends with a kill.
            now = next(reads)
            if now > 14:
                raise Killed
            return float(now * 100)

        part = self.order("part", 6, every=1.0)
        with self.assertRaises(Killed):
            train(part, CPU, resume=False, clock=clock)
        self.assertIn(load(part.training_file)[1]["steps"], (2, 3, 4, 5))
        train(part, CPU, resume=True)
        one, two = (load(each.out)[0] for each in (whole, part))
        for name, each in one.items():
            self.assertTrue(torch.equal(each, two[name]), name)

    def test_scenes_are_drawn_where_the_network_is(self):
        # "meta" refuses whatever mixes places, as a GPU does.
        elsewhere = torch.device("meta")
        training = Training(tiny(), LearningConfig(batch=4), elsewhere)
        drawn = training.world.draw(4, 2, chance())
        self.assertEqual(drawn.frames.device, elsewhere)
        for losing in (training._seen, training._noise):
            loss = losing(drawn, chance())
            loss.backward()
            self.assertEqual(loss.device, elsewhere)

    def test_beside_the_weights_lie_a_card_and_a_diary(self):
        order = self.order("some", 4)
        known = train(order, CPU, resume=False)
        card = json.loads(order.out.with_suffix(".json").read_text())
        self.assertEqual((card["steps"], card["learning"]["seed"]), (4, 0))
        self.assertEqual(card["parameters"], known["parameters"])
        lines = order.out.with_suffix(".jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line)["step"] for line in lines], [0, 1, 2, 3])

    def test_the_average_begins_anew_when_the_eyes_are_done(self):
        # Or it would hold, for a thousand steps, what the network was drawn as.
        training = Training(
            tiny(inflated=False), LearningConfig(batch=4, eyes_steps=500), CPU
        )
        drawn = [each.detach().clone() for each in training.denoiser.unet.parameters()]
        training.steps = 500
        training.step(0.1)
        now = [each.detach() for each in training.denoiser.unet.parameters()]
        averaged = training.average.network.unet.parameters()
        for was, new, own in zip(drawn, now, averaged, strict=True):
            self.assertLessEqual(
                float((own - new).norm()), 0.2 * float((was - new).norm()) + 1e-6
            )

    def test_another_training_is_not_taken_up(self):
        train(self.order("one", 1), CPU, resume=False)
        other = Order(
            denoiser=TINY,
            learning=LearningConfig(batch=4, eyes_steps=3, seed=9),
            out=self.folder / "one.safetensors",
            steps=2,
        )
        with self.assertRaisesRegex(UnusableCheckpoint, "other learning"):
            train(other, CPU, resume=True)

    def test_the_network_of_the_default_size_ships_in_sixteen_megabytes(self):
        parameters = sum(each.numel() for each in self._default().parameters())
        self.assertLess(2 * parameters, 16 * 2**20)
        self.assertGreater(parameters, 2_000_000)

    def test_it_edits_after_loading(self):
        train(self.order("some", 4), CPU, resume=False)
        order = an_order(region=torch.ones(4, 16, 16, dtype=torch.bool))
        edited = load_toy(self.folder / "some.safetensors").edit(order)
        self.assertEqual(edited.frames.shape, order.frames.shape)

    def test_the_command_says_what_is_wrong_in_json(self):
        out = io.StringIO()
        line = ["train", "--out", str(self.folder / "x.safetensors")]
        with patch("sys.argv", line), contextlib.redirect_stdout(out):
            self.assertEqual(main(), 1)
        self.assertIn("steps or of minutes", json.loads(out.getvalue())["error"])

    @staticmethod
    def _default():
        from mlcore.editing.network.toy import ToyDenoiser  # noqa: PLC0415

        return ToyDenoiser(ToyConfig(), torch.Generator().manual_seed(0))


class KeepingTests(unittest.TestCase):
    def test_what_is_saved_is_loaded_but_for_half_precision(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tiny.safetensors"
            flat = tiny(inflated=False)
            save_denoiser(flat, path, {"steps": 7})
            again, meaning = load_denoiser(path)
        self.assertEqual(meaning["steps"], 7)
        for (name, one), two in zip(
            flat.named_parameters(), again.parameters(), strict=True
        ):
            torch.testing.assert_close(one, two, atol=1e-3, rtol=1e-3, msg=name)

    def test_weights_of_something_else_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "other.safetensors"
            with self.assertRaises(UnusableCheckpoint):
                load_denoiser(path)


class ConditionTests(unittest.TestCase):
    def test_dropped_conditions_say_nothing(self):
        tokens, seen = torch.ones(2, 3, 4), torch.ones(2, 4)
        tokens, seen = without_some(
            tokens, seen, torch.full((3, 4), 7.0), [True, False]
        )
        self.assertEqual((float(tokens[0].min()), float(seen[0].max())), (7, 0))
        self.assertEqual((float(tokens[1].max()), float(seen[1].min())), (1, 1))
