"""Edits whose worker dies, or that a person stops: they go on to the same pixels."""

import os
import time
import unittest
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.utils.timezone import now

from catalog.back_ends import BACK_ENDS
from catalog.files import local_path
from catalog.models import EditJob, Job
from catalog.services import cancel_edit, resume_edit
from catalog.services.edits import HEAT
from tests.catalog.pages import logged_in
from tests.edits import FRAMES, add_edit, box_at, job_of, write_moving
from tests.factories import add_user
from tests.ingesting import IngestCase, ended
from tests.killing import CONNECTIONS_OF_OTHERS, held_before, sql
from tests.mlcore.editing.placed import place_unclip, place_vace

PATIENCE_SECONDS = 600.0
"""The 200 steps that a placed network is tuned take minutes beside other work."""
EVERYWHERE = bool(os.environ.get("KULESHOV_FAULTS"))
NO_REGION = {"region": EditJob.Region.NONE, "region_given": {}}
# Those of the job, and those of the back-end inside "edit".
STAGES = (
    *("read", "foretell", "tuning", "inversion", "regions", "sampling"),
    *("measure", "write"),
)
STAGES_OF_JOB = ("read", "region", "foretell", "measure", "write")
STAGES_OF_COMPOSITE = (
    *("read", "region", "foretell", "camera", "compositing"),
    *("measure", "write"),
)
LAST_WRITES = {
    "what it took": ("catalog_editjob", "NEW.outcome ? 'spent'"),
    "its last stage": ("catalog_job", "strpos(NEW.finished::text, 'write') > 0"),
}


class FaultCase(IngestCase):
    """Edits that are killed on their way, beside one that was left alone."""

    def finished(self, edit: EditJob) -> EditJob:
        job = ended(job_of(edit), self.worker, PATIENCE_SECONDS)
        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        return EditJob.objects.get(pk=edit.pk)

    def killed_in(self, stages: tuple[str, ...], whole: EditJob, asked) -> None:
        """Kill the worker in each of these stages of an edit of its own."""
        for stage in stages:
            with self.subTest(stage):
                edit = self.brought_to(stage, asked)
                self.worker.kill9()
                self.worker.start()

                edit = self.finished(edit)

                self.assertEqual(job_of(edit).attempt, 2)
                self.same(edit, whole)

    def same(self, edit: EditJob, whole: EditJob) -> None:
        """Its pixels are those of an edit that nobody disturbed."""
        for name in ("pixels_sha256", "file_sha256", "measures", "flicker"):
            self.assertEqual(edit.outcome[name], whole.outcome[name], name)
        self.assertFalse(local_path(edit.file_key("stages")).exists())
        heats = [local_path(each.file_key(HEAT)) for each in (edit, whole)]
        seen = [heat.read_bytes() if heat.is_file() else None for heat in heats]
        self.assertEqual(*seen)

    def brought_to(self, stage: str, asked: Callable[[], EditJob]) -> EditJob:
        """An edit that has just begun a stage of its job or of its back-end."""
        with self.held_at(stage) as held:
            edit = asked()
            held()
        return edit

    def held_at(self, stage: str) -> AbstractContextManager[Callable[[], None]]:
        """The worker stands still where an edit begins a stage, until the end."""
        table = "catalog_job" if stage in STAGES_OF_JOB else "catalog_editjob"
        return held_before(table, f"NEW.stage = '{stage}'", PATIENCE_SECONDS)


class FaultTests(FaultCase):
    """With the toy that ships: one that has learned nothing finds no region to sample in."""

    def setUp(self):
        super().setUp()
        self.title = self.ingested(write_moving(self.folder / "square.mov"))

    def toy(self) -> EditJob:
        return add_edit(self.title, end_frame=11, back_end="toy", steps=12, **NO_REGION)

    def composite(self) -> EditJob:
        return add_edit(
            self.title, first_frame=0, end_frame=FRAMES, region_given=box_at(0)
        )

    def test_killed_or_stopped_anywhere_it_goes_on_to_the_same_pixels(self):
        whole = self.finished(self.toy())
        self.assertGreater(whole.outcome["spent"]["seconds"], 0)
        self.assertEqual(len(whole.inputs["weights_sha256"]), 64)
        self.killed_in(STAGES if EVERYWHERE else ("sampling",), whole, self.toy)
        with self.subTest("stopped"):
            edit = self.brought_to("inversion", self.toy)
            self.stopped_and_gone_on_with(edit, whole)

    def test_a_composite_killed_while_it_looks_for_its_region_is_the_same(self):
        whole = self.finished(self.composite())
        stages = STAGES_OF_COMPOSITE if EVERYWHERE else ("region",)
        self.killed_in(stages, whole, self.composite)

    def test_killed_before_any_of_its_last_writes_it_is_whole(self):
        whole = self.finished(add_edit(self.title))
        for what, (table, condition) in LAST_WRITES.items():
            with self.subTest(what):
                edit = add_edit(self.title)
                self.kill_before(table, condition)

                edit = self.finished(edit)

                self.assertEqual(job_of(edit).attempt, 2)
                self.same(edit, whole)
                for name in ("frames", "pixels", "device"):
                    told = [each.outcome["spent"][name] for each in (edit, whole)]
                    self.assertEqual(*told)

    def kill_before(self, table: str, condition: str) -> None:
        """Kill the worker when it is about to write such a row; another takes its place."""
        with held_before(table, condition, PATIENCE_SECONDS) as held:
            held()
            self.worker.kill9()
            sql(CONNECTIONS_OF_OTHERS)
        # That a silent worker's lease runs out is shown where other faults are.
        Job.objects.filter(state=Job.State.RUNNING).update(lease_until=now())
        self.worker.start()

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


@unittest.skipUnless(EVERYWHERE, "minutes: make faults")
class PlacedFaultTests(FaultCase):
    """With tiny networks in diffusers' format, placed where published ones would be."""

    def setUp(self):
        super().setUp()
        self.title = self.ingested(
            write_moving(self.folder / "square.mov", size=(64, 32))
        )
        self.work_with(self.folder / "weights")

    def work_with(self, weights: Path) -> None:
        """Have a worker that finds placed weights beside all that there are."""
        weights.mkdir()
        for each in Path(settings.WEIGHTS_ROOT).iterdir():
            if each.name != "editing":
                (weights / each.name).symlink_to(each.resolve())
        for name, place in (("unclip", place_unclip), ("vace", place_vace)):
            place(weights / BACK_ENDS[name].folder)
        changed = mock.patch.dict(os.environ, {"KULESHOV_WEIGHTS": str(weights)})
        changed.start()
        # The next test's worker has the weights of all others again.
        self.addCleanup(self.worker.stop)
        self.addCleanup(changed.stop)
        self.worker.restart()

    def unclip(self) -> EditJob:
        return add_edit(
            self.title, end_frame=9, back_end="unclip", steps=12, **NO_REGION
        )

    def vace(self) -> EditJob:
        return add_edit(self.title, end_frame=10, back_end="vace", steps=60)

    def test_unclip_goes_on_to_the_same_pixels(self):
        whole = self.finished(self.unclip())
        self.killed_in(
            ("tuning", "inversion", "regions", "sampling"), whole, self.unclip
        )

    def test_vace_is_made_again_to_the_same_pixels(self):
        whole = self.finished(self.vace())
        self.killed_in(("region", "foretell", "sampling"), whole, self.vace)
