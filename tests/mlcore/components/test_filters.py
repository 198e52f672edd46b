import io
import unittest
from contextlib import redirect_stdout

import torch

from mlcore.components.apart import main
from mlcore.components.catalogue import COUNTS, components_of
from mlcore.components.component import Component
from mlcore.components.programs.registry import PROGRAMS, by_base
from tests.mlcore.components.looks import SMALL, draw, off_by, over, still

# A hard step turns an edge's grey, which a smaller picture has more of, to either side.
STEPPED = {"threshold", "posterised tone", "lithograph"}


def filters(*bases: str) -> list[Component]:
    return [each for each in components_of("filter") if each.base in bases]


def of_colour(*rgb: float) -> torch.Tensor:
    return torch.tensor(rgb).view(1, 3, 1, 1).expand(SMALL.frames, 3, 32, 32)


class CatalogueOfFiltersTests(unittest.TestCase):
    def test_there_are_228_of_at_least_100_bases_and_30_programs(self):
        found = components_of("filter")

        self.assertEqual(len(found), COUNTS["filter"])
        self.assertEqual(len({each.key for each in found}), len(found))
        bases = {each.base for each in found}
        self.assertGreaterEqual(len(bases), 100)
        draws = {PROGRAMS["filter", base].draw for base in bases}
        self.assertGreaterEqual(len(draws), 30)

    def test_any_two_look_different_on_eight_photographs(self):
        said = io.StringIO()
        with redirect_stdout(said):
            self.assertEqual(main(["filter", "--show", "2"]), 0, said.getvalue())

        self.assertIn("0 of 25878 pairs of 228 components", said.getvalue())


class EveryFilterTests(unittest.TestCase):
    def test_each_returns_finite_frames_of_the_same_shape_and_changes_no_input(self):
        frames = still(SMALL)
        before = frames.clone()
        for each in components_of("filter"):
            with self.subTest(each.key):
                drawn = draw(each, over(frames, SMALL))

                self.assertEqual(drawn.shape, frames.shape)
                self.assertTrue(torch.isfinite(drawn).all())
                self.assertTrue(torch.equal(frames, before))

    def test_each_changes_what_it_is_laid_on_in_a_way_that_is_seen(self):
        frames = still(SMALL)
        green = of_colour(0.3, 0.6, 0.2)
        for each in components_of("filter"):
            with self.subTest(each.key):
                changed = max(
                    float((draw(each, over(one, SMALL)).clamp(0, 1) - one).abs().mean())
                    for one in (frames, green)
                )

                self.assertGreater(changed * 255, 2)

    def test_each_grades_every_frame_and_every_place_alike(self):
        frames = still(SMALL)
        turned = frames.flip(-1).transpose(-1, -2)
        for each in components_of("filter"):
            with self.subTest(each.key):
                drawn = draw(each, over(frames, SMALL, seed=1))
                again = draw(each, over(turned, SMALL, seed=2))

                self.assertTrue(torch.equal(drawn, drawn[:1].expand_as(drawn)))
                same = drawn.flip(-1).transpose(-1, -2)
                self.assertLess(float((again - same).abs().max()), 1e-4)

    def test_each_looks_the_same_in_another_size(self):
        for each in components_of("filter"):
            if each.base not in STEPPED:
                with self.subTest(each.key):
                    self.assertLess(off_by(each), 3)


class NamedLooksTests(unittest.TestCase):
    def test_black_and_white_ones_leave_no_colour(self):
        for each in filters("black and white", "noir", "threshold", "wet plate"):
            with self.subTest(each.key):
                drawn = draw(each, over(of_colour(0.9, 0.4, 0.1), SMALL)).clamp(0, 1)

                spread = float((drawn.amax(1) - drawn.amin(1)).max())
                self.assertLess(spread, 0.12)

    def test_the_kept_hue_stays_and_every_other_goes_grey(self):
        for base, kept, lost in (
            ("red kept", (0.8, 0.1, 0.1), (0.1, 0.2, 0.8)),
            ("blue kept", (0.1, 0.2, 0.8), (0.8, 0.1, 0.1)),
            ("green kept", (0.1, 0.7, 0.15), (0.8, 0.1, 0.1)),
        ):
            for each in filters(base):
                with self.subTest(each.key):
                    one, other = (
                        draw(each, over(of_colour(*rgb), SMALL)).clamp(0, 1)
                        for rgb in (kept, lost)
                    )

                    self.assertGreater(float((one.amax(1) - one.amin(1)).mean()), 0.5)
                    self.assertLess(float((other.amax(1) - other.amin(1)).max()), 0.01)

    def test_a_negative_of_a_negative_is_the_picture(self):
        (plain, *_) = filters("negative")
        frames = still(SMALL)
        there = draw(plain, over(frames, SMALL))

        self.assertLess(
            float((draw(plain, over(there, SMALL)) - frames).abs().max()), 1e-5
        )

    def test_warm_light_reddens_grey_and_cool_light_makes_it_blue(self):
        for base, more in (("warm light", 0), ("cool light", 2)):
            for each in filters(base):
                with self.subTest(each.key):
                    drawn = draw(each, over(of_colour(0.4, 0.4, 0.4), SMALL))

                    self.assertEqual(int(drawn[0, :, 0, 0].argmax()), more)

    def test_presets_of_a_base_differ_in_their_settings(self):
        for base, each in by_base(components_of("filter")).items():
            with self.subTest(base):
                settings = {tuple(sorted(one.settings.items())) for one in each}

                self.assertEqual(len(settings), len(each))


if __name__ == "__main__":
    unittest.main()
