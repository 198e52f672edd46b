"""Pictures as they are looked at."""

import unittest

import numpy as np

from pipelines.stills import middle_square


class MiddleTests(unittest.TestCase):
    def test_a_wide_picture_loses_its_sides_and_a_tall_one_its_ends(self):
        wide = np.zeros((4, 9, 3), np.uint8)
        wide[:, 2:6] = 7
        tall = wide.transpose(1, 0, 2)

        for picture in (wide, tall):
            found = middle_square(picture, 4)
            self.assertEqual(found.shape, (4, 4, 3))
            self.assertTrue((found == 7).all())

    def test_a_square_one_stays(self):
        square = np.arange(27, dtype=np.uint8).reshape(3, 3, 3)

        self.assertTrue((middle_square(square, 3) == square).all())
