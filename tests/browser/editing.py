"""The form of edits, filled in by hand, for the film of one square."""

import base64

from catalog.services import add_from
from tests.browser.chromium import BrowserTestCase
from tests.edits import HIGH, WIDE, target_png, write_moving

DROPPED = """
content => {
  const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "disc.png", { type: "image/png" }));
  return carried;
}
"""


class EditingCase(BrowserTestCase):
    """A test with the film ingested, which fills in the form of an edit of it."""

    def setUp(self):
        super().setUp()
        path = write_moving(self.import_folder() / "square.mov")
        (self.title,) = add_from(path, self.production, user=self.editor)
        self.done(self.title.jobs.get())

    def fill_in(self):
        """All but what is replaced: the first twelve frames, a dropped picture, words."""
        self.open(f"/titles/{self.title.pk}/")
        self.page.click("text=Edit with a picture")
        self.page.wait_for_selector("#marking[data-ready]")
        self.page.fill("#id_last_frame", "11")
        content = base64.b64encode(target_png()).decode()
        carried = self.page.evaluate_handle(DROPPED, content)
        for event in ("dragenter", "drop"):
            self.page.dispatch_event("#drop", event, {"dataTransfer": carried})
        self.page.wait_for_selector("[data-picture]:not([hidden])")
        self.page.fill("#id_source_prompt", "a red square")
        self.page.fill("#id_target_prompt", "a blue disc")

    def drag(self, *places):
        """Press at the first of these pixels of the film, go over all, let go."""
        shown = self.page.locator("#marking svg").bounding_box()
        for number, (across, down) in enumerate(places):
            x = shown["x"] + shown["width"] * across / WIDE
            y = shown["y"] + shown["height"] * down / HIGH
            self.page.mouse.move(x, y, steps=1 if number == 0 else 4)
            if number == 0:
                self.page.mouse.down()
        self.page.mouse.up()
