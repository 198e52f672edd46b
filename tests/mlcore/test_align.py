import math
import unittest

import cv2
import numpy as np

from mlcore.matching.align import FARTHEST_TURN, Alignment, align
from mlcore.matching.masks import centred, iou, placed
from mlcore.matching.reposition import MOST, Source, reposition
from tests.mlcore.drawn import figure

SIZE = (360, 640)
HD = Source(width=1920, height=1080, aspect=16 / 9)
UHD = Source(width=3840, height=2160, aspect=16 / 9)


def turned(mask, degrees):
    """A drawn mask turned clockwise about the middle of the picture."""
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    return cv2.warpAffine(mask.astype(np.float32), matrix, (width, height)) >= 0.5


def moved(scale=1.0, dx=0.0, dy=0.0, rotation=0.0):
    return Alignment(
        scale=scale, dx=dx, dy=dy, rotation=rotation,
        mirror=False, iou_before=0.0, iou_after=1.0,
    )  # fmt: skip


class AlignTests(unittest.TestCase):
    def test_masks_that_meet_as_they_stand_are_not_moved(self):
        mask = placed(figure((90, 160)))

        found = align(mask, mask)

        self.assertEqual((found.scale, found.dx, found.dy), (1.0, 0.0, 0.0))
        self.assertEqual((found.iou_before, found.iou_after), (1.0, 1.0))

    def test_a_known_scale_and_place_are_found_again(self):
        leaving = figure(SIZE, centre=(0.6, 0.5), height=0.8)
        entering = figure(SIZE, centre=(0.4, 0.55), height=0.6)

        found = align(placed(leaving), placed(entering))

        scale = 0.8 / 0.6
        self.assertAlmostEqual(found.scale, scale, delta=0.03)
        self.assertAlmostEqual(found.dx, 0.1 + 0.1 * scale, delta=0.01)
        self.assertAlmostEqual(found.dy, -0.05 * scale * 9 / 16, delta=0.01)
        self.assertEqual((found.rotation, found.mirror), (0.0, False))

    def test_the_same_pose_elsewhere_overlaps_little_before_and_wholly_after(self):
        leaving = figure(SIZE, centre=(0.52, 0.5), height=0.95, lean=0.1)
        entering = figure(SIZE, centre=(0.46, 0.55), height=0.8, lean=0.1)

        found = align(placed(leaving), placed(entering))

        self.assertLess(found.iou_before, 0.4)
        self.assertGreater(found.iou_after, 0.85)
        shapes = centred(leaving, 16 / 9), centred(entering, 16 / 9)
        self.assertGreater(iou(*shapes), 0.85)

    def test_a_waist_shot_is_laid_on_the_whole_figure(self):
        waist = figure(SIZE, centre=(0.5, 0.9), height=1.2)
        whole = figure(SIZE, centre=(0.4, 0.5), height=0.8)

        found = align(placed(waist), placed(whole))

        self.assertAlmostEqual(found.scale, 1.5, delta=0.06)
        self.assertAlmostEqual(found.dy, 0.4 * 9 / 16, delta=0.02)
        self.assertGreater(found.iou_after, 0.85)

    def test_a_known_turn_is_found_if_asked_for(self):
        upright = figure(SIZE, height=0.8)
        leaning = turned(upright, 8.0)

        found = align(placed(leaning), placed(upright), turn=True)
        without = align(placed(leaning), placed(upright))

        self.assertAlmostEqual(found.rotation, 8.0, delta=1.0)
        self.assertEqual(without.rotation, 0.0)
        self.assertGreater(found.iou_after, without.iou_after + 0.05)

    def test_nothing_is_turned_too_far_or_for_nothing(self):
        upright = figure(SIZE, height=0.8)
        far = align(placed(turned(upright, 50.0)), placed(upright), turn=True)
        same = align(placed(upright), placed(upright), turn=True)

        self.assertLessEqual(abs(far.rotation), FARTHEST_TURN + 1e-9)
        self.assertEqual((same.rotation, same.scale), (0.0, 1.0))

    def test_a_mirrored_pose_is_mirrored_if_asked_for(self):
        leans = figure(SIZE, centre=(0.4, 0.5), height=0.7, lean=0.4)
        other_way = np.ascontiguousarray(leans[:, ::-1])

        found = align(placed(other_way), placed(leans), mirror=True)
        plain = align(placed(other_way), placed(leans))

        self.assertTrue(found.mirror)
        self.assertGreater(found.iou_after, 0.95)
        self.assertFalse(plain.mirror)
        self.assertFalse(align(placed(leans), placed(leans), mirror=True).mirror)

    def test_pictures_of_other_proportions_meet_in_square_pixels(self):
        wide = figure((268, 640), centre=(0.5, 0.5), height=0.8)
        tall = figure((360, 640), centre=(0.5, 0.5), height=0.8)

        found = align(placed(wide), placed(tall), (640 / 268, 640 / 360))

        self.assertAlmostEqual(found.scale, 268 / 360, delta=0.03)
        self.assertAlmostEqual(found.dx, 0.0, delta=0.01)

    def test_without_a_subject_there_is_no_move(self):
        nothing = np.zeros((64, 64), np.bool_)

        self.assertIsNone(align(placed(figure()), nothing))


