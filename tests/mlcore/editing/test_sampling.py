import unittest

import torch

from mlcore.editing.correction import CorrectionConfig
from mlcore.editing.inversion import Inverted, invert
from mlcore.editing.network.denoiser import Condition
from mlcore.editing.sampling import Aim, SamplingConfig, sample
from mlcore.editing.schedule import Schedule
from tests.mlcore.editing.small import Gaussian, chance, scenes, tiny

PLAIN = CorrectionConfig(form="off")


class Known(Gaussian):
    """Sees the same noise in two frames of two places at every step.

    By its features the first place of a frame is the second of the other.
    """

    NOISE = torch.tensor([[0.5, 0.0], [0.0, 1.0]]).view(2, 1, 1, 2)
    FEATURES = torch.tensor([[[1.0, 0], [0, 1]], [[0, 1], [1, 0]]]).view(2, 2, 1, 2)

    def __init__(self) -> None:
        super().__init__()
        self.unet.up_blocks = torch.nn.ModuleList([torch.nn.Identity()])
        # At its steps .8 and .6 are signal, .6 and .8 noise.
        self.schedule = Schedule(torch.tensor([0.9, 0.64, 0.36]))

    def eps(self, z: torch.Tensor, step: int, seen: Condition) -> torch.Tensor:
        self.unet.up_blocks[0](self.FEATURES)
        return self.NOISE


class CorrectedTests(unittest.TestCase):
    """Worked by hand: two steps from latents whose clean ones are 1, 2 and 3, 5."""

    def end(self, form, until):
        denoiser = Known()
        noisy = torch.tensor([[1.0, 1.2], [1.8, 3.8]]).view(2, 1, 1, 2)
        inverted = Inverted([2, 1], torch.stack([noisy] * 3))
        correction = CorrectionConfig(form=form, block=0, until=until)
        config = SamplingConfig(guidance=1, correction=correction)
        aim = Aim(denoiser.condition("0", None))
        return sample(denoiser, inverted, aim, config, chance()).view(2, 2)

    def check(self, form, until, by_hand):
        torch.testing.assert_close(self.end(form, until), torch.tensor(by_hand))

    def test_clean_blends_what_is_foretold(self):
        # .8 of its own, as a frame is missing on one side, and .2 of its neighbour's.
        self.check("clean", 0.5, [[1.8, 2.2], [2.8, 4.2]])

    def test_printed_blends_the_noise_along_with_it(self):
        # .6 / .8 of what blending changes in the noise, .6 - .5 and .9 - 1, comes on top.
        self.check("printed", 0.5, [[1.875, 2.2], [2.8, 4.125]])

    def test_until_says_in_how_many_steps(self):
        self.check("clean", 0.0, [[1.0, 2.0], [3.0, 5.0]])
        self.check("printed", 0.0, [[1.0, 2.0], [3.0, 5.0]])
        self.check("clean", 1.0, [[2.28, 2.32], [2.68, 3.72]])


