"""What decides whether a clip encoder goes live, and the file that it lies in."""

import tempfile
import unittest
from pathlib import Path

# Before decord, which would give its old libx264 to what is loaded after it.
import av
import numpy as np
import torch
from safetensors.torch import save_file

from mlcore.checkpoint import UnusableCheckpoint
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.footage import Footage, Span
from mlcore.videomae.judging import (
    LEAST_TITLES,
    Gate,
    Measures,
    Pair,
    clip_losses,
    decide,
    measure,
)
from mlcore.videomae.motion import MotionConfig
from mlcore.videomae.pretrain import pretrain
from mlcore.videomae.trained import load_trained, save_trained, untrained, with_motion
from tests.mlcore.videomae.small import CPU, SMALL, WORLD, clips, order

MOTION = MotionConfig(steps=2, batch=2, embedding=8)


def measures(*losses: float, own_first: float = 1.0, shots: int = 20) -> Measures:
    """Of titles with these mean losses, each of so many shots."""
    many = len(losses) * shots
    noise = np.tile(np.linspace(-0.01, 0.01, shots), len(losses))
    return Measures(
        losses=np.repeat(losses, shots) + noise,
        own_first=np.arange(many) < own_first * many,
        kin_first=np.ones(many, np.bool_),
        titles=np.repeat(np.arange(len(losses)), shots),
    )


class GateTests(unittest.TestCase):
    live = measures(0.5, 0.6, 0.7, 0.8)

    def test_one_that_is_better_on_every_title_passes(self):
        found = decide(measures(0.45, 0.55, 0.6, 0.7), self.live, Gate())

        self.assertTrue(found.passed)
        self.assertAlmostEqual(found.gain, 1 - 2.3 / 2.6)
        self.assertLess(found.low, found.gain)
        self.assertGreater(found.low, 0)
        self.assertRegex(found.reason, r"^Better: the held-out loss falls by 11\.5%")

    def test_it_must_gain_as_much_as_is_asked_for(self):
        found = decide(
            measures(0.49, 0.59, 0.69, 0.79), self.live, Gate(better_by=0.05)
        )

        self.assertFalse(found.passed)
        self.assertIn("Less than asked for", found.reason)

    def test_the_same_encoder_is_not_better_than_itself(self):
        found = decide(self.live, self.live, Gate())

        self.assertEqual((found.gain, found.low, found.high), (0, 0, 0))
        self.assertIn("Not surely better", found.reason)
        self.assertFalse(found.passed)

    def test_gains_on_some_titles_do_not_pay_for_one_that_loses(self):
        found = decide(measures(0.3, 0.3, 0.3, 0.9), self.live, Gate(worse_by=0.05))

        self.assertFalse(found.passed)
        self.assertEqual(
            found.reason, "Worse in parts: the loss of title 3 rises by 12.5%."
        )

    def test_a_lower_loss_does_not_pay_for_shots_that_no_longer_find_themselves(self):
        better = measures(0.4, 0.5, 0.6, 0.7, own_first=0.5)
        found = decide(better, self.live, Gate())

        self.assertFalse(found.passed)
        self.assertIn("finds itself first in 50%, not 100%", found.reason)

    def test_with_too_few_titles_it_decides_nothing_and_says_what_is_missing(self):
        found = decide(measures(0.1, 0.1), measures(0.9, 0.9), Gate())

        self.assertEqual(LEAST_TITLES, 3)
        self.assertFalse(found.passed)
        self.assertEqual(
            found.reason, "Insufficient evidence: 1 more hold-out titles needed."
        )


