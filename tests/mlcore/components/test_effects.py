import unittest
from dataclasses import replace

import torch

from mlcore.components.apart import drawn, materials, nearest
from mlcore.components.catalogue import COUNTS, components_of
from mlcore.components.component import Category, Component
from mlcore.components.drawing.render import render
from mlcore.components.programs.effects.timing import at_times
from mlcore.components.programs.registry import PROGRAMS, by_base
from mlcore.components.stretch import Layout
from tests.mlcore.components.looks import SMALL, draw, off_by, over, still
from tests.mlcore.components.properties import quick_sampling

# Of the picture's own pixels by intent: noise as fine as they are, or a step so hard that
# which side a pixel falls on is chance. All else is the same in every size.
FINE = {
    "film grain": "grains are finer than a small picture's pixels",
    "signal loss": "so is snow",
    "bit crush": "one bit a channel turns on a hair",
}


def component(category: Category, base: str) -> Component:
    return by_base(components_of(category))[f"{category}/{base}"][0]


def firsts() -> list[Component]:
    """The first preset of every base."""
    return [each[0] for each in by_base(components_of("effect")).values()]


class CatalogueOfEffectsTests(unittest.TestCase):
    def test_there_are_888_of_at_least_100_bases_and_60_programs(self):
        found = components_of("effect")

        self.assertEqual(len(found), COUNTS["effect"])
        self.assertEqual(len({each.key for each in found}), len(found))
        bases = {each.base for each in found}
        self.assertGreaterEqual(len(bases), 100)
        draws = {PROGRAMS["effect", base].draw for base in bases}
        self.assertGreaterEqual(len(draws), 60)

    def test_any_two_bases_look_different_on_eight_photographs(self):
        layout = Layout(frames=4, height=32, width=32)

        self.assertEqual(nearest(firsts(), layout), [])

    def test_any_two_presets_of_a_base_look_different(self):
        layout = Layout(frames=8, height=32, width=32)
        seen = materials(layout)[1::3]
        for base, presets in by_base(components_of("effect")).items():
            clips = [
                torch.stack([drawn(each, one, layout) for one in seen])
                for each in presets
            ]
            for one, clip in enumerate(clips):
                for other in range(one):
                    with self.subTest(base, presets=(other, one)):
                        apart = float((clip - clips[other]).abs().mean())

                        self.assertGreater(apart * 255, 1)


class EveryEffectTests(unittest.TestCase):
    def test_each_returns_finite_frames_of_the_same_shape_and_changes_no_input(self):
        frames = still(SMALL)
        before = frames.clone()
        for each in components_of("effect"):
            with self.subTest(each.key):
                found = draw(each, over(frames, SMALL))

                self.assertEqual(found.shape, frames.shape)
                self.assertTrue(torch.isfinite(found).all())
                self.assertTrue(torch.equal(frames, before))

    def test_each_is_the_same_for_the_same_seed(self):
        frames = still(SMALL)
        for each in firsts():
            with self.subTest(each.key):
                one, other = (draw(each, over(frames, SMALL, seed=9)) for _ in "ab")

                self.assertTrue(torch.equal(one, other))

    def test_none_is_a_filter_in_disguise_each_moves_on_a_still(self):
        # Eight frames too, where a rate of two a second would stand still.
        for layout in (SMALL, Layout(frames=8, height=32, width=32)):
            frames = still(layout)
            for each in components_of("effect"):
                with self.subTest(each.key, frames=layout.frames):
                    found = draw(each, over(frames, layout)).clamp(0, 1)

                    moved = float((found[1:] - found[:-1]).abs().mean())
                    self.assertGreater(moved * 255, 0.5)

    def test_each_looks_the_same_in_another_size(self):
        for each in firsts():
            if each.base not in FINE:
                with self.subTest(each.key):
                    self.assertLess(off_by(each), 8)

    def test_each_draws_in_pictures_that_are_not_square(self):
        for size in ((24, 40), (40, 24)):
            layout = Layout(frames=4, height=size[0], width=size[1])
            frames = torch.rand(4, 3, *size, generator=torch.Generator().manual_seed(3))
            for each in firsts():
                with self.subTest(each.key, size=size):
                    found = draw(each, over(frames, layout))

                    self.assertEqual(found.shape, frames.shape)
                    self.assertTrue(torch.isfinite(found).all())


class RenderedTests(unittest.TestCase):
    def test_effects_and_filters_lie_over_both_slots_whatever_the_clip(self):
        a, b = still(SMALL), still(SMALL).flip(-1) * 0.8
        plain = render(None, a, b, SMALL)
        for one in (
            component("effect", "snow"),
            component("effect", "wave"),
            component("filter", "sepia"),
        ):
            for clip in (0, 1):
                with self.subTest(one.key, clip=clip):
                    found = render(one, a, b, SMALL, clip=clip)

                    changed = (found - plain).abs().mean((1, 2, 3)) * 255
                    self.assertTrue((changed > 2).all(), changed)
                    self.assertTrue(0 <= float(found.min()) <= float(found.max()) <= 1)

    def test_what_differs_from_clip_to_clip_is_where_the_flakes_are(self):
        a, b = still(SMALL), still(SMALL)
        one, again, other = (
            render(component("effect", "snow"), a, b, SMALL, clip=clip)
            for clip in (0, 0, 1)
        )

        self.assertTrue(torch.equal(one, again))
        self.assertFalse(torch.equal(one, other))


class DeviceTests(unittest.TestCase):
    def test_each_draws_on_the_device_of_its_frames(self):
        # Tensors of the device `meta` refuse to meet those of the processor, as a GPU's
        # do. They have no values, so what asks for one goes untested from there on.
        layout = Layout(frames=4, height=16, width=16)
        frames = torch.empty(4, 3, 16, 16, device="meta")
        stretch = replace(
            over(frames, layout),
            seconds=torch.empty(4, device="meta"),
            progress=torch.empty(4, device="meta"),
        )
        whole = 0
        for each in firsts() + list(components_of("filter")):
            with self.subTest(each.key), quick_sampling():
                try:
                    found = draw(each, stretch)
                except RuntimeError as error:
                    self.assertIn("cannot be called on meta tensors", str(error))
                else:
                    self.assertEqual(found.device.type, "meta")
                    whole += 1

        self.assertGreater(whole, 300)


class TimesTests(unittest.TestCase):
    def test_frames_of_other_times_are_the_nearest_and_none_is_beyond_the_ends(self):
        frames = torch.arange(SMALL.frames).view(-1, 1, 1, 1) / SMALL.frames
        stretch = over(frames.expand(-1, 3, 32, 32), SMALL)

        late = at_times(stretch, stretch.seconds - 1.0)
        early = at_times(stretch, stretch.seconds + 9.0)

        numbers = (late[:, 0, 0, 0] * SMALL.frames).round().int().tolist()
        self.assertEqual(numbers, [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
        self.assertTrue(torch.equal(early, early[:1].expand_as(early)))

    def test_a_strobe_holds_what_moves(self):
        (strobe, *_) = (e for e in components_of("effect") if e.base == "strobe time")
        frames = torch.linspace(0.1, 1, SMALL.frames).view(-1, 1, 1, 1)
        found = draw(strobe, over(frames.expand(-1, 3, 32, 32), SMALL))

        self.assertLess(len(found[:, 0, 0, 0].unique()), SMALL.frames)


if __name__ == "__main__":
    unittest.main()
