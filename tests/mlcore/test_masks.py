import unittest

import cv2
import numpy as np

from mlcore.matching.masks import (
    CENTRED_SIZE,
    MASK_SIDE,
    area,
    centred,
    from_bit_string,
    iou,
    pack,
    placed,
    to_bit_string,
    unpack,
)
from tests.mlcore.drawn import bust, figure

WIDE = 16 / 9


def box(top, left, height, width, size=(180, 320)):
    mask = np.zeros(size, np.bool_)
    mask[top : top + height, left : left + width] = True
    return mask


class PlacedTests(unittest.TestCase):
    def test_a_quarter_of_the_picture_is_a_quarter_of_the_bits(self):
        found = placed(box(0, 160, 90, 160))

        self.assertEqual(found.shape, (64, 64))
        self.assertTrue(found[:32, 32:].all())
        self.assertEqual(np.count_nonzero(found), 32 * 32)

    def test_size_and_aspect_of_the_mask_do_not_matter(self):
        small = figure((90, 160))
        for size in ((360, 640), (256, 256), (72, 300)):
            other = cv2.resize(small.astype(np.float32), size[::-1]) >= 0.5
            with self.subTest(size=size):
                self.assertGreater(iou(placed(small), placed(other)), 0.9)

    def test_coverage_counts_from_a_half(self):
        soft = np.full((100, 100), 0.4, np.float32)
        soft[20:60, 20:60] = 0.6

        self.assertAlmostEqual(area(placed(soft)), 0.4 * 0.4, delta=0.01)

    def test_masks_under_2_and_over_85_per_cent_are_none(self):
        for share, there in (
            (0.019, False),
            (0.021, True),
            (0.849, True),
            (0.851, False),
        ):
            rows = round(share * 1000)
            mask = np.zeros((1000, 100), np.bool_)
            mask[:rows] = True
            with self.subTest(share=share):
                self.assertEqual(placed(mask) is not None, there)
                self.assertEqual(centred(mask, WIDE) is not None, there)


class CentredTests(unittest.TestCase):
    def test_a_shape_is_the_same_wherever_it_stands_and_however_large(self):
        here = centred(bust(centre=(0.5, 0.5), height=0.5), WIDE)
        for centre, height in (((0.25, 0.4), 0.4), ((0.7, 0.55), 0.6)):
            there = centred(bust(centre=centre, height=height), WIDE)
            with self.subTest(centre):
                self.assertGreater(iou(here, there), 0.9)

    def test_it_is_normalised_in_square_pixels(self):
        square = box(40, 60, 100, 100)
        squeezed = cv2.resize(square.astype(np.float32), (180, 180)) >= 0.5

        found = centred(squeezed, WIDE)

        rows, columns = np.nonzero(found)
        self.assertEqual(np.ptp(rows), np.ptp(columns))
        self.assertGreater(iou(found, centred(square, WIDE)), 0.95)

    def test_centroid_and_area_are_in_the_middle_and_22_pixels(self):
        found = centred(box(10, 10, 60, 90), WIDE)

        rows, columns = np.nonzero(found)
        self.assertAlmostEqual(rows.mean() + 0.5, MASK_SIDE / 2, delta=0.3)
        self.assertAlmostEqual(columns.mean() + 0.5, MASK_SIDE / 2, delta=0.3)
        self.assertAlmostEqual(np.sqrt(found.sum()), CENTRED_SIZE, delta=0.5)

    def test_unlike_shapes_stay_unlike(self):
        person = centred(figure(), WIDE)

        self.assertLess(iou(person, centred(bust(), WIDE)), 0.75)
        self.assertLess(iou(person, centred(box(60, 20, 30, 200), WIDE)), 0.4)

    def test_an_aspect_without_sense_is_refused(self):
        for aspect in (0.0, -1.0, 100.0):
            with self.subTest(aspect), self.assertRaisesRegex(ValueError, "aspect"):
                centred(figure(), aspect)


class IouTests(unittest.TestCase):
    def test_by_hand(self):
        a, b = box(0, 0, 2, 2, (4, 4)), box(1, 0, 2, 2, (4, 4))

        self.assertAlmostEqual(iou(a, b), 2 / 6)
        self.assertEqual(iou(a, a), 1.0)
        self.assertEqual(iou(a, box(3, 3, 1, 1, (4, 4))), 0.0)

    def test_two_empty_masks_share_nothing(self):
        empty = np.zeros((4, 4), np.bool_)

        self.assertEqual(iou(empty, empty), 0.0)

    def test_masks_of_different_shape_are_refused(self):
        with self.assertRaisesRegex(ValueError, "one shape"):
            iou(np.zeros((4, 4), np.bool_), np.zeros((5, 4), np.bool_))


class PackingTests(unittest.TestCase):
    def test_there_and_back(self):
        mask = placed(figure())

        self.assertTrue(np.array_equal(unpack(pack(mask)), mask))
        self.assertEqual(from_bit_string(to_bit_string(pack(mask))), pack(mask))

    def test_the_first_pixel_is_the_highest_bit_and_the_first_character(self):
        mask = np.zeros((64, 64), np.bool_)
        mask[0, 0] = mask[0, 9] = True

        self.assertEqual(pack(mask)[:2], b"\x80\x40")
        self.assertEqual(to_bit_string(pack(mask))[:12], "100000000100")
        self.assertEqual(len(to_bit_string(pack(mask))), 4096)

    def test_anything_else_is_refused(self):
        with self.assertRaises(ValueError):
            pack(np.zeros((64, 64), np.uint8))
        with self.assertRaises(ValueError):
            pack(np.zeros((32, 64), np.bool_))
        with self.assertRaises(ValueError):
            unpack(b"\x00" * 511)
        with self.assertRaises(ValueError):
            from_bit_string("2" * 4096)
        with self.assertRaises(ValueError):
            placed(np.zeros((4, 4, 3), np.bool_))


if __name__ == "__main__":
    unittest.main()
