import unittest

import numpy as np

from mlcore.components.component import CATEGORIES
from mlcore.components.finding.landmarks import Landmarks
from mlcore.components.finding.presence import fit_presence

EACH = len(CATEGORIES)


class LandmarksTests(unittest.TestCase):
    def test_looks_by_hand(self):
        axes = np.eye(2)
        landmarks = Landmarks(
            plain=axes,
            # Two references of the first category, one of each other.
            references=np.concatenate([axes, np.tile([[0.6, 0.8]], (EACH - 1, 1))]),
            categories=np.array([0, 0, *range(1, EACH)]),
        )

        [looks] = landmarks.looks(np.array([[0.8, 0.6, 7.0, -3.0]]))

        others = [0.96, 1.0, 0.96] * (EACH - 1)
        np.testing.assert_allclose(looks, [0.8, 0.6, 0.8, 0.2, 0.7, *others, 7.0, -3.0])

    def test_the_mean_is_of_the_five_nearest(self):
        angles = np.arccos([0.9, 0.8, 0.7, 0.6, 0.5, 0.1])
        directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        landmarks = Landmarks(
            plain=np.eye(2),
            references=np.tile(directions, (EACH, 1)),
            categories=np.repeat(np.arange(EACH), 6),
        )

        [looks] = landmarks.looks(np.array([[1.0, 0.0]]))

        np.testing.assert_allclose(looks[2:5], [0.9, 0.1, 0.7])


class PresenceTests(unittest.TestCase):
    def setUp(self):
        self.chance = np.random.default_rng(0)

    def drawn(self, many, rule):
        x = self.chance.normal(size=(many, 4)) * [1, 10, 0.1, 1] + [0, 5, 0, 0]
        return x, rule(x)

    def fitted(self, rule):
        return fit_presence(*self.drawn(2000, rule), *self.drawn(500, rule))

    def test_what_a_line_parts_the_line_decides(self):
        def rule(x):
            return x[:, 0] + (x[:, 1] - 5) / 10 + 10 * x[:, 2] > 0

        presence = self.fitted(rule)
        x, there = self.drawn(1000, rule)

        self.assertGreater(np.mean((presence.log_odds(x) > 0) == there), 0.97)
        self.assertGreater(np.abs(x @ presence.weight).std(), 1)

    def test_what_no_line_parts_the_trees_decide(self):
        def rule(x):
            return (np.abs(x[:, 0]) > 0.7) & (x[:, 1] > 0)

        presence = self.fitted(rule)
        x, there = self.drawn(1000, rule)

        self.assertGreater(np.mean((presence.log_odds(x) > 0) == there), 0.95)
        self.assertGreater(presence.slope, 0.5)

    def test_neither_counts_against_what_it_says(self):
        """Held-out clips on which the trees' word alone would be turned round."""

        def rule(x):
            return x[:, 0] > 0

        fit, asked = self.drawn(2000, rule), self.drawn(500, rule)
        presence = fit_presence(*fit, asked[0], ~asked[1])

        self.assertGreaterEqual(presence.slope, 0)
        x, there = self.drawn(500, rule)
        said = presence.log_odds(x)
        self.assertGreaterEqual(said[there].mean(), said[~there].mean())

    def test_half_counts_as_plain_however_many_were_asked_about(self):
        def rule(x):
            return x[:, 0] + 0.5 * self.chance.normal(size=len(x)) > 1

        presence = self.fitted(rule)

        # Of equally many of both, the odds are even where both are as likely.
        x, there = self.drawn(20000, rule)
        some = np.concatenate(
            [np.flatnonzero(there)[:2000], np.flatnonzero(~there)[:2000]]
        )
        said = presence.log_odds(x[some])
        unsure = np.abs(said) < 0.5
        self.assertAlmostEqual(there[some][unsure].mean(), 0.5, delta=0.07)

    def test_sides_without_plain_clips_or_others_are_refused(self):
        x, there = self.drawn(50, lambda x: x[:, 0] > 0)

        with self.assertRaisesRegex(ValueError, "fitted clips must be plain in part"):
            fit_presence(x, np.ones(50, np.bool_), x, there)
        with self.assertRaisesRegex(ValueError, "held-out clips must be plain"):
            fit_presence(x, there, x, np.zeros(50, np.bool_))
