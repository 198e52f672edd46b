"""The split goes by base, in every category alike, and never changes."""

import unittest

from mlcore.components.catalogue import components_of
from mlcore.components.split import split

SOME = components_of("sticker") + components_of("text")


def bases(components, category):
    return {each.base for each in components if each.category == category}


class SplitTests(unittest.TestCase):
    def test_no_base_is_on_both_sides_and_nothing_is_lost(self):
        parts = split(SOME, 0.25)

        self.assertEqual(len(parts.train) + len(parts.unseen), len(SOME))
        for category in ("sticker", "text"):
            self.assertFalse(
                bases(parts.train, category) & bases(parts.unseen, category)
            )

    def test_every_category_has_the_same_share_of_its_bases_unseen(self):
        parts = split(SOME, 0.25)

        self.assertEqual(len(bases(parts.unseen, "sticker")), 125)
        self.assertEqual(len(bases(parts.unseen, "text")), 16)

    def test_it_is_the_same_for_a_seed_in_whatever_order_components_come(self):
        one, back, other = split(SOME), split(SOME[::-1]), split(SOME, seed=1)

        self.assertEqual(set(map(id, one.unseen)), set(map(id, back.unseen)))
        self.assertNotEqual(one, other)

    def test_it_is_this_one_for_ever(self):
        unseen = bases(split(components_of("text"), 0.05).unseen, "text")

        self.assertEqual(unseen, {"barlow condensed", "bodoni moda", "dm mono"})

    def test_shares_of_nothing_and_of_all(self):
        self.assertEqual(split(SOME, 0), (SOME, ()))
        self.assertEqual(split(SOME, 1), ((), SOME))

    def test_a_share_that_is_none_is_refused(self):
        with self.assertRaisesRegex(ValueError, "between 0 and 1"):
            split(SOME, 1.5)
