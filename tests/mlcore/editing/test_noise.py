import unittest

import torch

from mlcore.editing.noise import drawn_noise, renewed
from tests.mlcore.editing.small import chance


def squares(*corners, size=16, side=4):
    """A square of `side` places at each corner (y, x); of None there is none."""
    region = torch.zeros(len(corners), size, size, dtype=torch.bool)
    for frame, corner in zip(region, corners, strict=True):
        if corner:
            y, x = corner
            frame[y : y + side, x : x + side] = True
    return region


class DrawnNoiseTests(unittest.TestCase):
    def test_what_is_carried_goes_where_the_region_goes(self):
        drawn = drawn_noise(squares((3, 2), (4, 7)), 3, "carried", chance())
        self.assertTrue(torch.equal(drawn[1, :, 4:8, 7:11], drawn[0, :, 3:7, 2:6]))
        self.assertFalse(torch.equal(drawn[1], drawn[0]))

    def test_it_stays_as_it_was_drawn(self):
        drawn = drawn_noise(squares((3, 2), (9, 11), size=64), 3, "carried", chance())
        for frame in drawn:
            self.assertAlmostEqual(float(frame.mean()), 0.0, delta=0.05)
            self.assertAlmostEqual(float(frame.std()), 1.0, delta=0.05)
        one, two = (frame.flatten().sort().values for frame in drawn)
        self.assertTrue(torch.equal(one, two))

    def test_any_part_of_a_clip_has_the_same(self):
        region = squares((3, 2), (4, 5), (5, 8), (6, 11))
        whole = drawn_noise(region, 3, "carried", chance())
        part = drawn_noise(region[2:], 3, "carried", chance())
        self.assertTrue(torch.equal(whole[2:], part))

    def test_a_frame_without_a_region_has_that_of_the_one_before(self):
        drawn = drawn_noise(squares((3, 2), None), 3, "carried", chance())
        self.assertTrue(torch.equal(drawn[0], drawn[1]))

    def test_own_noise_is_another_in_every_frame(self):
        drawn = drawn_noise(squares((3, 2), (3, 2), size=64), 3, "own", chance())
        together = torch.corrcoef(drawn.flatten(1))[0, 1]
        self.assertAlmostEqual(float(together), 0.0, delta=0.05)


class RenewedTests(unittest.TestCase):
    def setUp(self):
        self.x0 = 0.3 + torch.zeros(1, 3, 64, 64)
        self.noise = torch.randn(self.x0.shape, generator=chance())
        self.other = torch.randn(self.x0.shape, generator=chance(1))
        self.alpha = torch.tensor(0.64)
        self.z = 0.8 * self.x0 + 0.6 * self.noise

    def renewed(self, share):
        return renewed(self.z, self.x0, self.alpha, share, self.other)

    def test_of_all_of_it_the_signal_stays_and_the_noise_is_the_other(self):
        torch.testing.assert_close(self.renewed(1.0), 0.8 * self.x0 + 0.6 * self.other)

    def test_of_none_all_stays(self):
        torch.testing.assert_close(self.renewed(0.0), self.z)

    def test_of_a_share_the_variance_stays(self):
        self.assertAlmostEqual(float(self.renewed(0.6).std()), 0.6, delta=0.02)
        self.assertAlmostEqual(float(self.renewed(0.6).mean()), 0.24, delta=0.02)
