"""What labels teach: fine-tuning, probes of frozen features, vectors of motion."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch

from mlcore.checkpoint import UnusableCheckpoint
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.encoder import ClipEncoder, clip_vectors
from mlcore.videomae.finetune import Tuning, accuracy, classified, finetune
from mlcore.videomae.keeping import save_autoencoder
from mlcore.videomae.motion import (
    MotionConfig,
    found_first,
    load_learner,
    load_motion_encoder,
    new_motion_encoder,
    save_motion_encoder,
)
from mlcore.videomae.probe import (
    Labelled,
    attentive_probe,
    linear_probe,
    neighbour_probe,
    tokens_of,
)
from mlcore.videomae.teaching import MotionKeeper, contrast, learn_motion
from mlcore.videomae.world import MotionWorld
from tests.mlcore.videomae.small import CPU, SMALL, chance

WORLD = MotionWorld(size=16, camera=False, octaves=1, things=1)


def encoder(seed=0) -> ClipEncoder:
    return new_autoencoder(SMALL, seed).encoder.eval()


def rising(many, seed=0):
    """Clips that grow lighter (1) or darker (0): no single frame says which."""
    labels = torch.randint(0, 2, (many,), generator=chance(seed))
    begin = torch.randint(60, 160, (many, 1), generator=chance(seed + 1))
    steps = torch.arange(8) * 12
    shade = begin + (2 * labels[:, None] - 1) * (steps - 42)
    drawn = shade.clamp(0, 255).to(torch.uint8)
    return drawn[:, :, None, None, None].expand(-1, -1, 3, 16, 16), labels


class Fading:
    """Pairs that fade as fast as one another, from other lights: their motion."""

    def alike(self, many, frames, seed, _looks=0.0):
        pace = 40 * torch.rand(many, 1, generator=chance(seed)) - 20
        steps = torch.arange(frames) - (frames - 1) / 2

        def side(number):
            light = 90 + 70 * torch.rand(many, 1, generator=chance(seed + number))
            shade = (light + pace * steps).clamp(0, 255).to(torch.uint8)
            return shade[:, :, None, None, None].expand(-1, -1, 3, 16, 16)

        return side(1), side(2)


class Slow(Fading):
    """Pairs that take six seconds of a clock of their own to come."""

    def __init__(self, now):
        self.now, self.looks = now, []

    def alike(self, many, frames, seed, looks=0.0):
        self.now += 6
        self.looks.append(round(looks, 9))
        return super().alike(many, frames, seed, looks)

    def clock(self):
        return self.now


class FineTuningTests(unittest.TestCase):
    def test_an_encoder_learns_what_only_time_tells(self):
        given = encoder()
        before = [each.clone() for each in given.parameters()]
        tuning = Tuning(steps=60, batch=16, rate=3e-3)

        learner = finetune(given, *rising(128), tuning, CPU)

        asked, labels = rising(64, seed=9)
        self.assertGreater(accuracy(classified(learner, [asked], CPU), labels), 0.9)
        for old, now in zip(before, given.parameters(), strict=True):
            self.assertTrue(torch.equal(old, now))

    def test_several_views_are_averaged(self):
        learner = finetune(encoder(), *rising(16), Tuning(steps=2, batch=8), CPU)
        one, two = rising(4)[0], rising(4, seed=5)[0]

        both = classified(learner, [one, two], CPU)

        means = (classified(learner, [one], CPU) + classified(learner, [two], CPU)) / 2
        self.assertTrue(torch.allclose(both, means))
        self.assertTrue(torch.allclose(both.sum(1), torch.ones(4)))

    def test_early_blocks_learn_slower_where_layers_decay(self):
        tuning = Tuning(steps=4, batch=8, layer_decay=0.75)

        tuned = finetune(encoder(), *rising(16), tuning, CPU)

        moved = {
            name: float((now - old).detach().abs().max())
            for (name, old), now in zip(
                encoder().named_parameters(), tuned.encoder.parameters(), strict=True
            )
        }

        first, last = (
            moved[f"blocks.{n}.look.out.weight"] for n in (0, SMALL.depth - 1)
        )
        self.assertLess(first, last)

    def test_clips_without_their_labels_are_refused(self):
        drawn, labels = rising(4)
        with self.assertRaisesRegex(ValueError, "4 clips do not pair with 3"):
            finetune(encoder(), drawn, labels[:3], Tuning(), CPU)


class ProbeTests(unittest.TestCase):
    """On features whose answer is known."""

    def features(self, many, seed):
        labels = torch.randint(0, 4, (many,), generator=chance(seed))
        noise = torch.randn(many, 16, generator=chance(seed + 1))
        middles = 3 * torch.eye(16)[:4]
        return Labelled(features=noise + middles[labels], labels=labels)

    def test_linear_and_neighbour_probes_read_what_is_there(self):
        known, asked = self.features(200, 0), self.features(200, 7)

        for probe in (linear_probe, neighbour_probe):
            self.assertGreater(probe(known, asked), 0.9)

    def test_what_is_not_there_is_read_by_none(self):
        known, asked = self.features(400, 0), self.features(400, 7)
        blind = replace(known, features=torch.randn(400, 16, generator=chance(3)))

        for probe in (linear_probe, neighbour_probe):
            self.assertLess(probe(blind, asked), 0.4)

    def test_an_attentive_probe_finds_the_token_that_tells(self):
        def hidden(many, seed):
            few = self.features(many, seed)
            tokens = torch.randn(many, 6, 16, generator=chance(seed + 2))
            where = torch.randint(0, 6, (many,), generator=chance(seed + 3))
            tokens[torch.arange(many), where] = few.features
            tokens[torch.arange(many), where, -1] = 4
            return replace(few, features=tokens)

        share = attentive_probe(hidden(300, 0), hidden(200, 7), steps=300, rate=1e-2)

        self.assertGreater(share, 0.8)

    def test_tokens_of_clips_are_those_of_the_encoder(self):
        drawn, _ = rising(5)
        one = encoder()

        found = tokens_of(one, drawn, CPU, batch=2)

        with torch.no_grad():
            wanted = one(drawn)
        self.assertEqual(found.shape, (5, 4 * SMALL.in_slice, SMALL.dims))
        self.assertLess((found.float() - wanted).abs().max(), 0.01)


class MotionTests(unittest.TestCase):
    def test_a_head_learns_which_clips_move_alike(self):
        config = MotionConfig(steps=80, batch=16, rate=2e-3, embedding=16)
        learner = new_motion_encoder(encoder(), config)
        learn_motion(learner, Fading(), config, CPU)

        one, two = Fading().alike(24, 8, 99)
        with torch.no_grad():
            found = found_first(learner(one), learner(two))
        raw = found_first(*(clip_vectors(encoder(), each) for each in (one, two)))

        self.assertLess(raw, 0.2)
        self.assertGreater(found, raw + 0.2)

    def test_vectors_of_clips_stay_apart_where_nothing_is_to_be_learned(self):
        class Noise:
            def alike(self, many, frames, seed, _looks=0.0):
                drawn = torch.randint(0, 256, (2, many, frames, 3, 16, 16))
                return drawn.to(torch.uint8).unbind()

        config = MotionConfig(steps=40, batch=8, rate=3e-3, embedding=16)
        learner = new_motion_encoder(encoder(), config)
        learn_motion(learner, Noise(), config, CPU)

        one, _ = Noise().alike(24, 8, 0)
        with torch.no_grad():
            found = learner(one)
        near = (found @ found.T)[~torch.eye(24, dtype=torch.bool)]
        self.assertLess(float(near.mean()), 0.5)

    def test_what_was_kept_before_vectors_were_evened_is_read_as_it_was(self):
        config = MotionConfig(steps=1, batch=2, embedding=8, velocities=False)
        learner, again = (new_motion_encoder(encoder(), config) for _ in range(2))
        old = {k: v for k, v in learner.state_dict().items() if "even" not in k}

        load_learner(again, old)

        drawn, _ = WORLD.alike(3, 8, 0)
        with torch.no_grad():
            one, two = (each.eval()(drawn) for each in (learner, again))
        self.assertTrue(torch.equal(one, two))

    def test_learning_that_was_killed_goes_on_to_the_same_losses(self):
        config = MotionConfig(steps=6, batch=4, embedding=8)

        def learned(keeper=None, watch=None):
            learner = new_motion_encoder(encoder(), config)
            return learn_motion(
                learner, Fading(), config, CPU, keeper=keeper, watch=watch
            ).losses

        def killed(done, _loss):
            if done == 4:
                raise KeyboardInterrupt

        with tempfile.TemporaryDirectory() as folder:
            keeper = MotionKeeper(path=Path(folder) / "m.safetensors", every=0.0)
            with self.assertRaises(KeyboardInterrupt):
                learned(keeper, killed)
            steps: list[int] = []

            losses = learned(keeper, lambda done, _loss: steps.append(done))

            with self.assertRaisesRegex(UnusableCheckpoint, "of another learning"):
                other = MotionConfig(steps=9, batch=4, embedding=8)
                learner = new_motion_encoder(encoder(), other)
                learn_motion(learner, Fading(), other, CPU, keeper=keeper)
        self.assertEqual(steps, [5, 6])
        self.assertEqual(losses, learned())

    def test_minutes_end_it_and_its_rate_falls_with_them_also_after_a_kill(self):
        """Of steps of six seconds a minute has ten, and each is a tenth of it."""
        config = MotionConfig(minutes=1, batch=4, embedding=8)

        def learned(config, pairs, folder, watch=None):
            path = Path(folder) / "m.safetensors"
            keeper = MotionKeeper(path=path, every=0.0, clock=pairs.clock)
            learner = new_motion_encoder(encoder(), config)
            return learn_motion(learner, pairs, config, CPU, keeper=keeper, watch=watch)

        def killed(done, _loss):
            if done == 4:
                raise KeyboardInterrupt

        with tempfile.TemporaryDirectory() as folder:
            first, rest = Slow(100.0), Slow(7.0)
            with self.assertRaises(KeyboardInterrupt):
                learned(config, first, folder, killed)
            by_the_clock = learned(config, rest, folder)
        with tempfile.TemporaryDirectory() as folder:
            by_steps = learned(replace(config, minutes=None, steps=10), Slow(0), folder)

        looks = first.looks + rest.looks
        self.assertEqual(looks, [1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0, 0, 0])
        self.assertEqual(by_the_clock.seconds, 60)
        self.assertEqual(by_the_clock.losses, by_steps.losses)

    def test_no_time_is_refused(self):
        with self.assertRaisesRegex(ValueError, "minutes above 0, got -1"):
            MotionConfig(minutes=-1)

    def test_contrast_is_least_where_partners_are_nearest(self):
        ones = torch.eye(4)

        self.assertLess(contrast(ones, ones), contrast(ones, ones.roll(1, 0)))

    def test_it_is_kept_and_read_again_and_nothing_else_is(self):
        config = MotionConfig(steps=1, batch=2, embedding=8)
        learner = new_motion_encoder(encoder(), config).eval()
        drawn, _ = WORLD.alike(2, 8, 0)
        with tempfile.TemporaryDirectory() as folder:
            path, other = Path(folder) / "m.safetensors", Path(folder) / "a.safetensors"
            save_motion_encoder(learner, path, {"pairs": 2})
            save_autoencoder(new_autoencoder(SMALL, 0), other, {})

            again, known = load_motion_encoder(path)

            with self.assertRaisesRegex(UnusableCheckpoint, "no motion encoder"):
                load_motion_encoder(other)
        self.assertEqual((known["pairs"], known["velocities"]), (2, True))
        with torch.no_grad():
            apart = (again(drawn) - learner(drawn)).abs().max()
        self.assertLess(apart, 0.01)
