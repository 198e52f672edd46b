from catalog.models import Job
from tests.browser.chromium import BrowserTestCase
from tests.factories import add_mask, add_shots, add_title, write_still

# A block in the left half, upper quarter: 32 x 16 cells.
BLOCK = ("1" * 32 + "0" * 32) * 16 + "0" * 64 * 48


class SilhouetteTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.title = add_title(self.production, name="Harbour 101")
        self.shot = add_shots(self.title, 50)[0]
        add_mask(self.shot, BLOCK)
        write_still(self.title, 25)
        self.open(f"/search/?shot={self.shot.pk}")
        self.page.wait_for_selector("#drawing[data-ready]")

    def mask(self) -> str:
        """The bits that would be sent, row by row."""
        digits = self.evaluate("document.querySelector('input[name=mask]').value")
        return f"{int(digits, 16):04096b}" if digits else ""

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def test_a_shape_is_drawn_by_mouse_erased_and_asked_for(self):
        box = self.page.locator("#drawing canvas").bounding_box()
        x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + box["width"] / 2, y, steps=3)
        self.page.mouse.up()
        rows = [self.mask()[at : at + 64] for at in range(0, 4096, 64)]
        self.assertEqual(rows[32][16:48], "1" * 32)
        self.assertEqual((rows[32][:12], rows[10]), ("0" * 12, "0" * 64))
        self.assertTrue(self.page.is_checked("input[value=silhouette]"))

        self.page.click("[data-tool=eraser]")
        self.page.mouse.click(x + box["width"] / 4, y)
        self.assertEqual(self.mask()[32 * 64 + 32], "0")

        drawn = self.mask()
        self.page.click("button.primary")
        self.page.wait_for_url("**/search/*/")
        job = Job.objects.get(kind=Job.Kind.SEARCH)
        self.assertEqual(f"{int(job.subject['mask'], 16):04096b}", drawn)

    def test_a_shots_shape_is_moved_and_scaled_by_keys_alone(self):
        self.page.focus("[data-act=shape]")
        self.press("Enter")
        self.assertEqual(self.mask(), BLOCK)

        self.page.focus("[data-tool=move]")
        self.press("Space")
        self.page.focus("#drawing canvas")
        self.press("ArrowRight", "Shift+ArrowDown")
        moved = ("0" + "1" * 32 + "0" * 31) * 16
        self.assertEqual(self.mask(), "0" * 64 * 8 + moved + "0" * 64 * 40)
        # Pushed over an edge and back, it is whole.
        self.press(*["Shift+ArrowUp"] * 4, *["Shift+ArrowDown"] * 3, "ArrowLeft")
        self.assertEqual(self.mask(), BLOCK)

        before = self.mask().count("1")
        self.press("+")
        self.assertGreater(self.mask().count("1"), before)
        self.page.focus("[data-act=clear]")
        self.press("Enter")
        self.assertEqual(self.mask(), "")

    def test_a_shape_is_painted_by_keys_alone(self):
        self.page.focus("#drawing canvas")
        self.press("ArrowLeft", "Space")

        self.assertEqual(self.mask()[32 * 64 + 31], "1")


class DocsTests(BrowserTestCase):
    def test_the_api_shows_its_calls_under_our_own_policy(self):
        self.open("/api/docs/")

        self.page.wait_for_selector("text=/api/matches/{id}/verdict/")
