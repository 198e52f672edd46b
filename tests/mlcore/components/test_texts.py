"""Texts say something else in every clip, and look as their style says."""

import unittest
from dataclasses import replace

import torch

from mlcore.components.artwork import ArtworkError
from mlcore.components.catalogue import components_of
from mlcore.components.component import Component
from mlcore.components.drawing.render import render
from mlcore.components.index import CHARACTERS, TYPEFACES
from mlcore.components.programs.decorations import COLOURS, DECORATIONS
from mlcore.components.programs.lettering import strip
from mlcore.components.programs.texts import ENTRANCES, LAYOUTS
from mlcore.components.programs.words import phrase
from mlcore.components.stretch import Layout
from tests.mlcore.components.placed import artwork

LAYOUT = Layout(frames=16, height=64, width=96)
GREY = torch.full((16, 3, 64, 96), 0.5)
STYLE = {
    "layout": "title",
    "decoration": "plain",
    "entrance": "still",
    "fill": "yellow",
    "second": "navy",
    "case": "upper",
    "size": 1.0,
}


def text(typeface="anton", **changed):
    return Component("text", typeface, 0, {**STYLE, **changed})


def drawn(component, clip=0):
    return render(component, GREY, GREY, LAYOUT, clip=clip, artwork=artwork())


def touched(frames):
    return (frames - 0.5).abs().amax(1) > 0.02


class TextTests(unittest.TestCase):
    def test_598_come_of_64_typefaces(self):
        every = components_of("text")

        self.assertEqual(len(every), 598)
        self.assertEqual({each.base for each in every}, set(TYPEFACES))

    def test_no_two_styles_of_a_typeface_are_one(self):
        for typeface in TYPEFACES:
            styles = [
                tuple(sorted(each.settings.items()))
                for each in components_of("text")
                if each.base == typeface
            ]
            self.assertEqual(len(set(styles)), len(styles))

    def test_words_differ_from_clip_to_clip_and_are_the_same_in_one(self):
        one, again, other = (drawn(text(), clip) for clip in (0, 0, 1))

        self.assertTrue(torch.equal(one, again))
        self.assertFalse(torch.equal(one, other))

    def test_made_up_words_are_words_that_every_typeface_can_write(self):
        chance = torch.Generator().manual_seed(0)
        words = phrase(400, chance)

        self.assertGreater(len(set(words)), 350)
        for word in words:
            self.assertTrue(2 <= len(word) <= 12 and set(word) <= set(CHARACTERS))

    def test_every_typeface_draws_every_character(self):
        for typeface in TYPEFACES:
            for character in CHARACTERS:
                ink = artwork().letter(typeface, character).coverage
                # A hairline's hyphen is less than a pixel thick.
                self.assertGreater(int(ink.max()), 60, (typeface, character))

    def test_typefaces_draw_one_word_in_64_ways(self):
        looks = {
            strip(artwork(), each, "Hamburg")[0].numpy().tobytes() for each in TYPEFACES
        }

        self.assertEqual(len(looks), 64)

    def test_a_lower_third_is_low_and_a_headline_high(self):
        for layout, low in (
            ("lower third", True),
            ("caption", True),
            ("headline", False),
        ):
            rows = touched(drawn(text(layout=layout)))[0].float().sum(1)
            height = float((rows * torch.arange(64)).sum() / rows.sum()) / 64
            with self.subTest(layout=layout):
                self.assertEqual(height > 0.6, low)

    def test_the_fill_is_the_colour_that_is_named(self):
        for fill, colour in COLOURS.items():
            frame = drawn(text(fill=fill, layout="one word"))[0]
            ink = torch.tensor(colour)[:, None, None]
            alike = (frame - ink).abs().amax(0) < 0.02
            with self.subTest(fill=fill):
                self.assertGreater(float(alike.float().mean()), 0.02)

    def test_every_decoration_and_entrance_and_layout_draws_differently(self):
        for name, choices in (
            ("decoration", tuple(DECORATIONS)),
            ("entrance", ENTRANCES),
            ("layout", tuple(LAYOUTS)),
        ):
            clips = [drawn(text(**{name: choice})) for choice in choices]
            for number, one in enumerate(clips):
                for other, choice in zip(clips[:number], choices, strict=False):
                    difference = float((one - other).abs().mean()) * 255
                    with self.subTest(one=choices[number], other=choice):
                        self.assertGreater(difference, 0.5)

    def test_typed_letters_come_one_after_the_other(self):
        ink = touched(drawn(text(entrance="typed"))).float().sum((1, 2))

        self.assertTrue(bool((ink[1:] >= ink[:-1]).all()))
        self.assertLess(float(ink[0]), 0.3 * float(ink[-1]))
        self.assertEqual(len(set(ink[10:].tolist())), 1)

    def test_a_long_line_is_made_narrower_rather_than_cut_off(self):
        for clip in range(8):
            frame = touched(
                drawn(text(layout="caption", typeface="press start 2p"), clip)
            )
            self.assertFalse(bool(frame[0, :, 0].any() or frame[0, :, -1].any()))

    def test_without_artwork_the_error_names_the_file_and_the_typeface(self):
        with self.assertRaisesRegex(ArtworkError, "anton.*artwork.safetensors"):
            render(text(), GREY, GREY, LAYOUT)

    def test_an_artwork_without_the_typeface_is_said_with_its_name(self):
        few = replace(artwork(), spans=artwork().spans[:3])
        with self.assertRaisesRegex(ArtworkError, "no typeface zilla slab"):
            render(text("zilla slab"), GREY, GREY, LAYOUT, artwork=few)
