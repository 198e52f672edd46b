from pathlib import Path

from tests.browser.chromium import BrowserTestCase
from tests.catalog.importing import FIRST, HEAD
from tests.factories import add_bin, add_bin_item, add_pair, add_title


class ExportTests(BrowserTestCase):
    def test_a_bin_is_taken_away_and_a_cut_is_brought_in(self):
        kept_in = add_bin(self.production, "Keepers")
        add_bin_item(add_pair(self.production), kept_in)
        self.open("/export/")
        self.page.click("text=Keepers")
        self.page.select_option("#id_format", "fcpxml")
        with self.page.expect_download() as taken:
            self.page.click("main button.primary")
        self.assertEqual(taken.value.suggested_filename, "Keepers.fcpxml")
        self.assertIn("<fcpxml", Path(taken.value.path()).read_text())

        add_title(self.production, name="Rushes", reel="A001")
        file = self.folder / "cut.edl"
        file.write_text(HEAD + FIRST)
        self.open("/cuts/add/")
        self.page.select_option("#id_production", label="Harbour")
        self.page.set_input_files("#id_file", file)
        self.page.click("main button.primary")
        self.page.wait_for_selector("text=Reel 1")
        self.assertEqual(self.page.inner_text("tbody a"), "Rushes")
