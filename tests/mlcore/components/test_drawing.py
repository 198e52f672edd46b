"""What programs share: easings, warps, blurs, noise, shapes, mattes and cards."""

import math
import unittest

import torch
from torch.nn.functional import avg_pool2d

from mlcore.components.programs.blending import luma, matte, paint, screened
from mlcore.components.programs.blurs import directional, gaussian, smeared, spin, zoom
from mlcore.components.programs.cards import card, vectors, yawed
from mlcore.components.programs.easing import EASINGS, eased, hump, smooth, span
from mlcore.components.programs.noise import (
    cell_noise,
    evened,
    fractal_noise,
    value_noise,
)
from mlcore.components.programs.shapes import SHAPES, reach
from mlcore.components.programs.warps import (
    moved,
    plane,
    pulled,
    sampled,
    turned,
    within,
)
from tests.mlcore.components.crops import crops
from tests.mlcore.components.properties import gap


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class EasingTests(unittest.TestCase):
    def test_every_curve_goes_from_nothing_to_all(self):
        ends = torch.tensor([-1.0, 0.0, 1.0, 2.0])
        for easing in EASINGS:
            with self.subTest(easing):
                curve = eased(ends, easing)

                torch.testing.assert_close(curve, torch.tensor([0.0, 0, 1, 1]))

    def test_in_is_out_backwards_and_both_is_half_of_either(self):
        p = torch.linspace(0, 1, 11)
        for curve in ("cubic", "bounce", "elastic", "expo"):
            backwards = 1 - eased(1 - p, f"{curve} out")
            torch.testing.assert_close(eased(p, f"{curve} in"), backwards)
            torch.testing.assert_close(
                eased(p / 2, f"{curve} both"), eased(p, f"{curve} in") / 2
            )

    def test_curves_worked_by_hand(self):
        half = torch.tensor([0.5])

        self.assertAlmostEqual(float(eased(half, "cubic out")), 0.875)
        self.assertAlmostEqual(float(eased(half, "bounce out")), 0.765625)
        self.assertGreater(float(eased(half, "back out")), 1)

    def test_an_unknown_curve_is_refused(self):
        with self.assertRaises(KeyError):
            eased(torch.zeros(1), "sudden out")

    def test_spans_and_humps(self):
        p = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0])

        torch.testing.assert_close(span(p, 0.25, 0.75), torch.tensor([0, 0, 0.5, 1, 1]))
        torch.testing.assert_close(smooth(p)[1], torch.tensor(0.15625))
        self.assertTrue((hump(p) >= 0).all())


class WarpTests(unittest.TestCase):
    def setUp(self):
        self.clip = torch.stack(crops(2, 24, 36))

    def test_looking_straight_shows_the_clip_with_every_border(self):
        for border in ("edge", "black", "mirror", "wrap"):
            with self.subTest(border):
                clip = pulled(self.clip, *plane(self.clip), border)

                self.assertLess(gap(clip, self.clip), 1e-5)

    def test_borders(self):
        right, still = torch.tensor([12 / 36] * 2), torch.zeros(2)
        kept = self.clip[..., :-12]
        beside = {
            "edge": self.clip[..., :1].expand(-1, -1, -1, 12),
            "black": torch.zeros_like(self.clip[..., :12]),
            "mirror": self.clip[..., :12].flip(-1),
            "wrap": self.clip[..., -12:],
        }
        for border, expected in beside.items():
            with self.subTest(border):
                clip = moved(self.clip, right, still, border)

                self.assertLess(gap(clip[..., 12:], kept), 1e-5)
                self.assertLess(gap(clip[..., :12], expected), 1e-5)

    def test_each_frame_may_look_elsewhere(self):
        clip = moved(self.clip, torch.tensor([0.0, 0.5]), torch.zeros(2), "wrap")

        self.assertLess(gap(clip[0], self.clip[0]), 1e-5)
        self.assertLess(gap(clip[1], self.clip[1].roll(18, -1)), 1e-5)

    def test_a_turn_by_a_quarter_takes_right_to_down(self):
        x, y = turned(torch.tensor(1.0), torch.tensor(0.0), math.pi / 2)

        self.assertAlmostEqual(float(x), 0, places=6)
        self.assertAlmostEqual(float(y), 1, places=6)

    def test_coverage_is_half_on_the_edge(self):
        x, y = torch.tensor([[-0.2, 0.0, 0.5, 1.0]]), torch.tensor([[0.5]])

        torch.testing.assert_close(
            within(x, y, (10, 10)), torch.tensor([[[[0.0, 0.5, 1.0, 0.5]]]])
        )

    def test_a_crop_may_be_of_another_size(self):
        x, y = torch.rand(5, 7), torch.rand(5, 7)

        self.assertEqual(sampled(self.clip, x, y).shape, (2, 3, 5, 7))


