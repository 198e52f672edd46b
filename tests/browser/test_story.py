from catalog.models import Job, MatchCandidate, Title, Verdict
from tests.browser.chromium import BrowserTestCase
from tests.films import planted_film, write_film

# When this page was loaded, and the stage it tells.
STAGE = """
[performance.timeOrigin, document.querySelector("#status .stage span")?.textContent ?? ""]
"""
LOADED = """
[...document.querySelector(".card").querySelectorAll("img")].every(i => i.naturalWidth > 0)
"""
PLAYS = "video => !video.paused && video.currentTime > 0.2 && video.videoWidth > 0"


class StoryTests(BrowserTestCase):
    def test_from_a_file_on_disk_to_an_accepted_cut_and_back(self):
        path = write_film(self.import_folder() / "story.mp4", planted_film())

        self._add(str(path))
        self._watch_progress()
        self._find_on_the_board()
        self._play()
        self._accept_and_undo()

    def _add(self, path):
        self.page.keyboard.press("g")
        self.page.keyboard.press("t")
        self.page.click("text=Add titles")
        self.page.fill("#id_path", path)
        self.page.click("main button")
        self.page.wait_for_url("**/titles/*/")

    def _watch_progress(self):
        # Polled, not reloaded: several stages are told by one and the same page.
        page, _ = self.evaluate(STAGE)
        stages = set()
        while self.page.locator("#player").count() == 0:
            shown_by, stage = self.evaluate(STAGE)
            if shown_by == page and "stage" in stage:
                stages.add(stage)
            self.page.wait_for_timeout(100)
        self.assertGreaterEqual(len(stages), 2, stages)
        self.page.wait_for_selector("#player[data-ready]")
        self.assertEqual(Title.objects.get().state, Title.State.READY)

    def _find_on_the_board(self):
        self.page.keyboard.press("g")
        self.page.keyboard.press("m")
        self.page.wait_for_selector(".card")
        best = MatchCandidate.objects.live().on_board().best_first()[0]
        card = self.page.locator(".card").first
        self.assertEqual(card.get_attribute("id"), f"card-{best.pk}")
        self.until(lambda: self.evaluate(LOADED))

    def _play(self):
        self.page.keyboard.press("ArrowRight")
        self.page.wait_for_selector("#monitor video")
        video = self.page.locator("#monitor video")
        self.until(lambda: video.evaluate(PLAYS))
        job = Job.objects.filter(kind=Job.Kind.LOOP).earliest("pk")
        self.assertEqual((job.state, job.queue), (Job.State.DONE, "interactive"))

    def _accept_and_undo(self):
        first, second = (self.page.locator(".card").nth(at) for at in (0, 1))
        name = first.get_attribute("id")
        self.page.keyboard.press("a")
        self.page.wait_for_selector(f"#{name}.good")
        self.assertEqual(Verdict.objects.get().value, Verdict.Value.GOOD)
        # One key is the verdict and the way on.
        focused = "document.activeElement.id"
        self.assertEqual(self.evaluate(focused), second.get_attribute("id"))
        self.page.keyboard.press("u")
        self.page.wait_for_selector(f"#{name}:not(.good)")
        self.assertIsNotNone(Verdict.objects.get().undone_at)
        self.page.reload()
        self.page.wait_for_selector(f"#{name}")
