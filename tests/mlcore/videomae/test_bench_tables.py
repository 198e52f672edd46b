"""What the bench of pretraining prints of results that lie there."""

import io
import unittest
from contextlib import redirect_stdout

from bench.pretraining.table import print_budgets, print_table

NEW, OLD = {"views": "2x3"}, None


def result(arm, seed, frames, *, loss=None, protocol=NEW, **accuracies):
    told = {"arm": arm, "seed": seed, "frames": frames, **accuracies}
    if loss is not None:
        told["curve"] = [{"loss": loss, "seconds": 1, "multiplied": 1, "frames": 1}]
    return {**told, "protocol": protocol} if protocol else told


def printed(show, *asked):
    said = io.StringIO()
    with redirect_stdout(said):
        show(*asked)
    return said.getvalue()


def named(*results):
    return {str(number): each for number, each in enumerate(results)}


class PreconditionTests(unittest.TestCase):
    def told(self, *results, frames=100):
        said = printed(print_table, named(*results), frames)
        part = said.split("Precondition: `plain` less `scratch`, at least 0.15")[1]
        return part.split("To the held-out loss")[0]

    def test_gains_stand_by_seed_with_their_mean_and_whether_it_is_enough(self):
        told = self.told(
            result("scratch", 0, 100, few=0.2, many=0.2),
            result("scratch", 1, 100, few=0.1, many=0.2),
            result("plain", 1, 100, loss=0.9, few=0.2, many=0.3),
            result("plain", 0, 100, loss=0.9, few=0.2, many=0.4),
            # Of other arms, budgets and seeds nothing is asked.
            result("plain", 0, 200, loss=0.8, few=0.9, many=0.9),
            result("plain", 2, 100, loss=0.9, few=0.9, many=0.9),
            result("tpl", 0, 100, loss=0.7, few=0.9, many=0.9),
        )

        self.assertIn("| few | 0, 1 | +0.000, +0.100 | +0.050 | no |", told)
        # .15 in the mean of .2 and .1 is enough, though floats make less of it.
        self.assertIn("| many | 0, 1 | +0.200, +0.100 | +0.150 | yes |", told)

    def test_scratch_of_another_budget_will_do_and_of_another_way_will_not(self):
        plain = result("plain", 0, 100, loss=0.9, many=0.5)

        other = self.told(plain, result("scratch", 0, 200, many=0.1))
        old = self.told(plain, result("scratch", 0, 100, many=0.1, protocol=OLD))

        self.assertIn("| many | 0 | +0.400 | +0.400 | yes |", other)
        self.assertIn("| few | | | | not measured |", other)
        self.assertIn("| many | | | | not measured |", old)


class BudgetTests(unittest.TestCase):
    def test_arms_of_several_budgets_have_loss_and_accuracy_of_each(self):
        said = printed(
            print_budgets,
            named(
                result("plain", 0, 2000, loss=0.7, many=0.5, protocol=OLD),
                result("plain", 0, 1000, loss=0.9, few=0.1, many=0.2),
                result("plain", 1, 1000, loss=0.8, few=0.3, many=0.4),
                result("scratch", 0, 1000, many=0.1),
                result("scratch", 0, 2000, many=0.2),
                result("tpl", 0, 1000, loss=0.7, many=0.3),
            ),
        )

        rows = [each for each in said.splitlines() if "000 |" in each]
        self.assertEqual(
            rows,
            [
                "| scratch | 1,000 | 1 |  |  | 0.100 |",
                "| scratch | 2,000 | 1 |  |  | 0.200 |",
                "| plain | 1,000 | 2 | 0.8500 ± 0.0707 | 0.200 ± 0.141 | 0.300 ± 0.141 |",
                "| plain | 2,000 | 1 | 0.7000 |  | 0.500 |",
            ],
        )
        self.assertIn("Not all measured in one way: plain\n", said)
