import unittest

import numpy as np

from mlcore.matching.kinds import KINDS
from mlcore.matching.moments import AT_THE_CUT, Slot
from mlcore.matching.pairs import explain_pairs
from mlcore.matching.stored import StoredVectors

ANGLES = np.radians([0, 10, 170, 40])


class ClipKindTests(unittest.TestCase):
    kind = KINDS["clip"]

    def rows(self):
        """Two shots, head and tail each, whose clips point some way."""
        return self.kind.rows(
            StoredVectors(
                shot=np.array([0, 0, 1, 1]),
                slot=np.array([Slot.HEAD, Slot.TAIL, Slot.HEAD, Slot.TAIL], np.uint8),
                frame=np.array([0, 99, 100, 199]),
                vector=np.float32(np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])),
                magnitude=np.full(4, np.nan, np.float32),
                aspect=np.ones(4, np.float32),
            )
        )

    def test_the_last_clip_of_one_shot_meets_the_first_of_the_other(self):
        self.assertEqual(self.kind.comparisons, AT_THE_CUT)
        found = explain_pairs(self.kind, self.rows(), np.array([1]), np.array([0]))

        self.assertEqual((found.leaving_frame[0], found.entering_frame[0]), (199, 0))
        # As far above a half as its cosine is, of what is there to 1.
        self.assertAlmostEqual(float(found.score[0]), 0.5321, places=4)

    def test_what_unrelated_clips_reach_is_no_match(self):
        cosines = np.float32([-1.0, 0.49, 0.5, 0.75, 1.0])

        scores = self.kind.score_from_parts({"cosine": cosines})

        np.testing.assert_allclose(scores, [0, 0, 0, 0.5, 1], atol=1e-6)

    def test_clips_that_move_against_each_other_are_no_match(self):
        rows = self.rows()
        scores = self.kind.scores(rows, rows)

        self.assertEqual(scores[1, 2], 0.0)
        i, j = (at.ravel() for at in np.indices(scores.shape))
        again = self.kind.score_from_parts(self.kind.parts(rows.pick(i), rows.pick(j)))
        np.testing.assert_array_equal(scores.ravel(), again)


if __name__ == "__main__":
    unittest.main()
