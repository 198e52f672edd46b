import unittest
from fractions import Fraction
from functools import partial

import numpy as np

from mlcore.matching.kinds import FRAME, MOTION
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from mlcore.matching.offsets import matched_subjects, score_offsets
from mlcore.matching.segmenters import Silhouette
from tests.mlcore.drawn import bust, figure


def moment(*masks, flow=(), subject="person"):
    """A moment with these silhouettes, and this flow (right, down) in each of its frames."""
    picture = np.zeros((180, 320, 3), np.uint8)
    field = np.zeros((len(flow), 9, 16, 2), np.float16)
    for frame, step in enumerate(flow):
        field[frame] = step
    return Observation(
        slot=Slot.TAIL,
        rate=Fraction(25),
        aspect=16 / 9,
        picture=picture,
        subjects=tuple(
            Silhouette(mask.astype(np.float32), subject, 1.0) for mask in masks
        ),
        appearance=np.zeros(0, np.float32),
        flow=field,
        stretch=partial(np.expand_dims, picture, 0),
        sound=None,
    )


class OffsetTests(unittest.TestCase):
    def test_the_peak_is_where_a_walker_reaches_the_one_who_waits(self):
        leaving = [moment(figure(centre=(0.3 + 0.02 * n, 0.55))) for n in range(10)]
        entering = [moment(figure(centre=(0.42, 0.55)))] * 4

        grid = score_offsets(FRAME, leaving, entering)

        self.assertEqual(grid.scores.shape, (10, 4))
        self.assertEqual(grid.peak((9, 0)), (6, 0))
        self.assertEqual(grid.peak((0, 3)), (6, 3))
        self.assertGreater(float(grid.scores[6, 0]), 0.95)

    def test_every_score_is_made_of_its_parts(self):
        sides = [
            [moment(figure(centre=(0.1 + 0.1 * n, 0.7))) for n in range(5)],
            [moment(bust(centre=(0.5, 0.5)), figure(centre=(0.4, 0.5))), moment()],
        ]

        grid = score_offsets(FRAME, *sides)

        again = FRAME.score_from_parts(grid.parts)
        self.assertTrue(np.array_equal(again, grid.scores, equal_nan=True))
        self.assertFalse(np.isnan(grid.scores[:, 0]).any())
        self.assertTrue(np.isnan(grid.scores[:, 1]).all())

    def test_motion_is_compared_over_each_frames_own_stretch(self):
        right, left = [(0.01, 0.0)] * 5, [(-0.01, 0.0)] * 5
        leaving = [moment(flow=right), moment(flow=left), moment()]
        entering = [moment(flow=left), moment(flow=right)]

        grid = score_offsets(MOTION, leaving, entering)

        self.assertAlmostEqual(float(grid.scores[0, 1]), 1.0, places=2)
        self.assertAlmostEqual(float(grid.scores[1, 0]), 1.0, places=2)
        self.assertEqual(float(grid.scores[0, 0]), 0.0)
        self.assertTrue(np.isnan(grid.scores[2]).all())

    def test_nothing_to_compare_has_no_peak(self):
        grid = score_offsets(FRAME, [moment()] * 2, [moment()])

        self.assertIsNone(grid.peak((0, 0)))
        self.assertEqual(grid.scores.shape, (2, 1))

    def test_the_two_subjects_that_meet_are_told(self):
        tall, small = (
            figure(centre=(0.3, 0.5), height=0.9),
            bust(centre=(0.7, 0.6), height=0.5),
        )
        leaving = moment(tall, small)
        entering = moment(bust(centre=(0.68, 0.6), height=0.5))

        self.assertEqual(matched_subjects(leaving, entering), (1, 0))
        self.assertEqual(matched_subjects(moment(), entering), (0, 0))


if __name__ == "__main__":
    unittest.main()
