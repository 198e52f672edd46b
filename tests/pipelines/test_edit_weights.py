"""Weights that are placed, but not as they should be: the edit's job says so."""

from django.db import transaction
from django.test import override_settings

from catalog.back_ends import BACK_ENDS, UNCLIP, VACE
from catalog.models import Job, Title
from pipelines.editing.job import edit_shot
from pipelines.jobs import run_claimed
from tests.edits import add_edit, job_of, write_moving
from tests.ingesting import IngestCase
from tests.mlcore.editing.placed import place_unclip


class PlacedWeightsTests(IngestCase):
    def test_what_lacks_a_part_or_is_of_another_class_ends_it_with_one_sentence(self):
        title = self.ingested(
            write_moving(self.folder / "square.mov", size=(64, 32), sound=False)
        )
        folders = {
            each: self.folder / BACK_ENDS[each].folder for each in (UNCLIP, VACE)
        }
        for folder in folders.values():
            place_unclip(folder)
        (folders[UNCLIP] / "vae").rename(self.folder / "elsewhere")
        other = "holds weights of StableUnCLIPImg2ImgPipeline, wanted are those of"
        for back_end, sentence in (
            (UNCLIP, f"The weights in {folders[UNCLIP]} lack vae. "),
            (VACE, f"{folders[VACE]} {other} WanVACEPipeline. "),
        ):
            with self.subTest(back_end):
                job = self.done_here(title, back_end)
                self.assertEqual((job.state, job.stage), (Job.State.FAILED, "foretell"))
                self.assertEqual(job.error, sentence + BACK_ENDS[back_end].wanted)

    def done_here(self, title: Title, back_end: str) -> Job:
        """Have it done by this program, which finds other weights than the worker."""
        # Until it is over nobody else sees it, its own pulse neither.
        found = override_settings(WEIGHTS_ROOT=self.folder, JOB_BEAT_SECONDS=3600)
        with transaction.atomic(), found:
            job = job_of(add_edit(title, back_end=back_end))
            run_claimed(job.pk, {Job.Kind.EDIT: edit_shot})
        job.refresh_from_db()
        return job
