"""Animations: a picture comes into its slot, leaves it or moves in it, in both slots."""

import unittest

import torch

from mlcore.components.drawing.render import render
from mlcore.components.programs.poses import Pose, posed
from mlcore.components.programs.registry import PROGRAMS, spread
from mlcore.components.stretch import Layout, Stretch
from tests.mlcore.components.crops import crops
from tests.mlcore.components.properties import (
    ProgramProperties,
    components_of,
    drawn,
    gap,
    middles,
)

HALF_A_LEVEL = 0.5 / 255
BY_CHANCE = {"earthquake", "hand held", "flicker"}
"""Which move otherwise in the second slot than in the first."""


class AnimationTests(ProgramProperties, unittest.TestCase):
    category = "animation"
    fine = frozenset({"split screen", "blinds in"})

    def test_there_are_as_many_as_in_the_source_of_at_least_sixty_bases(self):
        components_of("animation")
        bases = [each for each in PROGRAMS.values() if each.category == "animation"]

        self.assertEqual(len({c.key for c in spread(bases, 176)}), 176)
        self.assertGreaterEqual(len(bases), 60)

    def test_what_comes_in_is_there_whole_at_the_end(self):
        a, b = crops(2, 48, 48)
        coming = [c for c in components_of("animation") if c.base.endswith(" in")]
        coming = [c for c in coming if "slow" not in c.base]
        self.assertGreater(len(coming), 20)
        for component in coming:
            with self.subTest(component.key):
                clip = drawn(component, a, b, torch.tensor([0.02, 0.98]))

                self.assertGreater(gap(clip[0], a), 2 / 255)
                self.assertLess(gap(clip[1], a), HALF_A_LEVEL)

    def test_what_goes_out_was_there_whole_at_the_beginning(self):
        a, b = crops(2, 48, 48)
        going = [c for c in components_of("animation") if c.base.endswith(" out")]
        going = [c for c in going if " in" not in c.base and "slow" not in c.base]
        self.assertGreater(len(going), 10)
        for component in going:
            with self.subTest(component.key):
                clip = drawn(component, a, b, torch.tensor([0.02, 0.98]))

                self.assertLess(gap(clip[0], a), HALF_A_LEVEL)
                self.assertGreater(gap(clip[1], a), 2 / 255)

    def test_every_animation_moves(self):
        a, b = crops(2, 48, 48)
        for component in components_of("animation"):
            with self.subTest(component.key):
                clip = drawn(component, a, b, middles(8))

                self.assertGreater(gap(clip[1:], clip[:-1]), 1 / 255)

    def test_it_happens_in_both_slots(self):
        a, b = (each.repeat(16, 1, 1, 1) for each in crops(2, 32, 32))
        layout = Layout(frames=16, height=32, width=32)
        for component in components_of("animation"):
            if component.base in BY_CHANCE:
                continue
            with self.subTest(component.key):
                clip, both = (render(component, a, second, layout) for second in (a, b))

                self.assertLess(gap(clip[:8], clip[8:]), HALF_A_LEVEL)
                self.assertTrue(torch.equal(clip[:8], both[:8]))
                self.assertGreater(gap(both[8:], clip[8:]), 2 / 255)

    def test_the_second_slot_shows_nothing_of_the_first_material(self):
        a, b = (each.repeat(8, 1, 1, 1) for each in crops(2, 32, 32))
        layout = Layout(frames=8, height=32, width=32)
        for component in components_of("animation")[::5]:
            with self.subTest(component.key):
                one, other = (render(component, each, b, layout) for each in (a, 1 - a))

                self.assertTrue(torch.equal(one[4:], other[4:]))


class PoseTests(unittest.TestCase):
    def setUp(self):
        (picture,) = crops(1, 32, 48)
        self.stretch = Stretch(
            frames=picture.repeat(2, 1, 1, 1),
            entering=picture.repeat(2, 1, 1, 1),
            seconds=torch.tensor([0.0, 1.0]),
            progress=torch.tensor([0.0, 0.5]),
        )

    def test_a_picture_that_nothing_was_said_of_is_itself(self):
        clip = posed(self.stretch, Pose(), "black")

        self.assertLess(gap(clip, self.stretch.frames), 1e-5)

    def test_it_moves_right_by_heights(self):
        clip = posed(self.stretch, Pose(right=torch.tensor([0.0, 0.25])), "black")

        self.assertTrue((clip[1, :, :, :8] == 0).all())
        self.assertLess(
            gap(clip[1, :, :, 9:], self.stretch.frames[1, :, :, 1:-8]), 1e-5
        )

    def test_a_quarter_turn_of_a_square_is_the_picture_turned(self):
        (square,) = crops(1, 32, 32)
        frames = square[None]
        at = torch.tensor([0.0])
        stretch = Stretch(frames=frames, entering=frames, seconds=at, progress=at)

        clip = posed(stretch, Pose(turn=torch.pi / 2), "black")

        self.assertLess(gap(clip[0], square.rot90(-1, (-2, -1))), 1e-4)

    def test_the_point_it_turns_about_stays(self):
        hinged = Pose(yaw=torch.tensor([0.0, 1.2]), about=(-0.75, 0.0))

        clip = posed(self.stretch, hinged, "black")

        self.assertLess(
            gap(clip[1, :, 12:20, 0], self.stretch.frames[1, :, 12:20, 0]), 8 / 255
        )
        self.assertTrue((clip[1, :, :, -8:] == 0).all())

    def test_there_is_no_third_ground(self):
        with self.assertRaisesRegex(ValueError, "black or blurred, not green"):
            posed(self.stretch, Pose(), "green")
