import unittest
from itertools import pairwise

import torch
from torch.nn.functional import adaptive_avg_pool2d

from mlcore.editing.backends.toy import load_toy
from mlcore.editing.correction import (
    CorrectionConfig,
    blended,
    finer,
    listening,
    nearest,
)
from mlcore.editing.inversion import invert
from mlcore.editing.network.denoiser import Denoiser
from mlcore.editing.weights import TOY
from mlcore.editing.world import EditingWorld, Scenes
from tests.mlcore.editing.small import chance, scenes, tiny

WEIGHTS = (0.2, 0.6, 0.2)


def moving(frames: int = 3, size: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    """Features that tell each place of a 2 x 2 thing going right, and where it is."""
    features = torch.zeros(frames, 5, size, size)
    features[:, 4] = 1
    region = torch.zeros(frames, size, size, dtype=torch.bool)
    for frame in range(frames):
        for part, (row, column) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            place = frame, slice(None), 2 + row, 1 + frame + column
            features[place] = torch.eye(5)[part]
            region[frame, 2 + row, 1 + frame + column] = True
    return features, region


class NearestTests(unittest.TestCase):
    def test_it_is_by_angle_not_by_length(self):
        seen = torch.tensor([[1.0, 0.0], [0.0, 9.0], [0.7, 0.7]])
        asking = torch.tensor([[0.1, 0.0], [3.0, 2.9], [0.0, 0.2]])
        everywhere = torch.ones(3, dtype=torch.bool)
        self.assertEqual(nearest(asking, seen, everywhere).tolist(), [0, 2, 1])

    def test_only_allowed_places_are_found(self):
        seen = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.7, 0.7]])
        allowed = torch.tensor([False, True, True])
        self.assertEqual(nearest(seen, seen, allowed).tolist(), [2, 1, 2])
        with self.assertRaises(ValueError):
            nearest(seen, seen, torch.zeros(3, dtype=torch.bool))

    def test_places_inside_a_coarse_one_keep_where_they_are_in_it(self):
        # The coarse left place goes to the right one and the right to the left.
        fine = finer(torch.tensor([[1, 0]]), (2, 4))
        self.assertEqual(fine.tolist(), [[2, 3, 0, 1], [6, 7, 4, 5]])
        with self.assertRaisesRegex(ValueError, "divide"):
            finer(torch.tensor([[1, 0]]), (3, 4))


class BlendTests(unittest.TestCase):
    def test_each_part_of_what_moves_is_blended_with_itself(self):
        features, region = moving()
        x = torch.zeros(3, 1, 6, 6)
        # Every part has one value, and every frame adds its own flicker.
        for frame, flicker in enumerate((0.0, 0.3, -0.3)):
            values = torch.tensor([1.0, 2.0, 3.0, 4.0]) + flicker
            x[frame, 0][region[frame]] = values
        mixed = blended(x, features, region, WEIGHTS)
        middle = torch.tensor([1.0, 2.0, 3.0, 4.0]) + 0.6 * 0.3 - 0.2 * 0.3
        torch.testing.assert_close(mixed[1, 0][region[1]], middle)
        # The first frame takes itself for the frame before.
        first = torch.tensor([1.0, 2.0, 3.0, 4.0]) + 0.2 * 0.3
        torch.testing.assert_close(mixed[0, 0][region[0]], first)

    def test_outside_the_region_nothing_changes(self):
        features, region = moving()
        x = torch.randn(3, 2, 6, 6, generator=chance())
        mixed = blended(x, features, region, WEIGHTS)
        outside = ~region[:, None].expand_as(x)
        self.assertTrue(torch.equal(mixed[outside], x[outside]))

    def test_a_neighbour_without_a_region_is_left_out(self):
        features, region = moving()
        x = torch.randn(3, 2, 6, 6, generator=chance())
        region[0] = region[2] = False
        torch.testing.assert_close(blended(x, features, region, WEIGHTS), x)

    def test_shuffled_features_break_the_field(self):
        features, region = moving()
        shuffled = features[:, :, torch.randperm(6, generator=chance())]
        x = torch.zeros(3, 1, 6, 6)
        for frame in range(3):
            x[frame, 0][region[frame]] = torch.tensor([1.0, 2.0, 3.0, 4.0])
        true = blended(x, features, region, WEIGHTS)
        torch.testing.assert_close(true, x)
        wrong = blended(
            x, torch.stack([features[0], shuffled[1], features[2]]), region, WEIGHTS
        )
        self.assertGreater(float((wrong - x).abs().max()), 0.1)

    def test_blending_noise_takes_its_variance_which_is_why_clean_latents_are_blended(
        self,
    ):
        size = 48
        features = torch.eye(size * size).view(1, -1, size, size).expand(3, -1, -1, -1)
        region = torch.ones(3, size, size, dtype=torch.bool)
        noise = torch.randn(3, 1, size, size, generator=chance())
        mixed = blended(noise, features, region, WEIGHTS)
        self.assertAlmostEqual(float(mixed[1].std()), 0.44**0.5, delta=0.03)

    def test_weights_that_do_not_add_up_are_refused(self):
        for wrong in ((0.5, 0.6, 0.2), (-0.2, 1.0, 0.2)):
            with self.assertRaises(ValueError):
                CorrectionConfig(weights=wrong)


