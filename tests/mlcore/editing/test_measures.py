import unittest

import torch

from mlcore.editing.measures import (
    coloured,
    flicker,
    iou,
    measured,
    psnr,
    recall,
    seen_as,
    track_error,
)
from mlcore.editing.world import EditingWorld
from tests.mlcore.editing.small import chance, tiny

WORLD = EditingWorld(size=32)


class MeasureTests(unittest.TestCase):
    def setUp(self):
        self.source = WORLD.draw(1, 6, chance(2))
        others = WORLD.other_things(self.source.things, chance(3))
        self.wanted = WORLD.with_others(self.source, others, chance(4))

    def test_a_perfect_edit_is_perfect(self):
        found = measured(self.wanted.frames[0], self.source, self.wanted)
        self.assertGreater(found["background_psnr"], 40)
        self.assertEqual(found["colour_error"], 0)
        self.assertGreater(found["shape_iou"], 0.9)
        self.assertLess(found["track_error"], 0.05)
        self.assertLess(found["flicker"], 0.02)

    def test_no_edit_keeps_the_ground_and_misses_the_target(self):
        found = measured(self.source.frames[0], self.source, self.wanted)
        self.assertEqual(found["background_psnr"], 100)
        self.assertGreater(found["colour_error"], 0.1)
        self.assertLess(found["shape_iou"], 0.1)

    def test_flicker_is_what_the_thing_changes_by_as_it_goes(self):
        noise = 0.1 * torch.randn(6, 3, 1, 1, generator=chance())
        still = flicker(self.wanted.frames[0], self.wanted)
        shaking = flicker(self.wanted.frames[0] + noise, self.wanted)
        self.assertGreater(shaking, still + 0.05)

    def test_a_thing_elsewhere_is_off_its_track(self):
        found = coloured(self.wanted.frames[0], self.source, self.wanted)
        aside = torch.roll(found, 5, dims=2)
        by = 5 / 32 / (2 * float(self.wanted.things.tall[0]))
        self.assertAlmostEqual(track_error(aside, self.wanted), by, delta=0.06)
        self.assertEqual(track_error(torch.zeros_like(found), self.wanted), 1)

    def test_decibels_overlap_and_recall_by_hand(self):
        one = torch.zeros(1, 3, 2, 2)
        self.assertAlmostEqual(psnr(one, one + 0.1), 20, places=4)
        where = torch.tensor([[[True, False], [False, False]]])
        two = one.clone()
        two[0, :, 1, 1] = 1
        self.assertEqual(psnr(one, two, where), 100)
        a, b = torch.tensor([1, 1, 0, 0]).bool(), torch.tensor([0, 1, 1, 0]).bool()
        self.assertAlmostEqual(iou(a, b), 1 / 3)
        self.assertEqual(recall(a, b), 0.5)
        self.assertEqual(iou(a & ~a, b & ~b), 1)

    def test_frames_that_are_the_same_are_as_alike_as_can_be(self):
        eyes = tiny(inflated=False).eyes
        frames = self.source.frames[0][:1].expand(3, -1, -1, -1)
        found = seen_as(eyes, frames, "a red disc", "a blue cross")
        self.assertAlmostEqual(found["consistency"], 1, places=5)
        self.assertIn(found["frame_accuracy"], (0, 1))
