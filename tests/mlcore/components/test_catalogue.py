import subprocess
import sys
import unittest

from mlcore.components.catalogue import COUNTS, catalogue

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


class CatalogueTests(unittest.TestCase):
    def test_it_holds_as_many_of_each_category_as_the_source(self):
        self.assertEqual(len({each.key for each in catalogue()}), sum(COUNTS.values()))

    def test_it_is_the_same_whatever_program_is_imported_first(self):
        late = "mlcore.components.programs.transitions.slides"

        self.assertEqual(
            listed_after(late), listed_after("mlcore.components.catalogue")
        )


if __name__ == "__main__":
    unittest.main()
