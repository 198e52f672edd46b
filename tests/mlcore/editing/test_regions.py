import unittest

import torch

from mlcore.editing.inversion import invert, reconstruct
from mlcore.editing.regions import (
    RegionConfig,
    binarised,
    diffedit_heat,
    feathered,
    fitted,
    heat,
)
from tests.mlcore.editing.small import Gaussian, chance

PLAIN = RegionConfig(smooth=1, grow=0)


def clip(frames: int = 2, size: int = 8) -> torch.Tensor:
    return 0.2 + 0.1 * torch.randn(frames, 3, size, size, generator=chance())


class InversionTests(unittest.TestCase):
    def test_a_clip_is_made_again_from_its_noise(self):
        denoiser, z = Gaussian(), clip()
        seen = denoiser.condition("0.2", None)
        inverted = invert(denoiser, z, seen, 50)
        self.assertEqual(inverted.latents.shape, (51, *z.shape))
        torch.testing.assert_close(inverted.latents[-1], z)
        again = reconstruct(denoiser, inverted, seen)
        error = float((again - z).square().mean())
        # Pixels -1..1: 2 is their range.
        self.assertGreater(10 * torch.log10(torch.tensor(4 / error)), 30)

    def test_each_mending_brings_it_nearer_to_the_clip(self):
        denoiser, z = Gaussian(), clip()
        seen = denoiser.condition("0.2", None)
        errors = []
        for refined in (0, 1, 3):
            inverted = invert(denoiser, z, seen, 25, refined=refined)
            again = reconstruct(denoiser, inverted, seen)
            errors.append(float((again - z).square().mean()))
        self.assertLess(errors[1], 0.5 * errors[0])
        self.assertLess(errors[2], 0.5 * errors[1])

    def test_the_noisiest_latents_are_about_normal(self):
        denoiser, z = Gaussian(), clip(4, 16)
        seen = denoiser.condition("0.2", None)
        noisiest = invert(denoiser, z, seen, 100).noisiest
        self.assertAlmostEqual(float(noisiest.std()), 1, delta=0.15)


class HeatTests(unittest.TestCase):
    def test_it_is_the_mean_difference_of_the_noise_over_the_steps(self):
        denoiser = Gaussian()
        one, two = (denoiser.condition(each, None) for each in ("0.2", "0.5"))
        inverted = invert(denoiser, clip(), one, 10)
        found = heat(denoiser, inverted, (one, two), RegionConfig(late=1))
        gaps = []
        for step in inverted.steps:
            a = denoiser.schedule.alpha(step)
            gaps.append(((1 - a) * a).sqrt() * 0.3 / (a * 0.01 + 1 - a))
        wanted = torch.stack(gaps).mean()
        torch.testing.assert_close(found, wanted.expand_as(found), atol=1e-4, rtol=0)

    def test_only_late_steps_count_if_so_said(self):
        denoiser = Gaussian()
        one, two = (denoiser.condition(each, None) for each in ("0.2", "0.5"))
        inverted = invert(denoiser, clip(), one, 10)
        told = []
        found = heat(
            denoiser,
            inverted,
            (one, two),
            RegionConfig(late=0.3),
            lambda done, of: told.append((done, of)),
        )
        gaps = [
            (denoiser.eps(z, step, one) - denoiser.eps(z, step, two)).abs().mean()
            for z, step in zip(inverted.latents[7:10], inverted.steps[7:], strict=True)
        ]
        wanted = torch.stack(gaps).mean().expand_as(found)
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)
        self.assertEqual(told, [(1, 3), (2, 3), (3, 3)])

    def test_branches_that_go_their_own_ways_part(self):
        denoiser = Gaussian()
        one, two = (denoiser.condition(each, None) for each in ("0.2", "0.5"))
        inverted = invert(denoiser, clip(), one, 10)
        shared, separate = (
            heat(denoiser, inverted, (one, two), RegionConfig(reading=reading))
            for reading in ("shared", "separate")
        )
        # The target's branch comes to what it foresees, so that less is left to differ.
        self.assertLess(float(separate.mean()), float(shared.mean()))

    def test_under_one_condition_nothing_differs(self):
        denoiser = Gaussian()
        one = denoiser.condition("0.2", None)
        inverted = invert(denoiser, clip(), one, 5)
        for reading in ("shared", "separate"):
            config = RegionConfig(reading=reading)
            found = heat(denoiser, inverted, (one, one), config)
            self.assertEqual(float(found.max()), 0)
        self.assertEqual(
            float(diffedit_heat(denoiser, clip(), one, one, chance()).max()), 0
        )


class BinarisedTests(unittest.TestCase):
    def test_a_place_counts_that_is_half_as_large_again_as_its_frames_mean(self):
        # Means 1 and 10: each frame is judged by its own.
        warm = torch.tensor([[[0.4, 1.4], [1.6, 0.6]], [[4.0, 16.0], [14.0, 6.0]]])
        wanted = torch.tensor([[[0, 0], [1, 0]], [[0, 1], [0, 0]]]).bool()
        self.assertTrue(torch.equal(binarised(warm, PLAIN), wanted))

    def test_what_the_source_differs_from_itself_is_a_floor(self):
        warm = torch.tensor([[[0.0, 1.0], [0.0, 0.0]]])
        own = torch.full((1, 2, 2), 0.4)
        self.assertTrue(binarised(warm, PLAIN, own)[0, 0, 1])
        self.assertFalse(binarised(warm, PLAIN, own * 2).any())

    def test_a_lonely_place_is_smoothed_away_and_a_broad_one_grows(self):
        warm = torch.zeros(1, 9, 9)
        warm[0, 3:6, 3:6] = 1
        grown = binarised(warm, RegionConfig(smooth=1, grow=1))
        self.assertEqual(int(grown.sum()), 25)
        self.assertTrue(grown[0, 2:7, 2:7].all())

    def test_what_is_thin_goes_and_a_hole_is_filled_by_the_majority_around(self):
        warm = torch.zeros(1, 15, 15)
        warm[0, 4:11, 2:9] = 1
        warm[0, 7, 9:13] = 1  # an arm, one place wide
        warm[0, 6, 5] = 0
        even = binarised(warm, RegionConfig(smooth=1, majority=3))
        self.assertTrue(even[0, 5:10, 3:8].all())
        # Of nine places around its foot, five are in.
        self.assertEqual(even[0, 7, 8:].tolist(), [True, True, *[False] * 5])

    def test_a_region_is_fitted_to_a_larger_picture(self):
        region = torch.tensor([[[True, False], [False, False]]])
        self.assertEqual(int(fitted(region, (4, 6)).sum()), 6)

    def test_a_feather_is_nothing_beyond_its_width(self):
        region = torch.zeros(1, 15, 15, dtype=torch.bool)
        region[0, 6:9, 6:9] = True
        soft = feathered(region, 2)
        self.assertTrue((soft[0, 6:9, 6:9] == 1).all())
        ring = soft[0, 7, 4:6]
        torch.testing.assert_close(ring, torch.tensor([1 / 3, 2 / 3]))
        outside = torch.ones(15, 15, dtype=torch.bool)
        outside[4:11, 4:11] = False
        self.assertEqual(float(soft[0][outside].abs().max()), 0)

    def test_settings_that_mean_nothing_are_refused(self):
        for wrong in (
            {"smooth": 2},
            {"majority": 4},
            {"threshold": 0},
            {"clamp": 1.0},
            {"floor": -1},
        ):
            with self.assertRaises(ValueError):
                RegionConfig(**wrong)
