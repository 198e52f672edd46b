import tempfile
import unittest
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from mlcore.efficientnet_lite import EfficientNetLite0, SameConv
from mlcore.matching.appearance import (
    APPEARANCE_DIMS,
    COLOUR_SHARE,
    AppearanceEncoder,
)
from mlcore.matching.colour import (
    COLOUR_DIMS,
    LOOK_DIMS,
    colour_statistics,
    look_colours,
)
from tests.mlcore.drawn import figure, flat, painted, texture
from tests.mlcore.photographs import photographs, weights_folder

RED, GREEN = (255, 76, 76), (30, 180, 10)


@cache
def weights():
    return weights_folder() / "efficientnet-lite0.safetensors"


@cache
def encoder():
    return AppearanceEncoder(weights())


class ClassifierTests(unittest.TestCase):
    def test_the_weights_know_what_they_see(self):
        # ImageNet 985 is daisy, 698 is palace.
        for name, label in {"flower": 985, "china": 698}.items():
            with self.subTest(name):
                (chances,) = encoder().classify([photographs()[name]])

                self.assertEqual(int(chances.argmax()), label)
                self.assertAlmostEqual(float(chances.sum()), 1.0, places=5)


class EncodingTests(unittest.TestCase):
    def test_every_row_has_length_one(self):
        rows = encoder().encode([*photographs().values(), flat((0, 0, 0))])

        self.assertEqual(rows.shape, (3, APPEARANCE_DIMS))
        self.assertEqual(rows.dtype, np.float32)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)

    def test_no_picture_gives_no_row(self):
        self.assertEqual(encoder().encode([]).shape, (0, APPEARANCE_DIMS))

    def test_copies_are_near_and_other_pictures_far(self):
        china, flower = photographs()["china"], photographs()["flower"]
        cropped = china[13:-13, 19:-19]
        brighter = np.clip(china * 1.1, 0, 255).astype(np.uint8)

        rows = encoder().encode([china, cropped, brighter, flower])

        like = rows @ rows[0]
        self.assertGreater(like[1], 0.93)
        self.assertGreater(like[2], 0.95)
        self.assertLess(like[3], 0.6)

    def test_red_and_green_of_one_luma_are_told_apart_by_colour(self):
        mask = figure()
        scenes = [
            painted(np.full((180, 320, 3), c, np.uint8), mask, (30, 30, 30))
            for c in (RED, GREEN)
        ]

        colours = [colour_statistics(scene) for scene in scenes]

        self.assertGreater(np.abs(colours[0] - colours[1])[6:].sum() / 2, 0.7)

    def test_one_picture_alone_or_among_others_is_the_same(self):
        pictures = [texture(n) for n in range(20)]

        together = encoder().encode(pictures)

        alone = encoder().encode(pictures[17:18])
        np.testing.assert_allclose(together[17], alone[0], atol=1e-5)

    def test_the_dot_product_is_network_and_colour_in_their_shares(self):
        rows = encoder().encode(list(photographs().values()))

        network = rows[:, :-COLOUR_DIMS]
        colour = rows[:, -COLOUR_DIMS:]
        np.testing.assert_allclose(
            (network**2).sum(axis=1), 1 - COLOUR_SHARE, atol=1e-5
        )
        np.testing.assert_allclose((colour**2).sum(axis=1), COLOUR_SHARE, atol=1e-5)


class NetworkTests(unittest.TestCase):
    def test_another_networks_weights_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder) / "other.safetensors"
            stored = load_file(weights())
            del stored["_fc.bias"]
            save_file(stored, other)

            with self.assertRaisesRegex(ValueError, "does not hold EfficientNet-lite0"):
                AppearanceEncoder(other)

    def test_shapes_of_the_network(self):
        network = EfficientNetLite0().eval()
        with torch.inference_mode():
            pixels = torch.zeros(2, 3, 224, 224)

            self.assertEqual(network.features(pixels).shape, (2, 1280))
            self.assertEqual(network(pixels).shape, (2, 1000))

    def test_it_has_the_published_number_of_parameters(self):
        # 4.652 million, as the lite family's own table has it: 4.7 M.
        many = sum(p.numel() for p in EfficientNetLite0().parameters())

        self.assertEqual(many, 4_652_008)

    def test_gradients_reach_every_parameter(self):
        network = EfficientNetLite0().train()
        generator = torch.Generator().manual_seed(0)
        pixels = torch.rand(2, 3, 64, 64, generator=generator)

        network(pixels).square().mean().backward()

        for name, parameter in network.named_parameters():
            with self.subTest(name):
                self.assertIsNotNone(parameter.grad)

    def test_padding_puts_the_odd_pixel_right_and_below(self):
        conv = SameConv(1, 1, kernel=3, stride=2)
        torch.nn.init.ones_(conv.weight)
        picture = torch.arange(16.0).reshape(1, 1, 4, 4)
        with torch.inference_mode():
            found = conv(picture)

        # By hand: nothing above or left; the last column and row see zeros.
        expected = [[45.0, 39.0], [66.0, 50.0]]
        self.assertEqual(found[0, 0].tolist(), expected)


class ColourTests(unittest.TestCase):
    def test_pure_colours_by_hand(self):
        for colour, lab in {
            (255, 255, 255): (100.0, 0.0, 0.0),
            (0, 0, 0): (0.0, 0.0, 0.0),
            (255, 0, 0): (53.24, 80.09, 67.2),
        }.items():
            with self.subTest(colour):
                found = colour_statistics(flat(colour))

                np.testing.assert_allclose(found[:3] * 100, lab, atol=0.3)
                np.testing.assert_allclose(found[3:6], 0, atol=1e-3)
                self.assertAlmostEqual(float(found[6:].sum()), 1.0, places=5)

    def test_grey_has_a_bin_of_its_own_and_reds_share_one(self):
        self.assertEqual(colour_statistics(flat((90, 90, 90)))[6], 1.0)
        one, two = (colour_statistics(flat(c)) for c in ((250, 5, 0), (250, 0, 5)))

        self.assertTrue(np.array_equal(one[6:], two[6:]))

    def test_a_subject_has_colours_and_a_place_of_its_own(self):
        mask = figure(centre=(0.25, 0.55))
        picture = painted(flat((30, 200, 40), (180, 320)), mask, (220, 30, 30))

        found = look_colours(picture, mask.astype(np.float32))

        self.assertEqual(found.shape, (LOOK_DIMS,))
        np.testing.assert_array_equal(found[:COLOUR_DIMS], colour_statistics(picture))
        self.assertLess(found[1], 0)  # the field is green
        self.assertGreater(found[COLOUR_DIMS + 1], 0.3)  # the figure is red
        rows, columns = np.nonzero(mask)
        self.assertAlmostEqual(float(found[-3]), columns.mean() / 320, delta=0.02)
        self.assertAlmostEqual(float(found[-2]), rows.mean() / 180, delta=0.02)
        self.assertAlmostEqual(float(found[-1]), np.sqrt(mask.mean()), delta=0.02)

    def test_without_a_subject_its_half_is_zero(self):
        picture = texture(3)
        for nothing in (None, np.zeros((64, 64), np.float32)):
            with self.subTest(nothing is None):
                self.assertFalse(look_colours(picture, nothing)[COLOUR_DIMS:].any())

    def test_input_without_sense_is_refused(self):
        with self.assertRaisesRegex(ValueError, "uint8"):
            colour_statistics(np.zeros((4, 4), np.uint8))
        with self.assertRaisesRegex(ValueError, "empty"):
            colour_statistics(texture(4), np.zeros((64, 64), np.bool_))


if __name__ == "__main__":
    unittest.main()
