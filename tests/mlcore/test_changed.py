"""Where a picture becomes another without a cut."""

import unittest

import numpy as np

from mlcore.shots.changed import CHANGED, changed_stretches
from mlcore.spans import Span


def tint(*levels):
    """(n, 6, 8, 3), every colour of a frame the same."""
    return np.repeat(np.array(levels, np.uint8), 144).reshape(-1, 6, 8, 3)


class ChangedTests(unittest.TestCase):
    def test_a_stretch_is_as_long_as_both_sides_reach_over_the_change(self):
        film = tint(*[50] * 20, *[150] * 20)

        found = changed_stretches(film, [Span(0, 40)], reach=5, least=2)

        # From where frame + 5 is beyond the change to where frame - 5 is.
        self.assertEqual(found, [(Span(15, 25), Span(0, 40))])

    def test_nothing_beyond_a_span_is_compared(self):
        film = tint(*[50] * 20, *[150] * 20)

        spans = [Span(0, 20), Span(20, 40)]

        self.assertEqual(changed_stretches(film, spans, reach=5, least=2), [])

    def test_near_the_ends_less_is_compared_and_very_near_nothing(self):
        film = tint(*[50] * 4, *[150] * 36)

        [(stretch, _)] = changed_stretches(film, [Span(0, 40)], reach=5, least=2)
        self.assertEqual(stretch, Span(2, 9))
        [(stretch, _)] = changed_stretches(film, [Span(0, 40)], reach=5, least=6)
        self.assertEqual(stretch, Span(6, 9))
        self.assertEqual(changed_stretches(film, [Span(0, 40)], reach=5, least=30), [])

    def test_a_picture_that_hardly_changes_has_none(self):
        little = int(CHANGED) - 1
        film = tint(*[50] * 20, *[50 + little] * 20)

        self.assertEqual(changed_stretches(film, [Span(0, 40)], reach=5, least=2), [])


if __name__ == "__main__":
    unittest.main()
