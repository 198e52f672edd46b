"""Marking what is replaced by a click, by the brush, and by a box that was not asked for."""

import numpy as np

from catalog.models import EditJob
from tests.browser.editing import EditingCase
from tests.edits import HIGH, SIDE, WIDE, corner

CELLS = 64
PAINTED = "document.querySelector('[data-drawn] path')?.getAttribute('d').split('M').length - 1"


class MarkingTests(EditingCase):
    def test_a_click_and_a_brush_ask_for_what_they_marked(self):
        x, y = corner(0)
        middle = (x + SIDE / 2, y + SIDE / 2)
        self.fill_in()
        self._choose("click")
        self.drag(middle)
        clicked = self._asked()
        self.assertEqual((clicked.region, clicked.region_given["frame"]), ("click", 0))
        across, down = clicked.region_given["at"]
        self.assertAlmostEqual(across * WIDE, middle[0], delta=1)
        self.assertAlmostEqual(down * HIGH, middle[1], delta=1)

        self.fill_in()
        self._choose("drawn")
        self.page.fill("[data-brush]", "6")
        self.drag((x, y + SIDE / 2), (x + SIDE, y + SIDE / 2))
        drawn = self._asked()
        self.assertEqual((drawn.region, drawn.region_given["frame"]), ("drawn", 0))
        self._lies_on_the_stroke(shape_of(drawn))
        self._goes_on_drawing(drawn)

    def _choose(self, region):
        self.page.check(f"input[name=region][value={region}]")

    def _asked(self):
        """Ask for it; the edit."""
        self.page.click("#ask-edit")
        self.page.wait_for_url("**/edits/*/")
        return EditJob.objects.latest("pk")

    def _lies_on_the_stroke(self, cells):
        """Six cells high, as wide as the square and round at both ends; nothing else."""
        x, y = corner(0)
        row, first, last = (
            CELLS * place / whole
            for place, whole in ((y + SIDE / 2, HIGH), (x, WIDE), (x + SIDE, WIDE))
        )
        down, across = np.nonzero(cells)
        self.assertAlmostEqual(down.mean() + 0.5, row, delta=0.6)
        self.assertAlmostEqual(across.mean() + 0.5, (first + last) / 2, delta=0.6)
        # The brush is round in the picture, whose cells are not square.
        high = 6 * WIDE / HIGH
        self.assertAlmostEqual(np.ptp(down) + 1, high, delta=1.1)
        self.assertAlmostEqual(np.ptp(across) + 1, last - first + 6, delta=1.1)
        stroke = cells[int(row), int(first) : int(last)]
        self.assertTrue(stroke.all())

    def _goes_on_drawing(self, drawn):
        """The same again shows what was drawn, and takes more to it."""
        before = shape_of(drawn)
        self.open(f"/edits/{drawn.pk}/again/")
        self.page.wait_for_selector("#marking[data-ready]")
        self.assertEqual(self.evaluate(PAINTED), before.sum())
        self.page.fill("[data-brush]", "1")
        self.drag((4, 4))

        after = shape_of(self._asked())

        self.assertTrue(after[before].all())
        self.assertEqual(np.argwhere(after & ~before).tolist(), [[2, 1]])

    def test_a_box_is_drawn_and_foretold_where_a_sought_region_was_chosen(self):
        self.fill_in()
        with self._foretold("none"):
            self._choose("none")

        with self._foretold("box") as boxed:
            self.drag((10, 10), (40, 60))

        self.assertEqual(boxed.value.status, 200)
        self.assertTrue(self.page.is_checked("input[name=region][value=box]"))

    def _foretold(self, region):
        """Wait for what an edit of such a region will take."""
        return self.page.expect_response(
            lambda told: (
                "estimate" in told.url and f"region={region}&" in told.url + "&"
            )
        )


def shape_of(edit):
    """What was drawn, (64, 64) bool, from the top left."""
    digits = bytes.fromhex(edit.region_given["mask"])
    bits = np.unpackbits(np.frombuffer(digits, np.uint8))
    return bits.reshape(CELLS, CELLS).astype(bool)
