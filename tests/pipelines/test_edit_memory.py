"""An edit whose worker gets no more memory: one sentence, and nothing lost."""

import resource
from pathlib import Path

from catalog.files import local_path
from catalog.models import EditJob, Job
from catalog.services import resume_edit
from tests.edits import FRAMES, add_edit, job_of, write_moving
from tests.ingesting import IngestCase, ended
from tests.untrained import place_untrained_toy

MORE = 220 * 2**20
"""Bytes that the worker may have beyond what it has: what is decoded fits, 62 MB, and that
once more, but not the same as numbers of four bytes."""
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


class MemoryTests(IngestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(place_untrained_toy().unlink)
        path = write_moving(self.folder / "square.mov", size=(960, 540))
        self.title = self.ingested(path)

    def asked(self, end: int) -> EditJob:
        return add_edit(
            self.title,
            first_frame=0,
            end_frame=end,
            back_end="toy",
            region=EditJob.Region.NONE,
            region_given={},
            steps=2,
        )

    def test_it_says_how_many_frames_may_fit_and_goes_on_where_there_is_more(self):
        # What is loaded once is loaded before memory is counted.
        before = self.done(job_of(self.asked(2)))
        self.allow(before, MORE)
        edit = self.asked(FRAMES)

        job = ended(job_of(edit), self.worker)

        self.assertEqual((job.state, job.attempt), (Job.State.FAILED, 1), job.log)
        self.assertRegex(
            job.error, r"^40 frames at once do not fit into memory: 20 may"
        )
        self.assertEqual(job.error.count("."), 1)
        self.assertTrue(local_path(edit.file_key("stages/frames.npy")).is_file())

        self.allow(before, None)
        resume_edit(EditJob.objects.get(pk=edit.pk))
        self.done(job_of(edit))
        self.assertTrue(EditJob.objects.get(pk=edit.pk).is_done)

    def allow(self, job: Job, more: int | None) -> None:
        """Let the process that did a job have so much more memory; None: all there is."""
        process = int(job.worker.rpartition(":")[2])
        has = int(Path(f"/proc/{process}/statm").read_text().split()[0])
        most = has * resource.getpagesize() + (more or 0)
        limits = UNLIMITED if more is None else (most, resource.RLIM_INFINITY)
        resource.prlimit(process, resource.RLIMIT_AS, limits)
