import unittest

import numpy as np

from mlcore.shots.likely import likely_cuts
from mlcore.shots.signals import Signals, empty_signals

LIMITS = {"min_content": 15.0, "same_tint": 10.0}


def signals(content, second_from):
    """Two pictures, the second from a frame on, with given content scores."""
    n = len(content)
    tint = np.full((n, 6, 8, 3), 60, np.uint8)
    tint[second_from:] = 180
    flow = np.zeros((n, 9, 16, 2), np.float16)
    level = np.full(n, 50, np.float32)
    return Signals(np.asarray(content, np.float32), level, level, tint, flow)


def answers(n, *marked):
    likely = np.zeros((n, 2), np.float32)
    likely[list(marked), 0] = 0.9
    return likely


class LikelyTests(unittest.TestCase):
    def test_the_frame_after_the_marked_one_begins_a_shot(self):
        content = [5.0] * 40
        content[20] = 90.0

        found = likely_cuts(answers(40, 19), signals(content, 20), **LIMITS)

        self.assertEqual(found, [20])

    def test_a_mark_a_frame_late_is_put_right_by_what_changed(self):
        content = [5.0] * 40
        content[20] = 90.0
        for marked in ((19, 20), (20,), (19,)):
            found = likely_cuts(answers(40, *marked), signals(content, 20), **LIMITS)

            self.assertEqual(found, [20])

    def test_a_gradual_change_is_cut_in_its_middle(self):
        found = likely_cuts(
            answers(40, 17, 18, 19, 20, 21), signals([9.0] * 40, 20), **LIMITS
        )

        self.assertEqual(found, [20])

    def test_a_mark_without_another_picture_after_it_is_no_cut(self):
        found = likely_cuts(answers(40, 30), signals([9.0] * 40, 10), **LIMITS)

        self.assertEqual(found, [])

    def test_marks_on_the_ends_of_a_film_cut_nothing_off(self):
        content = [5.0] * 40
        content[1] = content[39] = 90.0

        found = likely_cuts(answers(40, 39), signals(content, 20), **LIMITS)

        self.assertTrue(all(0 < cut < 40 for cut in found))
        nothing = likely_cuts(answers(0), empty_signals(), **LIMITS)
        self.assertEqual(nothing, [])


if __name__ == "__main__":
    unittest.main()
