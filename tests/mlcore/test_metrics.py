import unittest

import numpy as np
from sklearn.metrics import average_precision_score

from mlcore.metrics import (
    average_precision,
    bootstrap_interval,
    expected_calibration_error,
    f1_for_cuts,
    precision_at,
    recall_at,
)


class BootstrapTests(unittest.TestCase):
    def test_the_mean_of_many_lies_within_two_standard_errors(self):
        values = np.random.default_rng(0).normal(0, 1, 400)

        low, high = bootstrap_interval(lambda at: float(values[at].mean()), 400, seed=1)

        self.assertAlmostEqual(high - low, 4 * 1 / 20, delta=0.03)
        self.assertTrue(low < values.mean() < high)

    def test_draws_without_an_answer_are_left_out_and_one_seed_gives_one_interval(self):
        labels = np.array([1, 0, 0, 0])

        def precision(at):
            return average_precision(labels[at], np.arange(4.0)[at])

        found = [bootstrap_interval(precision, 4, seed=2) for _ in range(2)]

        self.assertEqual(found[0], found[1])
        self.assertTrue(0 < found[0][0] <= found[0][1] <= 1)


class CalibrationTests(unittest.TestCase):
    def test_by_hand(self):
        # Two bins of two answers: .9 and .9, half right; .1 and .1, none right.
        found = expected_calibration_error([0.9, 0.9, 0.1, 0.1], [1, 0, 0, 0], bins=2)

        self.assertAlmostEqual(found, 0.5 * 0.4 + 0.5 * 0.1)

    def test_who_is_right_as_often_as_said_has_hardly_any(self):
        chance = np.random.default_rng(0)
        sure = chance.random(20_000)

        self.assertLess(
            expected_calibration_error(sure, chance.random(20_000) < sure), 0.015
        )

    def test_lists_of_two_lengths_are_refused(self):
        with self.assertRaisesRegex(ValueError, "one length"):
            expected_calibration_error([0.5], [1, 0])


class AveragePrecisionTests(unittest.TestCase):
    def test_by_hand(self):
        # Hits at places 1 and 3 of 4: (1/1 + 2/3) / 2.
        found = average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])

        self.assertAlmostEqual(found, 5 / 6)

    def test_equals_scikit_learn_with_and_without_ties(self):
        chance = np.random.default_rng(0)
        for places in (3, 1):
            for _ in range(40):
                labels = chance.integers(0, 2, 30)
                labels[0] = 1
                scores = chance.random(30).round(places)
                with self.subTest(places=places):
                    self.assertAlmostEqual(
                        average_precision(labels, scores),
                        float(average_precision_score(labels, scores)),
                        places=12,
                    )

    def test_order_of_the_input_does_not_matter(self):
        chance = np.random.default_rng(1)
        labels, scores = chance.integers(0, 2, 50), chance.random(50).round(1)
        shuffled = chance.permutation(50)

        self.assertEqual(
            average_precision(labels, scores),
            average_precision(labels[shuffled], scores[shuffled]),
        )

    def test_input_without_sense_is_refused(self):
        for labels, scores in (
            ([0, 0], [1, 2]),
            ([1, 0], [1]),
            ([1, 2], [1, 2]),
            ([1, 0], [np.nan, 1]),
        ):
            with self.subTest(labels), self.assertRaises(ValueError):
                average_precision(labels, scores)


class AtKTests(unittest.TestCase):
    def test_recall_and_precision_by_hand(self):
        labels, scores = [1, 0, 1, 1], [4, 3, 2, 1]

        self.assertAlmostEqual(recall_at(labels, scores, 2), 1 / 3)
        self.assertAlmostEqual(precision_at(labels, scores, 2), 1 / 2)
        self.assertAlmostEqual(recall_at(labels, scores, 10), 1.0)
        self.assertAlmostEqual(precision_at(labels, scores, 10), 3 / 4)


class CutTests(unittest.TestCase):
    def test_by_hand(self):
        score = f1_for_cuts([10, 20, 30], [10, 21, 40, 50])

        self.assertAlmostEqual(score.precision, 1 / 4)
        self.assertAlmostEqual(score.recall, 1 / 3)
        self.assertAlmostEqual(score.f1, 2 / 7)

    def test_tolerance_forgives_a_frame(self):
        self.assertEqual(f1_for_cuts([10, 20], [11, 19], tolerance=1).f1, 1.0)

    def test_a_cut_reported_twice_is_one_hit(self):
        score = f1_for_cuts([10], [9, 11], tolerance=1)

        self.assertEqual((score.precision, score.recall), (0.5, 1.0))

    def test_nothing_to_find_and_nothing_found_is_right(self):
        self.assertEqual(f1_for_cuts([], []).f1, 1.0)
        self.assertEqual(f1_for_cuts([], [3]).f1, 0.0)
        self.assertEqual(f1_for_cuts([3], []).f1, 0.0)


if __name__ == "__main__":
    unittest.main()
