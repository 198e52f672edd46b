"""The regression that names a category: shares reckoned with, and calibrated."""

import unittest

import numpy as np

from mlcore.components.finding.softmax import calibrated, fit_softmax


class SoftmaxTests(unittest.TestCase):
    def test_other_shares_of_the_classes_are_reckoned_with(self):
        chance = np.random.default_rng(3)
        x = np.concatenate([chance.normal(-1, 1, 3000), chance.normal(1, 1, 3000)])
        model = fit_softmax(x[:, None], np.repeat([0, 1], 3000), 2, strength=1e3)

        at_zero = np.exp(
            model.log_probabilities(np.zeros((1, 1)), np.array([0.9, 0.1]))[0]
        )

        # Between two equal classes the shares alone decide.
        np.testing.assert_allclose(at_zero, [0.9, 0.1], atol=0.02)

    def test_calibration_changes_no_order_and_cools_what_is_too_sure(self):
        chance = np.random.default_rng(4)
        x, labels = chance.normal(size=(60, 40)), chance.integers(0, 3, 60)
        sure = fit_softmax(x, labels, 3, strength=1e4)  # by heart
        new, truth = chance.normal(size=(500, 40)), chance.integers(0, 3, 500)

        cool = calibrated(sure, new, truth)

        before, after = sure.log_probabilities(new), cool.log_probabilities(new)
        self.assertGreater(cool.temperature, 2)
        np.testing.assert_array_equal(before.argmax(1), after.argmax(1))
        self.assertGreater(
            after[np.arange(500), truth].mean(), before[np.arange(500), truth].mean()
        )


if __name__ == "__main__":
    unittest.main()
