import subprocess
import sys
import unittest
from collections import Counter
from functools import partial

from mlcore.components.catalogue import catalogue, components_of
from mlcore.components.programs.registry import Draw, program_of

SOURCE = {
    "effect": 888,
    "animation": 176,
    "transition": 204,
    "filter": 228,
    "sticker": 1000,
    "text": 598,
}
"""US 12,394,445 B2, FIG. 3."""

LISTED = """
import hashlib, {first}
from mlcore.components.catalogue import catalogue
print(hashlib.sha256(repr(catalogue()).encode()).hexdigest())
"""


def listed_after(first):
    """What a program of its own lists that has imported a module before all others."""
    told = subprocess.run(
        [sys.executable, "-c", LISTED.format(first=first)],
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout


def written(draw: Draw) -> object:
    """What is written in a program, so that one with other values is not another."""
    while isinstance(draw, partial):
        draw = draw.func
    return draw.__code__


class CatalogueTests(unittest.TestCase):
    def test_it_holds_as_many_of_each_category_as_the_source(self):
        self.assertEqual(Counter(each.category for each in catalogue()), SOURCE)
        self.assertEqual(len({each.key for each in catalogue()}), 3094)

    def test_four_categories_have_24_programs_of_their_own_at_least(self):
        seen = set()
        for category in ("effect", "transition", "filter", "animation"):
            programs = {
                written(program_of(each).draw) for each in components_of(category)
            }
            with self.subTest(category):
                self.assertGreaterEqual(len(programs), 24)
                self.assertTrue(programs.isdisjoint(seen))
            seen |= programs

    def test_it_is_the_same_whatever_program_is_imported_first(self):
        late = "mlcore.components.programs.transitions.slides"

        self.assertEqual(
            listed_after(late), listed_after("mlcore.components.catalogue")
        )


if __name__ == "__main__":
    unittest.main()
