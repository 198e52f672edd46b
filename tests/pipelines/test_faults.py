"""Workers killed, messages doubled, files given twice at once: nothing lost, nothing doubled."""

import shutil
import time

from django.conf import settings

from catalog.dispatch import ring
from catalog.models import Job, MatchSet, Shot, ShotMask, ShotVector, Title
from catalog.services import add_path, default_production
from tests.films import planted_film, write_film
from tests.ingesting import IngestCase, digest, ended
from tests.worker import Worker

STAGES = ("hash", "probe", "proxy", "shots", "represent", "duplicates", "match")


class KilledWorkerTests(IngestCase):
    def test_killed_in_any_stage_the_job_goes_on_to_the_same_end(self):
        path = write_film(self.folder / "film.mp4", planted_film())
        reference = self.ingested(path)
        expected = (
            digest(reference),
            list(reference.shots.values_list("first_frame", "end_frame", "role")),
        )
        Title.objects.all().delete()
        # Each stage costs a lease: the longest three stand for all in the fast run.
        for stage in ("proxy", "shots", "represent"):
            with self.subTest(stage):
                title, job = add_path(path, default_production())
                self.forget_derived(title)
                self.kill_in(job, stage)

                ended(job, self.worker)

                self.assertEqual((job.state, job.attempt), (Job.State.DONE, 2), job.log)
                self.assertEqual(set(job.finished), set(STAGES))
                found = (
                    digest(title),
                    list(title.shots.values_list("first_frame", "end_frame", "role")),
                )
                self.assertEqual(found, expected)
                title.delete()

    def forget_derived(self, title):
        shutil.rmtree(settings.MEDIA_ROOT / "proxies", ignore_errors=True)

    def kill_in(self, job, stage):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            job.refresh_from_db()
            if job.state == Job.State.RUNNING and job.stage == stage:
                self.worker.kill9()
                self.worker.start()
                return
            time.sleep(0.005)
        raise AssertionError(f"{job} never came to {stage}: {job.log}")


class DoubleTests(IngestCase):
    def test_a_message_delivered_five_times_has_one_effect(self):
        path = write_film(self.folder / "film.mp4", planted_film())
        title, job = add_path(path, default_production())
        for _ in range(4):
            ring(job.pk, job.queue)

        self.done(job)
        self.worker.drain()

        job.refresh_from_db()
        self.assertEqual(job.attempt, 1)
        self.assertEqual(MatchSet.objects.filter(title=title).count(), 1)
        self.assertEqual(
            ShotMask.objects.values("shot", "slot", "frame").distinct().count(),
            ShotMask.objects.count(),
        )

    def test_one_file_ingested_twice_at_once_is_one_title(self):
        path = write_film(self.folder / "film.mp4", planted_film())
        copy = self.folder / "copy.mp4"
        copy.write_bytes(path.read_bytes())
        with Worker(concurrency=1):  # beside the shared one: two at the same time
            asked = [add_path(file, default_production()) for file in (path, copy)]
            for _, job in asked:
                self.done(job)

        states = sorted(Title.objects.values_list("state", flat=True))
        self.assertEqual(states, ["duplicate", "ready"])
        ready = Title.objects.get(state="ready")
        self.assertEqual(Shot.objects.exclude(title=ready).count(), 0)
        self.assertEqual(
            ShotVector.objects.count(),
            ShotVector.objects.filter(shot__title=ready).count(),
        )
