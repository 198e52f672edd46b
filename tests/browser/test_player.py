import base64
from fractions import Fraction

import cv2
import numpy as np

from catalog.models import Title
from catalog.services import add_path
from catalog.timecode import timecode
from tests.browser.chromium import BrowserTestCase
from tests.footage import Clip, read_code, write_clip

# What the browser has on the screen, as a PNG.
SHOWN = """
async video => {
  if (video.seeking) await new Promise(done => video.addEventListener("seeked", done, {once: true}));
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}
"""
# Every frame as long as another: an average rate would be wrong nearly everywhere.
UNEVEN = tuple(int(t) for t in np.cumsum([0, *([700, 2300, 1100, 3900] * 15)])[:60])


class PlayerTests(BrowserTestCase):
    def play(self, clip: Clip) -> Title:
        """Ingest a clip and open its page."""
        path = write_clip(self.import_folder() / f"{self.id()[-30:]}.mov", clip)
        title, job = add_path(path, self.production, user=self.editor)
        self.done(job)
        title.refresh_from_db()
        self.open(title.get_absolute_url())
        self.page.wait_for_selector("#player[data-ready]")
        return title

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def told(self, name: str) -> str:
        return self.page.locator(f'[data-shows="{name}"]').inner_text()

    def seen(self) -> int:
        """The number drawn in the picture on the screen."""
        png = base64.b64decode(self.page.locator("#player video").evaluate(SHOWN))
        picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
        return read_code(np.asarray(picture, np.uint8))

    def check(self, frame: int) -> None:
        self.assertEqual(int(self.told("frame")), frame)
        # A seek ends when its frame is decoded; a busy machine paints it a little later.
        self.until(lambda: self.seen() == frame)

    def test_every_key_shows_exactly_the_frame_it_says(self):
        title = self.play(Clip(frames=60, rate=Fraction(24000, 1001), cuts=(20, 41)))
        shots = [shot.first_frame for shot in title.shots.all()]
        self.assertEqual(shots, [0, 20, 41])

        steps = [
            ((".", "."), 2), ((",",), 1), (("Shift+ArrowRight",), 11), (("End",), 59),
            (("Shift+ArrowLeft",), 49), (("ArrowUp",), 41), (("ArrowUp",), 20),
            (("ArrowLeft",), 19), (("ArrowDown",), 20), (("Home",), 0), ((",",), 0),
        ]  # fmt: skip
        for keys, frame in steps:
            with self.subTest(keys=keys):
                self.press(*keys)
                self.check(frame)
                self.assertEqual(self.told("tc"), title.tc(frame))

    def test_a_film_of_uneven_frames_is_stepped_frame_by_frame(self):
        self.play(Clip(frames=60, times=UNEVEN, time_base=Fraction(1, 30000)))

        for frame in range(1, 25):
            self.press(".")
            self.check(frame)

    def test_it_plays_stops_and_goes_backwards(self):
        self.play(Clip(frames=60))

        self.press("l")
        self.until(lambda: int(self.told("frame")) > 10)
        self.press("k")
        self.check(at := int(self.told("frame")))
        self.press("j")
        self.until(lambda: int(self.told("frame")) < at - 3)
        self.press("k")
        self.check(int(self.told("frame")))

    def test_a_shot_on_the_strip_is_gone_to_and_looked_into(self):
        title = self.play(Clip(frames=60, cuts=(20, 41)))
        middle = title.shots.get(index=1)

        self.page.click("#strip a >> nth=1")

        self.page.wait_for_selector(f'#inspector[data-shot="{middle.pk}"]')
        self.check(20)

    def test_a_split_at_the_shown_frame_makes_two_shots(self):
        title = self.play(Clip(frames=60, cuts=(30,)))
        self.page.wait_for_selector("#split")

        self.press(*["."] * 12, "b")

        self.until(lambda: self.page.locator("#strip a").count() == 3)
        shots = [shot.first_frame for shot in title.shots.order_by("index")]
        self.assertEqual(shots, [0, 12, 30])


class TimecodeTests(BrowserTestCase):
    RATES = (("24", False), ("24000/1001", False), ("25", False), ("50", False))
    DROPPING = (("30000/1001", True), ("60000/1001", True))

    def test_the_page_writes_the_same_timecodes_as_the_server(self):
        cases = [
            (frame, Fraction(rate), start, drop)
            for rate, drop in (*self.RATES, *self.DROPPING)
            for start in ("", "01:00:00:00", "09:59:59:10", "23:59:59:00")
            for frame in (0, 1, 1798, 1799, 1800, 17981, 17982, 107892, 2589407)
        ]
        asked = [
            [n, {"num": rate.numerator, "den": rate.denominator, "start": s, "drop": d}]
            for n, rate, s, d in cases
        ]
        written = self.page.evaluate(
            """async cases => {
              const { timecode } = await import("/static/catalog/timecode.js");
              return cases.map(([frame, title]) => timecode(frame, title));
            }""",
            asked,
        )

        wanted = [timecode(n, rate, start, drop=drop) for n, rate, start, drop in cases]
        self.assertEqual(written, wanted)
