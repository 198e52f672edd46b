"""Where each category lies in a clip, and what a clip of one component may not change."""

import unittest

import torch

from mlcore.components.catalogue import COUNTS, catalogue, component
from mlcore.components.component import CATEGORIES, Component
from mlcore.components.drawing.render import render
from mlcore.components.programs.registry import PROGRAMS, Program
from mlcore.components.stretch import Layout
from tests.mlcore.components.placed import artwork, materials

LAYOUT = Layout(frames=16, height=24, width=32)
DARK = torch.full((16, 3, 24, 32), 0.2)
LIGHT = torch.full((16, 3, 24, 32), 0.8)


def of(category, draw):
    """Clip of a program that draws as it is told, named for one test only."""
    one = Program(category, "told", draw, ({},))
    PROGRAMS[category, "told"] = one
    try:
        return render(one.component(0), DARK, LIGHT, LAYOUT)
    finally:
        del PROGRAMS[category, "told"]


class RenderTests(unittest.TestCase):
    def test_without_a_component_it_is_a_plain_cut_in_the_middle(self):
        plain = render(None, DARK, LIGHT, LAYOUT)

        self.assertTrue(torch.equal(plain[:8], DARK[:8]))
        self.assertTrue(torch.equal(plain[8:], LIGHT[8:]))

    def test_a_transition_takes_the_middle_half_and_nothing_else(self):
        clip = of("transition", lambda over: torch.zeros_like(over.frames))

        self.assertTrue(torch.equal(clip[:4], DARK[:4]))
        self.assertTrue(torch.equal(clip[12:], LIGHT[12:]))
        self.assertEqual(float(clip[4:12].abs().max()), 0)

    def test_a_transition_sees_both_materials_and_its_own_progress(self):
        seen = []
        of("transition", lambda over: seen.append(over) or over.frames)
        (over,) = seen

        self.assertTrue(torch.equal(over.frames, DARK[:8]))
        self.assertTrue(torch.equal(over.entering, LIGHT[:8]))
        self.assertAlmostEqual(float(over.progress[0]), 1 / 16)
        self.assertAlmostEqual(float(over.progress[-1]), 15 / 16)

    def test_an_animation_begins_anew_in_each_slot_and_an_effect_goes_on(self):
        seen = {}
        for category in ("animation", "effect"):
            of(category, lambda over, at=category: seen.setdefault(at, over).frames)

        slots = seen["animation"].progress
        self.assertTrue(torch.allclose(slots[:8], slots[8:]))
        self.assertTrue(bool((seen["effect"].progress.diff() > 0).all()))

    def test_what_a_program_overdoes_is_held_between_black_and_white(self):
        clip = of("filter", lambda over: over.frames * 9 - 3)

        self.assertEqual((float(clip.min()), float(clip.max())), (0, 1))

    def test_materials_of_another_shape_are_refused_with_both_shapes(self):
        with self.assertRaisesRegex(ValueError, r"\(16, 3, 24, 32\), got \(8, 3"):
            render(None, DARK[:8], LIGHT, LAYOUT)


class CatalogueTests(unittest.TestCase):
    def test_it_has_as_many_of_each_category_as_the_source(self):
        counts = dict.fromkeys(CATEGORIES, 0)
        for each in catalogue():
            counts[each.category] += 1

        self.assertEqual(counts, COUNTS)
        self.assertEqual(sum(counts.values()), 3094)

    def test_it_has_the_bases_that_were_asked_for(self):
        bases = {name: set() for name in CATEGORIES}
        for each in catalogue():
            bases[each.category].add(each.base)

        least = {"effect": 100, "transition": 100, "filter": 100, "animation": 60}
        for name, count in {**least, "sticker": 500, "text": 50}.items():
            with self.subTest(category=name):
                self.assertGreaterEqual(len(bases[name]), count)

    def test_a_key_leads_to_its_component_and_no_two_have_one(self):
        keys = {each.key for each in catalogue()}

        self.assertEqual(len(keys), 3094)
        self.assertIsInstance(component("text/lobster/0"), Component)
        with self.assertRaises(KeyError):
            component("text/lobster/99")

    def test_some_of_every_category_draw_on_real_materials_and_change_them(self):
        layout = Layout(frames=8, height=36, width=48)
        pair = materials().pair("test", 1, layout)
        plain = render(None, *pair, layout)
        for each in catalogue()[::61]:
            with self.subTest(component=each.key):
                drawn = render(each, *pair, layout, artwork=artwork())
                self.assertEqual(drawn.shape, plain.shape)
                self.assertGreater(float((drawn - plain).abs().mean()) * 255, 0.3)
