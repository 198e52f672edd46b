"""Local velocities of clips whose motion is known, and what is told of them."""

import unittest

import torch
from torch.nn.functional import interpolate

from mlcore.videomae.velocities import (
    BINS,
    CELLS,
    PARTS,
    REACH,
    SHARES,
    Velocities,
    local_velocities,
    mean_speed,
    velocity_shares,
)

SIDE = 64


def texture(seed, side=2 * SIDE):
    """Smooth, so that slopes hold for a pixel or two; grey and colour by chance."""
    chance = torch.Generator().manual_seed(seed)
    grains = torch.rand(1, 3, side // 8, side // 8, generator=chance)
    return interpolate(grains, (side, side), mode="bicubic", align_corners=False)[0]


def passing(seed, right, down, frames=8):
    """(1, T, 3, SIDE, SIDE): a texture that goes so many whole pixels a frame."""
    ground = texture(seed)
    pieces = [ground.roll((n * down, n * right), dims=(1, 2)) for n in range(frames)]
    return torch.stack(pieces)[None, :, :, 32 : 32 + SIDE, 32 : 32 + SIDE]


class LocalTests(unittest.TestCase):
    def test_a_picture_that_passes_has_its_velocity_everywhere(self):
        for right, down in ((1, 0), (0, -1), (-1, 1)):
            u, v, sure = local_velocities(passing(0, right, down))
            with self.subTest(right=right, down=down):
                self.assertEqual(u.shape, (1, 7, CELLS, CELLS))
                self.assertAlmostEqual(u.median().item(), right, delta=0.25)
                self.assertAlmostEqual(v.median().item(), down, delta=0.25)
                self.assertGreater(sure.mean().item(), 0.5)

    def test_eight_bits_say_the_same(self):
        clip = passing(1, 1, 0)

        u, _, _ = local_velocities((clip.clamp(0, 1) * 255).round().to(torch.uint8))

        torch.testing.assert_close(
            u.median(),
            local_velocities(clip.clamp(0, 1))[0].median(),
            atol=0.02,
            rtol=0,
        )

    def test_the_speed_of_a_whole_picture_is_in_its_heights_at_any_size(self):
        for right, down, pixels in ((0, 0, 0.0), (1, 0, 1.0), (1, -1, 2**0.5)):
            clip = passing(2, right, down)
            (speed,) = mean_speed((clip.clamp(0, 1) * 255).round().to(torch.uint8))

            self.assertAlmostEqual(speed.item(), pixels / SIDE, delta=0.25 / SIDE)

    def test_what_stands_still_or_shows_nothing_has_no_speed(self):
        for clip in (passing(3, 0, 0), torch.full((1, 8, 3, SIDE, SIDE), 0.4)):
            self.assertLess(mean_speed(clip).item(), 1e-6)
        self.assertEqual(mean_speed(passing(3, 1, 0, frames=1)).tolist(), [0.0])

    def test_where_nothing_is_to_be_seen_nothing_is_sure(self):
        _, _, sure = local_velocities(torch.full((1, 3, 3, SIDE, SIDE), 0.4))

        self.assertLess(sure.max().item(), 1e-3)


class ShareTests(unittest.TestCase):
    def test_the_share_of_its_velocity_is_the_largest_in_every_part(self):
        shares = velocity_shares(passing(0, 1, 0))[0].view(PARTS, BINS, BINS)

        a_bin = 2 * REACH * SIDE / (BINS - 1)
        right, still = BINS // 2 + round(1 / a_bin), BINS // 2
        for part in shares:
            across, down = divmod(int(part.argmax()), BINS)
            self.assertLessEqual(abs(across - right), 1)
            self.assertEqual(down, still)

    def test_another_texture_that_moves_alike_is_nearer_than_the_same_that_does_not(
        self,
    ):
        here = velocity_shares(passing(0, 1, 0))
        elsewhere = velocity_shares(passing(5, 1, 0))
        back = velocity_shares(passing(0, -1, 0))

        self.assertGreater((here * elsewhere).sum(), (here * back).sum() + 0.2)

    def test_one_frame_and_a_flat_clip_say_nothing(self):
        for clip in (passing(0, 1, 0)[:, :1], torch.full((1, 4, 3, SIDE, SIDE), 0.4)):
            shares = velocity_shares(clip)
            self.assertEqual(shares.shape, (1, SHARES))
            self.assertEqual(shares.abs().sum().item(), 0.0)

    def test_any_size_and_length_becomes_as_many_numbers(self):
        told = Velocities(dims=6)
        for frames, side in ((2, 16), (3, 32), (16, 64)):
            clip = torch.rand(2, frames, 3, side, side)
            with self.subTest(frames=frames, side=side):
                self.assertEqual(told(clip).shape, (2, 6))
