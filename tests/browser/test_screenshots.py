import os
import unittest

from catalog.environment import BASE
from catalog.services import add_from
from tests.browser.chromium import BrowserTestCase
from tests.films import planted_film, write_film

FOLDER = BASE / "docs" / "screenshots"


@unittest.skipUnless(
    os.environ.get("KULESHOV_SCREENSHOTS"),
    "writes the README's pictures: set KULESHOV_SCREENSHOTS=1 when they should change",
)
class ScreenshotTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        # Drawn, not the samples: a picture in the repository is footage in it.
        path = write_film(self.import_folder() / "episode-101.mp4", planted_film())
        for title in add_from(path, self.production, user=self.editor):
            self.done(title.jobs.get())

    def test_the_pages_of_the_readme_are_taken_from_a_drawn_film(self):
        self._board()
        self._pair()
        self._title()
        for name in ("titles", "jobs"):
            self.open(f"/{name}/")
            self._take(name)

    def _board(self):
        self.open("/?kind=frame")
        self.page.keyboard.press("ArrowRight")
        self.page.wait_for_selector("#monitor video")
        self._take("board")

    def _pair(self):
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/matches/*/**")
        self.page.wait_for_selector("#map")
        self.page.keyboard.press("6")
        self._take("pair")

    def _title(self):
        self.page.click(".leaving .facts a")
        self.page.wait_for_selector("#player[data-ready]")
        self._take("title")

    def _take(self, name):
        # Pictures arrive after the page, and a player's connection is never idle.
        self.page.wait_for_timeout(2500)
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=FOLDER / f"{name}.png")
        self.assertGreater((FOLDER / f"{name}.png").stat().st_size, 10_000)
