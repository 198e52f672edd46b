"""Edits that are gone on with where something is otherwise by now."""

import time

from catalog.models import EditJob, Job, SourceFile
from catalog.services import cancel_edit, resume_edit
from tests.edits import add_edit, job_of, pictures, write_moving
from tests.ingesting import ended
from tests.pipelines.test_edit_faults import FaultCase
from tests.untrained import place_untrained_toy


class GoneOnWithTests(FaultCase):
    """With networks of the toy's class that have learned nothing: only the way counts."""

    def setUp(self):
        super().setUp()
        self.film = write_moving(self.folder / "square.mov")
        self.title = self.ingested(self.film)
        self.addCleanup(place_untrained_toy().unlink)

    def toy(self) -> EditJob:
        # With a region: what networks that learned nothing find in a chunk may be none,
        # and then nothing is sampled.
        return add_edit(self.title, end_frame=11, back_end="toy", steps=12)

    def stopped(self, stage: str) -> EditJob:
        """An edit that was stopped in a stage."""
        with self.held_at(stage) as held:
            edit = self.toy()
            held()
            cancel_edit(EditJob.objects.get(pk=edit.pk))
            # It asks twice a second whether it should go on, and a stage here is shorter.
            time.sleep(0.5)
        job = ended(job_of(edit), self.worker)
        self.assertEqual(job.state, Job.State.CANCELLED)
        return EditJob.objects.get(pk=edit.pk)

    def test_stages_that_other_weights_left_are_made_anew(self):
        edit = self.stopped("sampling")
        before = edit.inputs["weights_sha256"]
        told = edit.estimate
        whole = told["frames"] * told["seconds_a_frame"]
        # Tuning and inversion are over, and so is most of the work.
        self.assertLess(told["left"], 0.5 * whole)
        place_untrained_toy(seed=1)

        resume_edit(edit)

        edit, whole = self.finished(edit), self.finished(self.toy())
        self.assertNotEqual(edit.inputs["weights_sha256"], before)
        self.assertEqual(edit.made_with, whole.made_with)
        self.same(edit, whole)
        # All of it was made in one go, and says how long it takes.
        self.assertGreater(edit.outcome["spent"]["seconds"], 0)

    def test_frames_of_a_source_that_was_read_again_are_decoded_again(self):
        edit = self.stopped("inversion")
        before = edit.inputs["frames_sha256"]
        write_moving(self.film, shown=[each[:, ::-1] for each in pictures()])
        other = SourceFile.objects.create(content_key="0" * 64, size=1)
        self.title.source = other
        self.title.save(update_fields=["source"])

        resume_edit(edit)

        edit, whole = self.finished(edit), self.finished(self.toy())
        self.assertEqual(edit.inputs["source"], other.content_key)
        self.assertNotEqual(edit.inputs["frames_sha256"], before)
        self.same(edit, whole)

    def test_another_worker_foretells_anew_what_it_takes(self):
        edit = self.brought_to("tuning", self.toy)
        self.worker.kill9()
        elsewhere = {"device": "a GPU", "worker": "elsewhere", "seconds_a_frame": 900}
        edit.refresh_from_db()
        here = edit.estimate
        EditJob.objects.filter(pk=edit.pk).update(estimate=here | elsewhere)

        self.worker.start()

        edit = self.finished(edit)
        for name in ("device", "worker"):
            self.assertEqual(edit.estimate[name], here[name])
        self.assertLess(edit.estimate["seconds_a_frame"], 900)
        self.assertEqual(
            list(job_of(edit).seconds),
            ["read", "region", "foretell", "edit", "measure", "write"],
        )