class BlurTests(unittest.TestCase):
    def setUp(self):
        self.dot = torch.zeros(1, 1, 33, 33)
        self.dot[..., 16, 16] = 1

    def test_no_blur_changes_nothing(self):
        clip = torch.stack(crops(2, 24, 36))
        for blurred in (
            gaussian(clip, 0.0),
            directional(clip, 0.0, 1.0),
            zoom(clip, 0.0),
        ):
            self.assertLess(gap(blurred, clip), 1e-5)

    def test_a_gaussian_is_as_wide_as_it_says_and_keeps_the_light(self):
        soft = gaussian(self.dot, 2 / 33)[0, 0]

        at = torch.arange(33) - 16.0
        self.assertAlmostEqual(float(soft.sum()), 1, places=4)
        self.assertAlmostEqual(float((soft.sum(0) * at**2).sum().sqrt()), 2, places=2)

    def test_each_frame_may_have_its_own_width(self):
        soft = gaussian(self.dot.repeat(2, 1, 1, 1), torch.tensor([0.0, 0.1]))

        self.assertEqual(float(soft[0].max()), 1)
        self.assertLess(float(soft[1].max()), 0.1)

    def test_an_even_picture_stays_even_to_its_edges(self):
        even = torch.full((1, 3, 20, 30), 0.4)
        for blurred in (
            gaussian(even, 0.3),
            directional(even, 0.7, 0.4),
            smeared(even, 0.7, "across"),
            zoom(even, 0.8),
            spin(even, 0.9),
        ):
            self.assertLess(float((blurred - 0.4).abs().max()), 1e-5)

    def test_a_directional_blur_runs_along_its_angle(self):
        across = directional(self.dot, 0.5, 0.0)[0, 0]

        self.assertAlmostEqual(float(across[16].sum()), 1, places=4)
        lit = int((across[16] > across[16].max() / 2).sum())
        self.assertAlmostEqual(lit, 16, delta=1)

    def test_a_smear_is_as_long_as_it_says(self):
        across = smeared(self.dot, 7 / 33, "across")[0, 0]
        upright = smeared(self.dot, 7 / 33, "upright")[0, 0]

        torch.testing.assert_close(across[16, 13:20], torch.full((7,), 1 / 7))
        self.assertEqual(int((across > 0).sum()), 7)
        torch.testing.assert_close(upright, across.T)

    def test_a_smear_of_nothing_changes_nothing(self):
        self.assertTrue(torch.equal(smeared(self.dot, 0.0, "across"), self.dot))


class NoiseTests(unittest.TestCase):
    def test_it_is_the_same_in_any_size(self):
        moments = torch.linspace(0, 2, 4)
        for noise in (value_noise, fractal_noise):
            large, small = (
                noise(seeded(), size, 4, moments) for size in ((96, 128), (48, 64))
            )
            shrunk = avg_pool2d(large[:, None], 2)[:, 0]

            self.assertEqual(large.shape, (4, 96, 128))
            self.assertLess(gap(shrunk, small), 0.01)
            self.assertTrue(((large >= 0) & (large <= 1)).all())

    def test_it_moves_smoothly_and_becomes_another(self):
        noise = value_noise(seeded(), (32, 32), 5, torch.tensor([0.0, 0.05, 1.0]))

        self.assertLess(gap(noise[0], noise[1]), 0.02)
        self.assertGreater(gap(noise[0], noise[2]), 0.1)

    def test_cells_are_level_and_differ(self):
        cells = cell_noise(seeded(), (20, 30), (2, 3), 2)

        self.assertEqual(cells.shape, (2, 20, 30))
        self.assertEqual(len(cells[0].unique()), 6)
        self.assertEqual(len(cells[0, :10, :10].unique()), 1)

    def test_evened_noise_has_as_much_of_every_level(self):
        field = evened(fractal_noise(seeded(), (40, 40), 3))

        self.assertAlmostEqual(float((field < 0.25).float().mean()), 0.25, delta=0.01)
        self.assertAlmostEqual(float(field.mean()), 0.5, places=3)


class ShapeTests(unittest.TestCase):
    def test_every_shape_grows_evenly_from_the_middle(self):
        x, y = plane(torch.zeros(1, 1, 40, 40))
        for shape in SHAPES:
            with self.subTest(shape):
                size = reach(shape, x, y)

                torch.testing.assert_close(reach(shape, 2 * x, 2 * y), 2 * size)
                self.assertTrue((size > 0).all())

    def test_shapes_worked_by_hand(self):
        def at(shape: str, x: float, y: float) -> float:
            return float(
                reach(shape, torch.tensor([[float(x)]]), torch.tensor([[float(y)]]))
            )

        self.assertAlmostEqual(at("circle", 3, 4), 5, places=5)
        self.assertAlmostEqual(at("diamond", 3, -4), 7, places=5)
        self.assertAlmostEqual(at("triangle", 0, -1), 1, places=5)
        self.assertAlmostEqual(at("star", 0, -1), 1, places=5)
        self.assertAlmostEqual(at("star", 0, 0.382), 1, places=4)
        self.assertAlmostEqual(at("heart", 0, 1), 1, places=5)


class CardAndLightTests(unittest.TestCase):
    def test_a_card_that_faces_the_camera_is_the_picture(self):
        clip = torch.stack(crops(2, 24, 36))
        zero = torch.zeros(2)

        seen = card(torch.zeros_like(clip), clip, vectors(zero, 0.0, zero), yawed(zero))

        self.assertLess(gap(seen, clip), 1e-5)

    def test_a_card_edge_on_is_not_seen(self):
        clip = torch.stack(crops(2, 24, 36))
        zero = torch.zeros(2)

        seen = card(
            torch.zeros_like(clip),
            clip,
            vectors(zero, 0.0, zero),
            yawed(zero + math.pi / 2),
        )

        self.assertLess(float(seen.mean()), 0.02)

    def test_a_matte_begins_empty_and_ends_full(self):
        arrival = torch.rand(8, 8, generator=seeded())

        shown = matte(arrival, torch.tensor([0.0, 0.5, 1.0]), 0.2)

        self.assertEqual(shown.shape, (3, 1, 8, 8))
        self.assertEqual(float(shown[0].max()), 0)
        self.assertEqual(float(shown[2].min()), 1)

    def test_light_and_colour(self):
        white = torch.ones(1, 3, 2, 2)

        self.assertAlmostEqual(float(luma(white).mean()), 1, places=6)
        self.assertAlmostEqual(float(screened(white * 0.5, white * 0.5).mean()), 0.75)
        torch.testing.assert_close(
            paint(1 / 3, 1.0, 1.0, white).flatten(), torch.tensor([0.0, 1.0, 0.0])
        )
