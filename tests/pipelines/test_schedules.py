import time
from pathlib import Path

from django.conf import settings
from django.test import TestCase

from catalog.files import local_path, working_folder
from catalog.models import Job, Production, Title
from catalog.services import cancel_job, keep_picture, picture_path
from pipelines.schedules import LEFTOVER_SECONDS, STAGES_SECONDS, clear_leftovers
from tests.edits import add_edit, job_of
from tests.factories import write_file


class LeftoverTests(TestCase):
    def setUp(self):
        production = Production.objects.create(name="P")
        self.title = Title.objects.create(
            production=production, name="A", added_path="/a.mp4"
        )
        self.folder = working_folder(f"title-{self.title.pk}")
        (self.folder / "00000.mp4").write_bytes(b"half")
        self.broken = Path(settings.UPLOAD_ROOT) / "broken.part"
        self.broken.write_bytes(b"half")
        self.tomorrow = time.time() + LEFTOVER_SECONDS + 60

    def test_what_nobody_goes_on_with_is_gone_after_a_day(self):
        clear_leftovers()
        self.assertTrue(self.folder.exists())

        clear_leftovers(self.tomorrow)
        self.assertFalse(self.folder.exists())
        self.assertFalse(self.broken.exists())

    def test_a_title_that_still_has_work_keeps_its_half_done_files(self):
        Job.objects.create(kind=Job.Kind.INGEST, title=self.title, key="k")

        clear_leftovers(self.tomorrow)

        self.assertTrue(self.folder.exists())

    def test_a_picture_that_was_searched_by_is_kept_for_a_day(self):
        picture = local_path(keep_picture([b"picture"]))

        clear_leftovers()
        self.assertTrue(picture.exists())
        clear_leftovers(self.tomorrow)
        self.assertFalse(picture.exists())

    def test_stages_of_an_edit_that_was_stopped_are_kept_for_two_weeks(self):
        self.title.proxy_key, self.title.frames = "proxies/a/proxy.mp4", 40
        edit = add_edit(self.title)
        left = write_file(edit.file_key("stages/frames.npy"), b"frames")
        after = time.time() + STAGES_SECONDS + 60
        clear_leftovers(after)
        self.assertTrue(left.exists(), "its job waits")
        cancel_job(job_of(edit))

        clear_leftovers(self.tomorrow)
        self.assertTrue(left.exists())
        clear_leftovers(after)
        self.assertFalse(left.exists())
        self.assertTrue(picture_path(edit.picture_sha256).exists())

    def test_whole_uploads_are_never_touched(self):
        whole = Path(settings.UPLOAD_ROOT) / "whole.mp4"
        whole.write_bytes(b"whole")

        clear_leftovers(self.tomorrow)

        self.assertTrue(whole.exists())

    def test_loops_that_were_there_to_be_taken_go_after_a_day(self):
        taken = write_file("exports/ab/abc.zip", b"loops")
        clear_leftovers()
        self.assertTrue(taken.exists())

        clear_leftovers(self.tomorrow)

        self.assertFalse(taken.exists())