def found_again(denoiser: Denoiser, drawn: Scenes, order: list[int]) -> float:
    """The share of a thing's places whose neighbour in the next frame is where they went."""
    frames, masks = drawn.frames[0, order], drawn.masks[0, order].float()
    seen = denoiser.condition(drawn.things.prompts[0], frames[0])
    inverted = invert(denoiser, denoiser.encode(frames), seen, 6)
    with listening(denoiser.unet, 1) as heard, torch.no_grad():
        denoiser.eps(inverted.latents[2], inverted.steps[2], seen)
    features, wide = heard[0].flatten(2).mT, heard[0].shape[-1]
    inside = adaptive_avg_pool2d(masks, (wide, wide)).flatten(1) >= 0.5
    right = []
    for one, two in pairwise(range(len(order))):
        field = nearest(features[one], features[two], inside[two], inside[one])
        here = inside[one].nonzero()[:, 0]
        went = (drawn.at[0, order[two]] - drawn.at[0, order[one]]) * wide
        off = places(field[here], wide) - places(here, wide) - went
        right.append((off.norm(dim=1) <= 1).float())
    return float(torch.cat(right).mean())


def places(flat: torch.Tensor, wide: int) -> torch.Tensor:
    """(P, 2) x, y of flat places."""
    return torch.stack([flat % wide, flat // wide], dim=1).float()


class FieldTests(unittest.TestCase):
    def test_frames_in_another_order_break_it(self):
        denoiser, world = load_toy(TOY).denoiser, EditingWorld()
        clips = [world.draw(1, 8, chance(seed)) for seed in range(3)]
        true, shuffled = (
            sum(found_again(denoiser, clip, order) for clip in clips) / len(clips)
            for order in ([0, 1, 2, 3, 4, 5, 6, 7], [0, 4, 1, 5, 2, 6, 3, 7])
        )
        self.assertGreater(true, 0.9)
        self.assertLess(shuffled, true - 0.2)


class ListeningTests(unittest.TestCase):
    def test_each_pass_leaves_the_blocks_features(self):
        denoiser = tiny()
        z = denoiser.encode(scenes(1, 3).frames[0])
        with listening(denoiser.unet, 1) as heard, torch.no_grad():
            seen = denoiser.condition("a red disc", None)
            denoiser.guided(z, 300, seen, denoiser.nothing, 2.0)
        self.assertEqual([tuple(each.shape) for each in heard], [(3, 16, 8, 8)] * 2)

    def test_a_block_that_is_not_there_is_named(self):
        with self.assertRaisesRegex(ValueError, r"0\.\.2"), listening(tiny().unet, 7):
            pass
