import unittest

import numpy as np

from mlcore.matching.bits import to_words
from mlcore.matching.masks import pack, placed
from mlcore.matching.moving import Move, lay_over, pixel_rows, turned
from mlcore.matching.variants import (
    BOTTOM,
    CUTS,
    LEFT,
    RIGHT,
    TOP,
    Cut,
    cut_off,
    edges_touched,
)
from tests.mlcore.drawn import figure
from tests.mlcore.rows import WIDE, noise_masks


def laid(leaving, entering, scale=1.0, dx=0.0, dy=0.0):
    """One mask laid on another, begun from a move."""
    words = [to_words([pack(placed(mask))]) for mask in (leaving, entering)]
    start = (np.float32([value]) for value in (dx, dy, scale, WIDE))
    return lay_over(*words, Move(*start), np.float32([WIDE]))


class TurningTests(unittest.TestCase):
    def test_rows_and_columns_are_exchanged(self):
        masks = noise_masks(5, seed=1)
        bits = np.unpackbits(np.frombuffer(b"".join(masks), np.uint8))
        across = np.ascontiguousarray(bits.reshape(5, 64, 64).transpose(0, 2, 1))
        expected = [np.packbits(mask).tobytes() for mask in across]

        found = turned(pixel_rows(to_words(masks)))

        self.assertTrue(np.array_equal(found, pixel_rows(to_words(expected))))

    def test_the_leftmost_pixel_is_the_highest_bit(self):
        mask = np.zeros((64, 64), np.bool_)
        mask[3, 0] = mask[3, 63] = True

        rows = pixel_rows(to_words([pack(mask)]))[0]

        self.assertEqual(int(rows[3]), 2**63 + 1)
        self.assertEqual(int(rows.sum()), 2**63 + 1)


class LayingTests(unittest.TestCase):
    def test_a_mask_on_itself_stays_where_it_is(self):
        found = laid(figure(), figure())

        self.assertEqual((found.iou[0], found.shared[0]), (1.0, 1.0))
        self.assertEqual([float(v[0]) for v in found.move[:3]], [0.0, 0.0, 1.0])

    def test_a_rough_start_is_bettered(self):
        leaving = figure(centre=(0.55, 0.5), height=0.9)
        entering = figure(centre=(0.45, 0.5), height=0.75)

        found = laid(leaving, entering, scale=1.0, dx=0.05, dy=0.03)

        self.assertGreater(float(found.iou[0]), 0.8)
        self.assertAlmostEqual(float(found.move.scale[0]), 1.2, delta=0.05)
        self.assertAlmostEqual(float(found.move.dx[0]), 0.05 + 0.05 * 1.2, delta=0.02)

    def test_what_one_picture_does_not_show_does_not_count(self):
        # The same figure, the second time lowered until its legs are out of the picture.
        whole = figure(centre=(0.5, 0.5), height=0.8)
        lowered = figure(centre=(0.5, 0.9), height=0.8)

        found = laid(lowered, whole, dy=0.4 * 9 / 16)

        self.assertGreater(float(found.iou[0]), 0.9)
        self.assertLess(float(found.shared[0]), 0.85)

    def test_pictures_that_do_not_meet_share_nothing(self):
        found = laid(figure(), figure(), dx=5.0)

        self.assertEqual((found.iou[0], found.shared[0]), (0.0, 0.0))


class CutTests(unittest.TestCase):
    def test_a_line_takes_what_lies_beyond_it(self):
        mask = np.zeros((40, 60), np.float32)
        mask[10:30, 20:40] = 1.0
        sides = {
            Cut(BOTTOM, 0.75): (slice(10, 25), slice(20, 40)),
            Cut(TOP, 0.75): (slice(15, 30), slice(20, 40)),
            Cut(LEFT, 0.5): (slice(10, 30), slice(30, 40)),
            Cut(RIGHT, 0.5): (slice(10, 30), slice(20, 30)),
        }
        for cut, kept in sides.items():
            with self.subTest(cut):
                expected = np.zeros_like(mask)
                expected[kept] = 1.0
                self.assertTrue(np.array_equal(cut_off(mask, cut), expected))

    def test_nothing_cut_is_nothing(self):
        nothing = np.zeros((8, 8), np.float32)

        self.assertFalse(any(cut_off(nothing, cut).any() for cut in CUTS))

    def test_edges_that_a_figure_reaches_are_known(self):
        for centre, height, edges in (
            ((0.5, 0.5), 0.8, 0),
            ((0.5, 0.9), 0.8, BOTTOM),
            ((0.5, 0.1), 0.8, TOP),
            ((0.02, 0.5), 0.8, LEFT),
            ((0.99, 0.5), 0.8, RIGHT),
            ((0.5, 0.5), 1.4, TOP | BOTTOM),
        ):
            with self.subTest(centre=centre, height=height):
                words = to_words([pack(placed(figure(centre=centre, height=height)))])

                self.assertEqual(edges_touched(words).tolist(), [edges])


if __name__ == "__main__":
    unittest.main()
