"""Transitions: each begins with the leaving picture and ends with the entering one."""

import unittest

import torch

from mlcore.components.component import Component
from mlcore.components.drawing.render import render
from mlcore.components.programs.registry import PROGRAMS, by_base, spread
from mlcore.components.stretch import Layout
from tests.mlcore.components.crops import crops
from tests.mlcore.components.properties import (
    ProgramProperties,
    components_of,
    drawn,
    gap,
    middles,
)

HALF_A_LEVEL = 0.5 / 255
SUDDEN = 25 / 255
"""Half of what lies between the two crops: more at once is the wrong picture."""


class TransitionTests(ProgramProperties, unittest.TestCase):
    category = "transition"
    fine = frozenset(
        {
            *("blinds upright", "blinds level", "blinds slanted", "contour lines"),
            *(
                "melt",
                "ripples of rings",
                "bit crush",
                "lost tracking",
                "block shuffle",
            ),
            *("random bars upright", "line tearing", "honeycomb glass"),
        }
    )

    def test_there_are_as_many_as_in_the_source_of_at_least_a_hundred_bases(self):
        components_of("transition")
        bases = [each for each in PROGRAMS.values() if each.category == "transition"]

        self.assertEqual(len({c.key for c in spread(bases, 204)}), 204)
        self.assertGreaterEqual(len(bases), 100)
        self.assertTrue(
            all(len(c) >= 2 for c in by_base(components_of("transition")).values())
        )

    def test_each_begins_with_the_leaving_and_ends_with_the_entering_picture(self):
        a, b = crops(2, 48, 48)
        for component in components_of("transition"):
            with self.subTest(component.key):
                clip = drawn(component, a, b, torch.tensor([0.0, 0.5, 1.0]))

                self.assertLess(gap(clip[0], a), HALF_A_LEVEL)
                self.assertLess(gap(clip[-1], b), HALF_A_LEVEL)

    def test_none_jumps_as_it_begins_or_ends(self):
        a, b = crops(2, 48, 48)
        self.assertGreater(gap(a, b), 2 * SUDDEN)
        for component in components_of("transition"):
            with self.subTest(component.key):
                clip = drawn(component, a, b, torch.tensor([0.004, 0.5, 0.996]))

                self.assertLess(gap(clip[0], a), SUDDEN)
                self.assertLess(gap(clip[-1], b), SUDDEN)

    def test_none_is_a_plain_cut(self):
        a, b = crops(2, 48, 48)
        for component in components_of("transition"):
            if component.base == "strobe cut":  # nothing but cuts, though several
                continue
            with self.subTest(component.key):
                clip = drawn(component, a, b, middles(8))
                from_a, from_b = ((clip - x).abs().mean((1, 2, 3)) for x in (a, b))
                self.assertGreater(float(torch.minimum(from_a, from_b).mean()), 2 / 255)

    def test_outside_the_middle_half_of_a_clip_the_materials_are_untouched(self):
        a, b = (each.repeat(16, 1, 1, 1) for each in crops(2, 32, 32))
        layout = Layout(frames=16, height=32, width=32)
        for component in components_of("transition")[::7]:
            with self.subTest(component.key):
                clip = render(component, a, b, layout)

                self.assertTrue(torch.equal(clip[:4], a[:4]))
                self.assertTrue(torch.equal(clip[12:], b[12:]))

    def test_a_wipe_to_the_left_and_one_to_the_right_mirror_each_other(self):
        a, b = crops(2, 32, 32)
        for base in ("wipe", "push", "slide over", "whip pan"):
            left, right = (
                next(
                    c for c in components_of("transition") if c.base == f"{base} {way}"
                )
                for way in ("left", "right")
            )
            with self.subTest(base):
                straight = drawn(left, a, b, middles(4))
                mirrored = drawn(right, a.flip(-1), b.flip(-1), middles(4)).flip(-1)

                self.assertLess(gap(straight, mirrored), 1 / 255)

    def test_chance_differs_from_clip_to_clip_and_is_repeated_by_its_number(self):
        a, b = (each.repeat(8, 1, 1, 1) for each in crops(2, 32, 32))
        layout = Layout(frames=8, height=32, width=32)
        blocks = Component("transition", "random blocks", 0, {"rows": 8})

        first, again, other = (render(blocks, a, b, layout, clip=n) for n in (0, 0, 1))

        self.assertTrue(torch.equal(first, again))
        self.assertGreater(gap(first[3:5], other[3:5]), 2 / 255)
