"""From a dropped picture to an accepted edit, as a person does it."""

import os
from pathlib import Path

import numpy as np

from catalog.models import EditJob, Title
from tests.browser.editing import EditingCase
from tests.edits import (
    HIGH,
    RATE,
    SIDE,
    WIDE,
    add_edit,
    corner,
)
from tests.untrained import place_untrained_toy

# The colour of the canvas at a place, in parts of it.
COLOUR = """
([x, y]) => {
  const canvas = document.querySelector("canvas");
  const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
  return [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
}
"""
# What the canvas shows at every place of the source: rows of red, green, blue.
SHOWN = """
([wide, high]) => {
  const canvas = document.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = [];
  for (let y = 0; y < high; y += 1) {
    for (let x = 0; x < wide; x += 1) {
      const [across, down] = [(x + 0.5) / wide, (y + 0.5) / high];
      const row = Math.floor(down * canvas.height) * canvas.width;
      const at = 4 * (row + Math.floor(across * canvas.width));
      colours.push(data[at], data[at + 1], data[at + 2]);
    }
  }
  return colours;
}
"""
SEEN_AT = "document.querySelector('video').currentTime"
LAST = 11
EDGE = 8
"""Pixels around the square that may be edited too: its edge, and what fades there"""


class EditTests(EditingCase):
    def test_from_a_dropped_picture_to_a_title_and_the_same_again(self):
        self._ask()
        self._watch()
        self._look_at_both()
        self._look_at_what_was_edited()
        self._accept()
        self._ask_again()
        self._reproduce()

    def test_one_that_takes_long_is_watched_stopped_and_gone_on_with(self):
        self.addCleanup(place_untrained_toy().unlink)
        self.title.refresh_from_db()
        edit = add_edit(
            self.title,
            end_frame=11,
            back_end="toy",
            # Long enough to be stopped after its region is seen.
            steps=96,
        )
        self.open(f"/edits/{edit.pk}/")
        self.page.wait_for_selector("text=/tuning, [0-9]+ of 40/")
        self.page.wait_for_selector("text=/Foretold on/")
        # What the region is is seen before anything is made in it.
        self.page.wait_for_selector(".preview img")
        self._see("running")
        self.page.click("#cancel-edit")
        self.page.wait_for_selector("#edit.cancelled")
        self._see("cancelled")

        self.page.click("#resume-edit")
        self.page.wait_for_selector("#edit.done")
        self.page.wait_for_selector("[data-compare][data-shown]")

    def _ask(self):
        self.fill_in()
        x, y = corner(0)
        self.drag((x - 4, y - 4), (x + SIDE, y + SIDE), (x + SIDE + 4, y + SIDE + 4))
        self.page.wait_for_selector("text=/12 frames/")
        self._see("new")
        self.page.click("#ask-edit")

    def _watch(self):
        self.page.wait_for_url("**/edits/*/")
        self.page.wait_for_selector("#edit.done")
        edit = EditJob.objects.get()
        self.assertEqual(edit.made_by, self.editor)
        self.assertEqual(edit.region_given["frame"], 0)

    def _look_at_both(self):
        self.page.wait_for_selector("[data-compare][data-shown]")
        x, y = corner(0)
        middle = [(x + SIDE / 2) / WIDE, (y + SIDE / 2) / HIGH]
        for line, channel in (("1000", 0), ("0", 2)):
            self.page.fill("[data-wipe]", line)
            colour = self.page.evaluate(COLOUR, middle)
            self.assertEqual(colour.index(max(colour)), channel, (line, colour))
        self.page.fill("[data-wipe]", "400")
        self.page.wait_for_selector(".flicker polyline.made")
        self._see("result")

    def _look_at_what_was_edited(self):
        """The tint lies on the square and nowhere else, in the first frame and the last."""
        for frame in (0, LAST):
            while (at := self.evaluate(SEEN_AT)) * RATE < frame:
                self.page.keyboard.press(".")
                self.until(lambda at=at: self.evaluate(SEEN_AT) > at)
            tinted = self._tinted()
            x, y = corner(frame)
            inside = tinted[y + 4 : y + SIDE - 4, x + 4 : x + SIDE - 4]
            self.assertTrue(inside.all(), frame)
            around = tinted.copy()
            around[y - EDGE : y + SIDE + EDGE, x - EDGE : x + SIDE + EDGE] = False
            self.assertFalse(around.any(), frame)

    def _tinted(self):
        """Where the picture changes when what was edited is shown, (HIGH, WIDE)."""
        self.page.uncheck("[data-mask]")
        plain = self._shown()
        self.page.check("[data-mask]")
        return np.abs(self._shown() - plain).max(axis=2) > 20

    def _shown(self):
        self.page.wait_for_timeout(200)  # a frame that was sought is drawn soon after
        colours = self.page.evaluate(SHOWN, [WIDE, HIGH])
        return np.array(colours).reshape(HIGH, WIDE, 3)

    def _accept(self):
        self.page.fill("form:has(#accept-edit) [name=name]", "The square, red")
        self.page.click("#accept-edit")
        self.page.wait_for_selector("text=/Accepted as The square, red/")
        accepted = EditJob.objects.get().accepted
        self.assertEqual(accepted.name, "The square, red")
        self.done(accepted.jobs.get(kind="ingest"))
        self.open(f"/titles/{accepted.pk}/")
        self.page.wait_for_selector("text=/Made by/")
        self._see("accepted")
        self.assertEqual(Title.objects.get(pk=accepted.pk).frames, 12)

    def _ask_again(self):
        first = EditJob.objects.get()
        self.open(f"/edits/{first.pk}/")
        self.page.click("#again")
        self.page.wait_for_selector("#marking[data-ready]")
        self._see("again")
        self.page.fill("#id_seed", "5")
        self.page.click("#ask-edit")
        self.page.wait_for_selector("#edit.done")
        second = EditJob.objects.exclude(pk=first.pk).get()
        self.assertEqual((second.parent, second.first), (first, first))
        self.assertEqual(second.picture_sha256, first.picture_sha256)
        self.assertEqual(self.page.locator(".attempts .differs").count(), 1)
        self._see("attempts")
        self._beside(first, second)
        self.open("/edits/")
        self.assertEqual(self.page.locator(".edit-card").count(), 2)
        self._see("list")

    def _reproduce(self):
        first = EditJob.objects.earliest("pk")
        self.open(f"/edits/{first.pk}/")
        before = self._pixels_told()
        self.page.click("#reproduce-edit")
        self.page.wait_for_url(lambda url: not url.endswith(f"/edits/{first.pk}/"))
        self.page.wait_for_selector(f"text=Edit {first.pk}, pixel for pixel.")
        self.assertEqual(self._pixels_told(), before)
        self.assertEqual(EditJob.objects.latest("pk").reproduces, first)
        self._see("reproduced")

    def _pixels_told(self):
        """The hash of all pixels, as the page has it."""
        told = self.page.locator("tr", has_text="pixels_sha256").locator("td")
        text = told.text_content().strip()
        self.assertRegex(text, "^[0-9a-f]{64}$")
        return text

    def _beside(self, first, second):
        self.page.click("text=Beside this")
        self.page.wait_for_selector("[data-compare][data-shown]")
        # The same on both sides of the line: neither is the source.
        x, y = corner(0)
        middle = [(x + SIDE / 2) / WIDE, (y + SIDE / 2) / HIGH]
        for line in ("1000", "0"):
            self.page.fill("[data-wipe]", line)
            self.until(lambda: self._is_blue(middle))
        self.page.keyboard.press(".")
        times = "[...document.querySelectorAll('video')].map(v => v.currentTime)"
        self.until(lambda: len(set(self.evaluate(times))) == 1)
        self._see("beside")
        self.assertIn(f"with={first.pk}", self.page.url)
        self.assertEqual(second.seed, 5)

    def _is_blue(self, place):
        colour = self.page.evaluate(COLOUR, place)
        return colour.index(max(colour)) == 2

    def _see(self, name):
        folder = os.environ.get("LOOK")
        if folder:
            self.page.wait_for_timeout(800)
            path = Path(folder) / f"{name}.png"
            self.page.screenshot(path=path, full_page=True)
