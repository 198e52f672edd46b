import os
from pathlib import Path

from django.contrib.auth.models import Group

from catalog.models import EncoderVersion, Shot, TrainingRun
from tests.browser.chromium import BrowserTestCase
from tests.factories import write_still
from tests.retrainable import ANYTHING, MANY, films_to_learn_from, toy_schedule

Status = EncoderVersion.Status


class RetrainingTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.editor.groups.add(Group.objects.get(name="admin"))
        films_to_learn_from()
        for shot in Shot.objects.select_related("title"):
            write_still(shot.title, shot.first_frame, grey=40 + 20 * shot.index)
            write_still(shot.title, shot.end_frame - 1, grey=60 + 20 * shot.index)

    def test_a_run_is_watched_to_its_end_and_its_version_put_live_and_taken_back(self):
        schedule = toy_schedule(frames=MANY, better_by=ANYTHING, goes_live=False)
        self.open("/retraining/")
        self.page.click(f"#start-{schedule.pk}")
        self.page.click("text=/^run [0-9]+$/")

        self.page.wait_for_selector("#run progress")
        self.page.wait_for_selector(".losses polyline")
        self.page.wait_for_selector("text=/of the top 100 clip pairs change/")
        self.page.wait_for_selector("#run:not([hx-get])")
        run = TrainingRun.objects.get()
        self.assertEqual(self.page.locator(".moves li").count(), 20)
        self._look("run")

        self.open("/retraining/")
        self.page.fill(f"#why-{run.version_id}", "I looked at the pairs.")
        self.page.click(f"#promote-{run.version_id}")
        self.until(lambda: self._status(run) == Status.ACTIVE)
        self.open("/retraining/")
        self._look("versions")
        self.page.click("#rollback")
        self.page.wait_for_selector("text=Rolled back")
        self.assertEqual(self._status(run), Status.RETIRED)

    def _status(self, run: TrainingRun) -> str:
        return EncoderVersion.objects.get(training_run=run).status

    def _look(self, name: str) -> None:
        folder = os.environ.get("LOOK")
        if folder:
            self.page.wait_for_timeout(800)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