class MeasuringTests(unittest.TestCase):
    def setUp(self):
        self.encoder = untrained(new_autoencoder(SMALL, 0), MOTION)

    def test_a_shot_whose_ends_are_the_same_clip_finds_itself_first(self):
        heads = clips(6)
        pairs = [
            Pair(heads=heads[at : at + 3], tails=heads[at : at + 3], titles=[at] * 3)
            for at in (0, 3)
        ]

        found = measure(self.encoder, pairs, CPU)

        self.assertTrue(found.own_first.all())
        self.assertEqual(found.titles.tolist(), [0, 0, 0, 3, 3, 3])
        self.assertEqual(found.losses.shape, (6,))
        turned = [
            Pair(heads=heads[:3], tails=heads[[1, 2, 0]], titles=[0] * 3),
        ]
        self.assertFalse(measure(self.encoder, turned, CPU).own_first.any())

    def test_a_neighbour_counts_where_it_is_of_the_same_title(self):
        one, other = clips(2)
        heads, titles = torch.stack([one, one, other, other]), [0, 0, 3, 6]

        found = measure(
            self.encoder, [Pair(heads=heads, tails=heads, titles=titles)], CPU
        )

        self.assertEqual(found.kin_first.tolist(), [True, True, False, False])
        self.assertAlmostEqual(found.numbers["neighbour"], 0.5)

    def test_the_loss_of_a_clip_goes_by_its_masks_and_those_by_the_seed(self):
        three = clips(3)
        network = self.encoder.autoencoder

        every, again, other = (
            clip_losses(network, three, CPU, seed) for seed in (5, 5, 6)
        )

        self.assertEqual(len(set(every.tolist())), 3)
        np.testing.assert_array_equal(every, again)
        self.assertTrue((every != other).all())

    def test_without_a_shot_nothing_is_measured(self):
        with self.assertRaisesRegex(ValueError, "no shot to judge"):
            measure(self.encoder, [], CPU)

    def test_training_lowers_the_loss_that_is_judged(self):
        with tempfile.TemporaryDirectory() as folder:
            wanted = order(Path(folder) / "a.safetensors", frames=4000)
            network = new_autoencoder(SMALL, 0)
            before = clip_losses(network, clips(8, seed=99), CPU, 1).mean()
            pretrain(wanted, WORLD, CPU, resume=False, begin=network)
            after = clip_losses(network, clips(8, seed=99), CPU, 1).mean()

        self.assertLess(after, before)

    def test_training_does_not_begin_with_another_shape(self):
        with tempfile.TemporaryDirectory() as folder:
            wanted = order(Path(folder) / "a.safetensors")
            other = new_autoencoder(type(SMALL)(), 0)
            with self.assertRaisesRegex(ValueError, "another shape"):
                pretrain(wanted, WORLD, CPU, resume=False, begin=other)


class KeepingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "weights.safetensors"

    def test_what_is_read_says_what_was_written_and_the_autoencoder_is_untouched(self):
        network = new_autoencoder(SMALL, 0)
        before = {name: each.clone() for name, each in network.state_dict().items()}
        trained = with_motion(network, WORLD, MOTION, CPU)
        save_trained(trained, self.path, {})

        again = load_trained(self.path)

        for name, each in network.state_dict().items():
            self.assertTrue(torch.equal(each, before[name]), name)
        self.assertEqual(again.config, SMALL)
        said, wanted = (each.vectors(clips(3), CPU) for each in (again, trained))
        torch.testing.assert_close(said, wanted, atol=5e-3, rtol=0)
        torch.testing.assert_close(said.norm(dim=1), torch.ones(3))

    def test_a_file_of_something_else_is_refused(self):
        with self.assertRaises(UnusableCheckpoint):
            load_trained(self.path)
        save_file({"a": torch.zeros(1)}, self.path)
        with self.assertRaises(UnusableCheckpoint):
            load_trained(self.path)
        self.path.write_bytes(b"\x80\x04pickled")
        with self.assertRaises(UnusableCheckpoint):
            load_trained(self.path)


class ActivePictureTests(unittest.TestCase):
    def test_bars_are_no_part_of_what_is_learned_from(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        film = Path(folder.name) / "barred.mp4"
        picture = np.zeros((64, 96, 3), np.uint8)
        picture[16:48] = 200
        with av.open(str(film), "w") as target:
            stream = target.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            for _ in range(40):
                target.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
            target.mux(stream.encode(None))
        span = Span(path=film, first=0, end=40, picture=(0, 0.25, 1, 0.5))
        footage = Footage(spans=[span], size=8, span=32)
        times = torch.arange(8).expand(2, -1)

        drawn = footage.draw(times, 0, slice(None), [1, 2])

        self.assertGreater(int(drawn.min()), 150)


if __name__ == "__main__":
    unittest.main()