class SamplingTests(unittest.TestCase):
    def setUp(self):
        self.denoiser = Gaussian()
        self.z = 0.2 + 0.1 * torch.randn(2, 3, 8, 8, generator=chance())
        self.source = self.denoiser.condition("0.2", None)
        self.target = self.denoiser.condition("0.7", None)
        self.inverted = invert(self.denoiser, self.z, self.source, 25)
        self.region = torch.zeros(2, 8, 8, dtype=torch.bool)
        self.region[:, 2:5, 2:5] = True

    def made(self, region, **config):
        config = SamplingConfig(guidance=1, correction=PLAIN, **config)
        aim = Aim(self.target, region)
        # Not the chance that the clip was drawn by, or fresh noise would be its own.
        return sample(self.denoiser, self.inverted, aim, config, chance(1))

    def test_outside_the_region_the_source_stays_to_the_bit(self):
        made = self.made(self.region)
        outside = ~self.region[:, None].expand_as(made)
        self.assertTrue(torch.equal(made[outside], self.z[outside]))

    def test_outside_the_region_every_step_sees_what_the_inversion_passed_through(self):
        seen = []
        self.denoiser.eps = lambda z, step, to: (
            seen.append(z) or Gaussian.eps(self.denoiser, z, step, to)
        )
        for strength, passes in ((1.0, 25), (0.5, 13)):
            seen.clear()
            self.made(self.region, strength=strength)
            self.assertEqual(len(seen), passes)
            outside = ~self.region[:, None].expand_as(self.z)
            for z, kept in zip(
                seen, self.inverted.latents[25 - passes :], strict=False
            ):
                self.assertTrue(torch.equal(z[outside], kept[outside]))

    def test_inside_it_becomes_the_target(self):
        inside = self.made(self.region)[self.region[:, None].expand(-1, 3, -1, -1)]
        self.assertAlmostEqual(float(inside.mean()), 0.7, delta=0.05)

    def test_without_a_region_all_becomes_the_target(self):
        self.assertAlmostEqual(float(self.made(None).mean()), 0.7, delta=0.05)

    def test_at_less_strength_it_keeps_more_of_the_source(self):
        little = self.made(None, strength=0.2).mean()
        self.assertLess(float(little), float(self.made(None).mean()))

    def test_fresh_noise_makes_something_else_with_the_same_statistics(self):
        fresh = self.made(None, fresh=1.0)
        self.assertGreater(float((fresh - self.made(None)).abs().mean()), 0.01)
        self.assertAlmostEqual(float(fresh.mean()), 0.7, delta=0.05)

    def test_each_form_of_correction_runs_on_a_network_and_ends_inside_the_region(self):
        denoiser = tiny()
        z = denoiser.encode(scenes(1, 3).frames[0])
        seen = denoiser.condition("a red disc", None)
        other = denoiser.condition("a blue cross", None)
        inverted = invert(denoiser, z, seen, 4)
        region = torch.zeros(3, 16, 16, dtype=torch.bool)
        region[:, 4:9, 4:9] = True
        made = {}
        for form in ("off", "printed", "clean"):
            correction = CorrectionConfig(form=form)
            config = SamplingConfig(guidance=2.0, correction=correction)
            made[form] = sample(
                denoiser, inverted, Aim(other, region), config, chance()
            )
            outside = ~region[:, None].expand_as(z)
            self.assertTrue(torch.equal(made[form][outside], z[outside]))
        self.assertGreater(float((made["off"] - made["clean"]).abs().max()), 1e-4)
        self.assertGreater(float((made["printed"] - made["clean"]).abs().max()), 1e-4)

    def test_guidance_leads_away_from_what_it_is_told_in_the_steps_it_is_told(self):
        plain = SamplingConfig(guidance=1, correction=PLAIN)

        def mean(guided, away, leaving=1.0):
            config = SamplingConfig(
                guidance=1.5, guided=guided, leaving=leaving, correction=PLAIN
            )
            aim = Aim(self.target, away=away)
            return float(
                sample(self.denoiser, self.inverted, aim, config, chance()).mean()
            )

        aim = Aim(self.target, away=self.source)
        alone = sample(self.denoiser, self.inverted, aim, plain, chance()).mean()
        # Away from .2 and from 0, past .7; by nothing where no step is guided.
        self.assertGreater(mean(1.0, self.source), float(alone) + 0.1)
        self.assertGreater(mean(1.0, None), mean(1.0, self.source))
        self.assertLess(mean(0.5, self.source), mean(1.0, self.source))
        self.assertEqual(mean(0.0, self.source), float(alone))
        # Away from the source in the first steps alone, and then from nothing.
        self.assertEqual(mean(1.0, self.source, 0.0), mean(1.0, None))
        half = mean(1.0, self.source, 0.5)
        self.assertTrue(mean(1.0, self.source) < half < mean(1.0, None))

    def test_settings_that_mean_nothing_are_refused(self):
        for wrong in (
            {"strength": 0},
            {"fresh": 2},
            {"guided": -1},
            {"leaving": 2},
            {"guidance": 0.5},
        ):
            with self.assertRaises(ValueError):
                SamplingConfig(**wrong)
