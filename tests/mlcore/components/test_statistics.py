"""What a frame is like as a whole, against values worked by hand."""

import unittest

import torch

from mlcore.components.network.statistics import (
    BANDS,
    COLOURS,
    FREQUENCIES,
    GRID,
    LEAST,
    Statistics,
    band_powers,
    change_maps,
    colour_shares,
)

SIDE = 48


def picture(colour, side=SIDE):
    return torch.tensor(colour)[:, None, None].expand(3, side, side).clone()


def stripes(period, *, level):
    wave = (torch.arange(SIDE) * 2 // period % 2).float()
    grey = wave[:, None] if level else wave[None]
    return grey.expand(3, SIDE, SIDE)


class ColourTests(unittest.TestCase):
    def test_a_quarter_of_red_on_black_is_half_its_root(self):
        frame = picture((0.0, 0.0, 0.0))
        frame[0, :24, :24] = 1.0

        (shares,) = colour_shares(frame[None])

        self.assertEqual(shares.shape, (COLOURS,))
        red, black = 7 * 64, 0
        self.assertAlmostEqual(shares[red].item(), 0.5, places=6)
        self.assertAlmostEqual(shares[black].item(), 0.75**0.5, places=6)
        self.assertAlmostEqual(shares.square().sum().item(), 1.0, places=5)

    def test_it_does_not_say_where(self):
        chance = torch.Generator().manual_seed(0)
        frame = torch.rand(1, 3, SIDE, SIDE, generator=chance)
        elsewhere = frame.roll((7, 5), dims=(2, 3))

        torch.testing.assert_close(colour_shares(frame), colour_shares(elsewhere))


class FrequencyTests(unittest.TestCase):
    def test_stripes_are_found_in_their_band_and_direction(self):
        # Six waves in 48 pixels; level ones stand at their frequency and its negative.
        for level, places in ((False, {(6, 1)}), (True, {(4, 0), (7, 0)})):
            bands = band_powers(stripes(8, level=level)[None]).view(BANDS, -1)
            with self.subTest(level=level):
                there = divmod(int(bands.argmax()), bands.shape[1])
                self.assertIn(there, places)

    def test_blur_takes_the_high_ones_away(self):
        chance = torch.Generator().manual_seed(0)
        sharp = torch.rand(1, 3, SIDE, SIDE, generator=chance)
        blurred = torch.nn.functional.avg_pool2d(sharp, 3, stride=1, padding=1)

        fallen = (band_powers(sharp) - band_powers(blurred)).view(BANDS, BANDS // 2)

        self.assertGreater(fallen[0, -1], fallen[BANDS // 2, 0] + 1)

    def test_a_flat_picture_has_finite_powers(self):
        self.assertTrue(band_powers(picture((0.3, 0.3, 0.3))[None]).isfinite().all())


class ChangeTests(unittest.TestCase):
    def wipe(self, *, to_the_right):
        """Black gives way to white in four frames, from one side to the other."""
        clip = torch.zeros(4, 3, SIDE, SIDE)
        for number in range(4):
            clip[number, :, :, : number * SIDE // 3] = 1.0
        return clip if to_the_right else clip.flip(3)

    def maps(self, clip):
        """(T, 4, GRID, GRID) changes from the frames before, after, first and last, 0..1."""
        found = change_maps(clip, len(clip)).exp() - LEAST
        return found.view(len(clip), 4, GRID, GRID)

    def test_they_say_where_the_other_shot_has_come(self):
        before, after, first, last = self.maps(self.wipe(to_the_right=True))[1]

        third = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0, 0.0]).expand(GRID, GRID)
        torch.testing.assert_close(before, third, atol=1e-4, rtol=0)
        torch.testing.assert_close(after, third.roll(2, 1), atol=1e-4, rtol=0)
        torch.testing.assert_close(first, third, atol=1e-4, rtol=0)
        torch.testing.assert_close(last, 1 - third, atol=1e-4, rtol=0)

    def test_the_other_way_round_they_are_mirrored(self):
        there, back = (self.maps(self.wipe(to_the_right=way)) for way in (True, False))

        torch.testing.assert_close(there, back.flip(3))
        self.assertGreater((there - back).abs().max(), 0.9)

    def test_two_clips_of_a_batch_do_not_see_each_other(self):
        one, two = (self.wipe(to_the_right=way) for way in (True, False))

        both = change_maps(torch.cat([one, two]), 4)

        torch.testing.assert_close(both[:4], change_maps(one, 4))


class ToldTests(unittest.TestCase):
    def test_frames_of_any_size_become_as_many_numbers(self):
        told = Statistics(dims=8, frames=2)

        for side in (16, 48, 112):
            frames = torch.rand(2, 3, side, side)
            with self.subTest(side=side):
                self.assertEqual(band_powers(frames).shape, (2, FREQUENCIES))
                self.assertEqual(told(frames).shape, (2, 8))