class RepositionTests(unittest.TestCase):
    def test_standing_still_costs_nothing(self):
        found = reposition(moved(), HD, HD, 1080)

        self.assertEqual((found.zoom, found.coverage, found.fits), (1.0, 1.0, True))
        self.assertEqual(found.reason, "")

    def test_the_smaller_side_is_enlarged(self):
        larger, smaller = moved(scale=1.1), moved(scale=0.9)

        self.assertAlmostEqual(reposition(larger, HD, HD, 1080).entering.scale, 1.1)
        other = reposition(smaller, HD, HD, 1080)
        self.assertAlmostEqual(other.leaving.scale, 1 / 0.9)
        self.assertAlmostEqual(other.entering.scale, 1.0)

    def test_a_shift_is_split_over_both_sides_and_no_edge_is_bare(self):
        found = reposition(moved(dx=0.1), HD, HD, 1080)

        # 1 + 2 * .1 on one side alone; 1 / (1 - .1) where both move.
        self.assertAlmostEqual(found.zoom, 1 / 0.9)
        self.assertAlmostEqual(found.coverage, 0.9, places=5)
        for alignment in (
            moved(1.15, 0.06, -0.05),
            moved(0.8, -0.1, 0.02),
            moved(dx=0.1),
        ):
            found = reposition(alignment, HD, HD, 1080)
            for side in (found.leaving, found.entering):
                self.assertGreaterEqual(side.scale + 1e-9, 1 + 2 * abs(side.dx))
                self.assertGreaterEqual(
                    side.scale + 1e-9, 1 + 2 * abs(side.dy) * 16 / 9
                )
            # The masks still meet: one place, seen from both sides.
            ratio = found.entering.scale / found.leaving.scale
            self.assertAlmostEqual(ratio, alignment.scale)
            gap = found.entering.dx - found.leaving.dx
            self.assertAlmostEqual(gap, found.leaving.scale * alignment.dx)

    def test_what_exceeds_the_budget_is_refused_with_a_sentence(self):
        much = moved(scale=1.3, dx=0.1)

        refused = reposition(much, HD, HD, 1080)

        self.assertFalse(refused.fits)
        self.assertEqual(
            refused.reason,
            f"It needs a zoom of {refused.zoom:.2f}, and the entering source of 1920x1080 "
            "allows 1.20 in a delivery of 1080 lines.",
        )
        self.assertTrue(reposition(much, UHD, UHD, 1080).fits)

    def test_the_budget_follows_the_source_and_the_delivery(self):
        self.assertAlmostEqual(HD.budget(1080), 1.2)
        self.assertAlmostEqual(UHD.budget(1080), 2.4)
        self.assertAlmostEqual(UHD.budget(2160), 1.2)
        small = Source(width=640, height=360, aspect=16 / 9)
        self.assertAlmostEqual(small.budget(1080), 1.2)
        # One side may have more room than the other.
        self.assertTrue(reposition(moved(scale=1.5), HD, UHD, 1080).fits)
        self.assertFalse(reposition(moved(scale=1.5), UHD, HD, 1080).fits)

    def test_a_turn_needs_room_for_its_corners(self):
        found = reposition(moved(rotation=5.0), HD, HD, 1080)

        angle = math.radians(5.0)
        tilt = math.cos(angle) + 16 / 9 * math.sin(angle)
        self.assertAlmostEqual(found.entering.scale, tilt)

    def test_pictures_past_one_another_are_refused(self):
        found = reposition(moved(dx=1.2), HD, HD, 1080)

        self.assertFalse(found.fits)
        self.assertEqual((found.zoom, found.coverage), (MOST, 0.0))
        self.assertIn("no zoom fills the frame", found.reason)


if __name__ == "__main__":
    unittest.main()
