"""Edits whose worker dies, or that a person stops: they go on to the same pixels."""

import os
import time

from catalog.files import local_path
from catalog.models import EditJob, Job
from catalog.services import cancel_edit, resume_edit
from catalog.services.edits import HEAT
from tests.catalog.pages import logged_in
from tests.edits import add_edit, job_of, write_moving
from tests.factories import add_user
from tests.ingesting import IngestCase, ended
from tests.untrained import place_untrained_toy

# Those of the job, and those of the back-end inside "edit".
STAGES = (
    *("read", "foretell", "tuning", "inversion", "regions", "sampling"),
    *("measure", "write"),
)
KILLED_IN = STAGES if os.environ.get("KULESHOV_FAULTS") else ("sampling",)


class FaultTests(IngestCase):
    """With a network of the toy's class that has learned nothing: only the way counts."""

    def setUp(self):
        super().setUp()
        self.title = self.ingested(write_moving(self.folder / "square.mov"))
        self.addCleanup(place_untrained_toy().unlink)

    def asked(self) -> EditJob:
        return add_edit(
            self.title,
            end_frame=11,
            back_end="toy",
            region=EditJob.Region.NONE,
            region_given={},
            steps=12,
        )

    def finished(self, edit: EditJob) -> EditJob:
        job = ended(job_of(edit), self.worker)
        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        return EditJob.objects.get(pk=edit.pk)

    def test_killed_or_stopped_anywhere_it_goes_on_to_the_same_pixels(self):
        whole = self.finished(self.asked())
        self.assertGreater(whole.outcome["spent"]["seconds"], 0)
        self.assertEqual(len(whole.inputs["weights_sha256"]), 64)
        for stage in KILLED_IN:
            with self.subTest(stage):
                edit = self.asked()
                self.reach(edit, stage)
                self.worker.kill9()
                self.worker.start()

                edit = self.finished(edit)

                self.assertEqual(job_of(edit).attempt, 2)
                self.same(edit, whole)
        with self.subTest("stopped"):
            edit = self.asked()
            self.reach(edit, "inversion")
            self.stopped_and_gone_on_with(edit, whole)

    def stopped_and_gone_on_with(self, edit: EditJob, whole: EditJob) -> None:
        """Cancel it, see that it stops at once, and have it finished."""
        cancel_edit(EditJob.objects.get(pk=edit.pk))
        asked_at = time.monotonic()
        job = ended(job_of(edit), self.worker)
        self.assertEqual(job.state, Job.State.CANCELLED)
        self.assertLess(time.monotonic() - asked_at, 5)
        shelf = local_path(edit.file_key("stages/shelf"))
        self.assertTrue((shelf / "tuning.safetensors").is_file())
        self.assertFalse((shelf / "sampling-0.safetensors").exists())
        page = logged_in(add_user("", "admin")).get(edit.get_absolute_url())
        self.assertContains(page, "Cancelled; press Retry to go on.")
        self.assertContains(page, ">Retry</button>")

        resume_edit(EditJob.objects.get(pk=edit.pk))

        edit = self.finished(edit)
        self.same(edit, whole)
        # What was not made in one go says nothing of how long it takes.
        self.assertEqual(edit.outcome["spent"]["seconds"], 0)

    def same(self, edit: EditJob, whole: EditJob) -> None:
        """Its pixels are those of an edit that nobody disturbed."""
        for name in ("pixels_sha256", "file_sha256", "measures", "flicker"):
            self.assertEqual(edit.outcome[name], whole.outcome[name], name)
        self.assertFalse(local_path(edit.file_key("stages")).exists())
        heats = [local_path(each.file_key(HEAT)).read_bytes() for each in (edit, whole)]
        self.assertEqual(*heats)

    def reach(self, edit: EditJob, stage: str) -> None:
        """Return when it is in a stage of its job or of its back-end."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            job = job_of(edit)
            if job.is_over:
                break
            own = EditJob.objects.values_list("stage", flat=True).get(pk=edit.pk)
            if job.state == Job.State.RUNNING and stage in (job.stage, own):
                return
            time.sleep(0.005)
        raise AssertionError(f"{edit} never came to {stage}: {job_of(edit).log}")
