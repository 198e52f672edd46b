"""Stickers lie where their preset says, move as it says, and need their picture."""

import unittest
from dataclasses import replace

import torch

from mlcore.components.artwork import ArtworkError
from mlcore.components.catalogue import components_of
from mlcore.components.component import Component
from mlcore.components.drawing.render import render
from mlcore.components.index import PICTURES
from mlcore.components.programs.stickers import MOTIONS, PLACES
from mlcore.components.stretch import Layout
from tests.mlcore.components.placed import artwork

LAYOUT = Layout(frames=16, height=64, width=96)
GREY = torch.full((16, 3, 64, 96), 0.5)


def sticker(picture="fire", motion="still", place="centre", size=0.46):
    settings = {"motion": motion, "place": place, "size": size}
    return Component("sticker", picture, 0, settings)


def drawn(component, clip=0, layout=LAYOUT, ground=GREY):
    return render(component, ground, ground, layout, clip=clip, artwork=artwork())


def middle(frame, ground=0.5):
    """Where the sticker is in one frame, shares of width and height."""
    touched = (frame - ground).abs().amax(0)
    x = torch.linspace(0, 1, touched.shape[1])
    y = torch.linspace(0, 1, touched.shape[0])
    whole = touched.sum()
    return float((touched.sum(0) * x).sum() / whole), float(
        (touched.sum(1) * y).sum() / whole
    )


class StickerTests(unittest.TestCase):
    def test_a_thousand_come_of_five_hundred_pictures(self):
        every = components_of("sticker")

        self.assertEqual(len(every), 1000)
        self.assertEqual(len({each.base for each in every}), 500)

    def test_both_presets_of_a_picture_differ_in_motion_place_and_size(self):
        every = components_of("sticker")
        for first, second in zip(every[:500], every[500:], strict=True):
            self.assertEqual(first.base, second.base)
            for name in ("motion", "place", "size"):
                self.assertNotEqual(first.settings[name], second.settings[name])

    def test_every_place_is_where_its_name_says(self):
        for place, (x, y) in PLACES.items():
            with self.subTest(place=place):
                found = middle(drawn(sticker(place=place))[0])
                self.assertAlmostEqual(found[0], x, delta=0.08)
                self.assertAlmostEqual(found[1], y, delta=0.08)

    def test_a_still_one_stays_and_every_other_motion_moves(self):
        for motion in MOTIONS:
            with self.subTest(motion=motion):
                frames = drawn(sticker(motion=motion))
                change = (frames[1:] - frames[:-1]).abs().amax()
                self.assertEqual(float(change) > 0.1, motion != "still")

    def test_it_is_seen_in_both_slots(self):
        for motion in MOTIONS:
            frames = drawn(sticker(motion=motion))
            for slot in (frames[:8], frames[8:]):
                with self.subTest(motion=motion):
                    self.assertGreater(float((slot - GREY[:8]).abs().amax()), 0.2)

    def test_the_place_differs_a_little_from_clip_to_clip(self):
        places = [middle(drawn(sticker(), clip)[0]) for clip in range(6)]

        self.assertEqual(len(set(places)), 6)
        self.assertTrue(all(abs(x - 0.5) < 0.08 for x, _ in places))

    def test_the_same_clip_is_the_same_to_the_bit(self):
        self.assertTrue(torch.equal(drawn(sticker(), 3), drawn(sticker(), 3)))

    def test_its_share_of_the_picture_is_the_same_in_any_size(self):
        large = Layout(frames=16, height=192, width=288)
        ground = torch.full((16, 3, 192, 288), 0.5)
        shares = [
            float(((frames - 0.5).abs().amax(1) > 0.02).float().mean())
            for frames in (drawn(sticker()), drawn(sticker(), 0, large, ground))
        ]

        self.assertAlmostEqual(shares[0], shares[1], delta=0.03)

    def test_outside_the_sticker_the_material_is_untouched(self):
        frames = drawn(sticker(place="upper left", size=0.28))

        self.assertTrue(torch.equal(frames[:, :, 40:, 60:], GREY[:, :, 40:, 60:]))

    def test_without_artwork_the_error_names_the_file_and_the_sticker(self):
        with self.assertRaisesRegex(ArtworkError, "fire.*artwork.safetensors"):
            render(sticker(), GREY, GREY, LAYOUT)

    def test_an_artwork_without_the_picture_is_said_with_its_name(self):
        few = replace(artwork(), stickers=artwork().stickers[:10])
        with self.assertRaisesRegex(ArtworkError, f"no sticker {PICTURES[400]}"):
            render(sticker(PICTURES[400]), GREY, GREY, LAYOUT, artwork=few)
