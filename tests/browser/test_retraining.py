import json
import os
from datetime import timedelta
from pathlib import Path

from django.contrib.auth.models import Group

from catalog.models import EncoderVersion, RetrainSchedule, Shot, TrainingRun
from tests.browser.chromium import BrowserTestCase
from tests.factories import write_still
from tests.retrainable import ANYTHING, PLAN, films_to_learn_from

Status = EncoderVersion.Status


class RetrainingTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        self.editor.groups.add(Group.objects.get(name="admin"))
        films_to_learn_from()
        for shot in Shot.objects.select_related("title"):
            write_still(shot.title, shot.first_frame, grey=40 + 20 * shot.index)
            write_still(shot.title, shot.end_frame - 1, grey=60 + 20 * shot.index)

    def test_a_schedule_is_made_its_run_watched_and_its_version_put_live_and_taken_back(
        self,
    ):
        schedule = self._schedule()
        self.page.click("text=Dry run")
        self.page.wait_for_selector("text=24 shots of 6 titles to train on")
        self._look("schedules")
        self.page.click(f"#start-{schedule.pk}")
        self.page.click("text=/^run [0-9]+$/")

        self.page.wait_for_selector("#run progress")
        self._grows()
        self.page.wait_for_selector("text=/of the top 100 clip pairs change/")
        self.page.wait_for_selector("#run:not([hx-get])")
        run = TrainingRun.objects.get()
        self.assertEqual(self.page.locator(".moves li").count(), 20)
        self._look("run")

        self._earlier(run)
        self.page.click("text=Versions")
        self.page.click("text=/^[0-9]+ of 100 change$/")
        self.page.wait_for_selector("text=/of the top 100 clip pairs change/")
        self.assertEqual(self.page.locator(".moves li").count(), 20)
        self.page.click("text=Versions of clip")
        self.page.fill(f"#why-{run.version_id}", "I looked at the pairs.")
        self.page.click(f"#promote-{run.version_id}")
        self.until(lambda: self._status(run) == Status.ACTIVE)
        self.page.wait_for_selector("text=/^live [0-9.]+$/")
        self.page.click("#compare-two")
        self.page.wait_for_selector("#compared >> text=Held out, loss")
        self.assertEqual(self.page.locator(".chart .dot").count(), 3)
        self._look("versions")
        self.page.click("#rollback")
        self.page.wait_for_selector("text=Rolled back")
        self.assertEqual(self._status(run), Status.RETIRED)

    def _schedule(self) -> RetrainSchedule:
        """One that is filled in on its page; a plan whose frames do not grow is refused."""
        self.open("/retraining/")
        self.page.click("#new-schedule")
        self.page.fill("#id_name", "Sundays")
        self.page.fill("#id_cron", "0 3 * * 0")
        self.page.select_option("#id_time_zone", "Europe/Berlin")
        # By the clock: as long on any machine.
        self.page.fill("#id_minutes", "0.25")
        self.page.select_option("#id_shape", "toy")
        self.page.fill("#id_motion_steps", "1")
        self.page.fill("#id_better_by", f"{ANYTHING}")
        self.page.fill("#id_worse_by", "9")
        self.page.uncheck("#id_goes_live")
        self.page.fill("#id_plan", json.dumps({"stages": PLAN["stages"][::-1]}))
        self.page.click("#save-schedule")
        self.page.wait_for_selector("text=must grow from stage to stage")
        self.page.fill("#id_plan", json.dumps(PLAN))
        self._look("schedule")
        self.page.click("#save-schedule")
        self.page.wait_for_selector("text=Sundays: 0 3 * * 0 (Europe/Berlin).")
        return RetrainSchedule.objects.get()

    def _grows(self) -> None:
        """The line of the losses has more and more points while the run trains."""
        line = self.page.locator("#run[hx-get] .losses polyline").first
        seen: set[int] = set()

        def points() -> bool:
            seen.add(len((line.get_attribute("points") or "").split()))
            return len(seen) > 2

        self.until(points)
        self.assertIsNone(TrainingRun.objects.get().ended_at)

    def _earlier(self, run: TrainingRun) -> None:
        """Versions of earlier runs, judged like this one's, a little worse."""
        metrics = EncoderVersion.objects.get(training_run=run).metrics
        for number, worse in enumerate((1.3, 1.1)):
            measures = json.loads(json.dumps(metrics["measures"]))
            measures["candidate"]["loss"] *= worse
            made = EncoderVersion.objects.create(
                family="clip",
                name=f"toy clip encoder, run {number}",
                status=Status.RETIRED,
                metrics=metrics | {"measures": measures},
            )
            EncoderVersion.objects.filter(pk=made.pk).update(
                created_at=run.began_at - timedelta(days=7 * (2 - number))
            )

    def _status(self, run: TrainingRun) -> str:
        return EncoderVersion.objects.get(training_run=run).status

    def _look(self, name: str) -> None:
        folder = os.environ.get("LOOK")
        if folder:
            self.page.wait_for_timeout(800)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
