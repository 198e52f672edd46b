"""Contact sheets keep to their size, and the docs show one of each category."""

import io
import unittest
from pathlib import Path

import torch
from PIL import Image

from mlcore.components.component import CATEGORIES
from mlcore.components.sheets import (
    MOST_BYTES,
    jpeg,
    published_photographs,
    sheet,
)
from tests.mlcore.components.placed import artwork, materials

DOCS = Path(__file__).resolve().parents[3] / "docs"


class SheetTests(unittest.TestCase):
    def test_the_docs_show_every_category_in_at_most_300_kb(self):
        page = (DOCS / "components.md").read_text(encoding="utf-8")
        for category in CATEGORIES:
            with self.subTest(category=category):
                self.assertIn(f"](components/{category}.jpg)", page)
                size = (DOCS / "components" / f"{category}.jpg").stat().st_size
                self.assertLessEqual(size, MOST_BYTES)

    def test_a_sheet_has_the_form_of_those_in_the_docs(self):
        photographs = published_photographs(materials())
        drawn = sheet("filter", artwork(), photographs)

        with Image.open(DOCS / "components" / "filter.jpg") as shown:
            self.assertEqual(shown.size, (drawn.shape[2], drawn.shape[1]))
        self.assertEqual(len(photographs), 7)

    def test_a_jpeg_is_as_good_as_its_limit_allows(self):
        picture = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
        fine, poor = jpeg(picture, 100_000), jpeg(picture, 3_000)

        self.assertGreater(len(fine), len(poor))
        self.assertEqual(Image.open(io.BytesIO(poor)).size, (64, 64))
        with self.assertRaisesRegex(ValueError, "more than 100 bytes"):
            jpeg(picture, 100)
