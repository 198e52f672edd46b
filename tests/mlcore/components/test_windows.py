"""Clips as those of a title: wide pictures squeezed, transitions of any length, shots alone."""

import unittest
from dataclasses import replace

import torch

from mlcore.components.drawing.drawn import Clip, drawn
from mlcore.components.drawing.scenes import Dice
from mlcore.components.drawing.windows import (
    ASIDE,
    ASPECTS,
    SECONDS,
    SHARES,
    WIDE,
    sharpened,
    squeezed,
    through,
    wide,
    window,
)
from mlcore.components.learning.batches import Batches
from mlcore.components.stretch import Layout
from tests.mlcore.components.photographed import components, eight, studio

LAYOUT = Layout(frames=8, height=48, width=48)


def dice(seed):
    return Dice(torch.Generator().manual_seed(seed))


def windows(*, within=False):
    return [window(dice(seed), LAYOUT, within=within) for seed in range(300)]


class WindowTests(unittest.TestCase):
    def test_one_in_three_is_as_the_source_has_it_and_the_others_as_titles_are(self):
        drawn_in = windows()
        others = [each for each in drawn_in if each != LAYOUT]

        self.assertAlmostEqual(len(others) / len(drawn_in), 2 / 3, delta=0.08)
        aspects = [each.width / each.height for each in others]
        self.assertTrue(all(1.15 < each < 2.5 for each in aspects))
        self.assertLess(min(aspects), 1.3)
        self.assertGreater(max(aspects), ASPECTS[1] - 0.15)
        self.assertTrue(
            all(SECONDS[0] <= each.seconds <= SECONDS[1] for each in others)
        )

    def test_a_transition_fills_a_third_to_three_quarters_about_the_cut(self):
        for begin, end in (each.crossing for each in windows() if each != LAYOUT):
            self.assertTrue(SHARES[0] - 1e-6 <= end - begin <= SHARES[1] + 1e-6)
            self.assertLessEqual(abs((begin + end) / 2 - 0.5), ASIDE + 1e-6)

    def test_within_a_shot_an_animation_plays_once(self):
        self.assertEqual({each.slots for each in windows(within=True)}, {1, 2})
        self.assertEqual({each.slots for each in windows()}, {2})

    def test_windows_are_cut_of_wide_materials_without_scaling(self):
        materials = torch.rand(8, 3, 48, wide(LAYOUT).width)
        for number, each in enumerate(windows()[:40]):
            cut = through(dice(number), materials, each)

            self.assertEqual(tuple(cut.shape[-2:]), (each.height, each.width))
            self.assertIn(float(cut[0, 0, 0, 0]), materials[0, 0].flatten().tolist())

    def test_what_is_squeezed_keeps_its_light_and_its_place(self):
        ramp = torch.linspace(0.1, 0.9, 85).expand(2, 3, 48, 85)

        small = squeezed(ramp, LAYOUT)

        self.assertEqual(tuple(small.shape), (2, 3, 48, 48))
        torch.testing.assert_close(
            small[0, 0, 0], torch.linspace(0.1, 0.9, 48), atol=0.01, rtol=0
        )

    def test_pictures_are_softer_and_sharper_by_chance_and_as_light_as_they_were(self):
        picture = 0.3 + 0.4 * torch.rand(1, 3, 24, 24)
        spread = [float(sharpened(dice(seed), picture).std()) for seed in range(40)]

        self.assertLess(min(spread), 0.9 * float(picture.std()))
        self.assertGreater(max(spread), 1.2 * float(picture.std()))
        whole = sharpened(dice(1), picture.expand(4, -1, -1, -1))
        torch.testing.assert_close(whole[3], sharpened(dice(1), picture)[0])
        self.assertAlmostEqual(float(whole.mean()), float(picture.mean()), delta=0.01)


class LayoutTests(unittest.TestCase):
    def test_a_transition_lies_where_the_layout_has_it(self):
        [fade] = components("transition/cross dissolve")
        room = replace(studio(frames=8), layout=Layout(frames=8, height=16, width=16))
        a, b = torch.zeros(8, 3, 16, 16), torch.ones(8, 3, 16, 16)
        for crossing, between in (((0.25, 0.75), 4), ((0.375, 0.625), 2), ((0, 1), 8)):
            layout = replace(room.layout, crossing=crossing)
            clip = replace(room, layout=layout).clip(fade, (a, b), 0).float() / 255
            levels = clip.mean(dim=(1, 2, 3))

            with self.subTest(crossing):
                mixed = ((levels > 0.01) & (levels < 0.99)).sum()
                self.assertEqual(int(mixed), between)

    def test_a_transition_beside_the_middle_and_no_animation_at_all_are_refused(self):
        for wrong in (
            {"crossing": (0.6, 0.9)},
            {"crossing": (-0.1, 0.9)},
            {"slots": 0},
        ):
            with self.assertRaisesRegex(ValueError, "about the middle"):
                Layout(**wrong)


class StudioTests(unittest.TestCase):
    def setUp(self):
        self.room = replace(studio(), windows=True)

    def test_clips_have_the_layouts_size_and_come_again_from_their_numbers(self):
        [fade, *_] = eight()
        pair = self.room.pair("test", 3)
        self.assertEqual(pair[0].shape[-1], round(16 * WIDE))

        clips = [self.room.clip(fade, pair, number) for number in (*range(20), 0)]

        self.assertEqual({tuple(each.shape) for each in clips}, {(4, 3, 16, 16)})
        self.assertTrue(torch.equal(clips[0], clips[-1]))
        self.assertGreater(len(torch.stack(clips).flatten(1).unique(dim=0)), 15)

    def test_within_a_shot_nothing_of_the_other_side_is_seen(self):
        a, b = self.room.pair("test", 3)
        for number in range(10):
            clip = self.room.clip(None, (a, torch.zeros_like(b)), number, within=True)
            self.assertTrue(torch.equal(clip[0], clip[-1]))
            self.assertGreater(int(clip.max()), 0)

    def test_the_same_are_drawn_here_and_in_other_programs(self):
        asked = [Clip(each, 3, 7) for each in eight()] + [Clip(None, (1, 2), 5)] * 2
        here, there = (
            torch.cat(list(drawn(self.room, "test", asked, loaders)))
            for loaders in (0, 2)
        )

        self.assertEqual(len(here), 10)
        self.assertTrue(torch.equal(here, there))
        self.assertTrue(torch.equal(here[8], here[9]))

    def test_of_windows_no_clip_without_its_component_can_be_had(self):
        with self.assertRaisesRegex(ValueError, "no clip without a component"):
            Batches(
                studio=self.room,
                components=eight(),
                batch=4,
                seed=0,
                together=1,
                raw=True,
            )


if __name__ == "__main__":
    unittest.main()
