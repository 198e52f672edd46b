"""A component laid on frames of a film."""

import unittest

import torch

from mlcore.components.component import Component
from mlcore.components.drawing.laying import lay
from mlcore.components.programs.registry import PROGRAMS
from mlcore.components.programs.transitions import dissolves  # noqa: F401  names itself


def dissolve() -> Component:
    """The cross dissolve over its whole length."""
    return PROGRAMS["transition", "cross dissolve"].component(0)


class LayingTests(unittest.TestCase):
    def setUp(self):
        self.a = torch.zeros(5, 3, 8, 8)
        self.b = torch.ones(5, 3, 8, 8)

    def test_a_transition_goes_evenly_from_one_side_to_the_other(self):
        drawn = lay(dissolve(), self.a, 25.0, entering=self.b)
        self.assertEqual(drawn.shape, self.a.shape)
        shares = drawn.mean(dim=(1, 2, 3)).tolist()
        for share, wanted in zip(shares, (0.1, 0.3, 0.5, 0.7, 0.9), strict=True):
            self.assertAlmostEqual(share, wanted, places=5)

    def test_only_a_transition_has_an_entering_side_and_both_are_alike(self):
        noir = Component("filter", "noir", 0, {})
        for component, entering in (
            (dissolve(), None),
            (noir, self.b),
            (dissolve(), self.b[:4]),
        ):
            with self.subTest(component.key), self.assertRaises(ValueError):
                lay(component, self.a, 25.0, entering=entering)

    def test_nothing_that_was_given_is_changed(self):
        lay(dissolve(), self.a, 25.0, entering=self.b)
        self.assertEqual(float(self.a.sum()), 0.0)
        self.assertEqual(float(self.b.mean()), 1.0)
