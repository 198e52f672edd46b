"""Workers killed, messages doubled, files given twice at once: nothing lost, nothing doubled."""

import os
import signal
import struct
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from catalog.dispatch import ring
from catalog.models import Job, Shot, ShotMask, ShotVector, Title
from catalog.services import add_path, default_production
from tests.decoders import decoders, words
from tests.films import planted_film, write_film
from tests.footage import Clip, write_clip
from tests.ingesting import IngestCase, digest, ended, forget_derived
from tests.worker import Worker

# Each stage costs a lease: the longest three stand for all, but for `make faults`.
LONGEST = ("proxy", "shots", "represent")
STAGES = ("hash", "probe", "proxy", "shots", "represent", "duplicates", "match")
KILLED_IN = STAGES if os.environ.get("KULESHOV_FAULTS") else LONGEST


# What names a silhouette: its moment, its subject, and how a frame line cuts it.
ONE_MASK = ("shot", "slot", "frame", "instance", "variant")


class KilledWorkerTests(IngestCase):
    def test_killed_in_any_stage_the_job_goes_on_to_the_same_end(self):
        path = write_film(self.folder / "film.mp4", planted_film())
        reference = self.ingested(path)
        expected = (
            digest(reference),
            list(reference.shots.values_list("first_frame", "end_frame", "role")),
        )
        Title.objects.all().delete()
        for stage in KILLED_IN:
            with self.subTest(stage):
                Title.objects.all().delete()
                file = padded(path) if stage == "hash" else path
                title, job = add_path(file, default_production())
                forget_derived()
                self.kill_in(job, stage)

                ended(job, self.worker)

                self.assertEqual((job.state, job.attempt), (Job.State.DONE, 2), job.log)
                self.assertEqual(tuple(job.seconds), STAGES)
                found = (
                    digest(title),
                    list(title.shots.values_list("first_frame", "end_frame", "role")),
                )
                self.assertEqual(found, expected)

    def segments(self, job):
        folder = settings.MEDIA_ROOT / "work" / f"title-{job.title_id}"
        return len(list(folder.glob("0*.json")))

    def kill_in(self, job, stage):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            job.refresh_from_db()
            there = job.state == Job.State.RUNNING and job.stage == stage
            # In the middle of the decode: two segments are finished, more are to come.
            if there and (stage != "proxy" or self.segments(job) >= 2):
                self.worker.kill9()
                self.worker.start()
                return
            if job.is_over:
                break
            time.sleep(0.005)
        raise AssertionError(f"{job} never came to {stage}: {job.log}")


def padded(path: Path) -> Path:
    """The same film with room left in the file, as editors leave it: long to hash."""
    size = 400 << 20
    larger = path.with_name("padded.mp4")
    larger.write_bytes(path.read_bytes() + struct.pack(">I4s", size, b"free"))
    os.truncate(larger, path.stat().st_size + size)
    return larger


class DecoderTests(IngestCase):
    """The child that decodes is killed, or its file is taken away under it."""

    def setUp(self):
        super().setUp()
        self.path = write_film(self.folder / "film.mp4", planted_film())
        self.title, self.job = add_path(self.path, default_production())

    def test_a_decoder_killed_once_costs_an_attempt_and_nothing_else(self):
        self.kill_decoder(times=1)

        self.done(self.job)
        self.assertEqual(self.job.attempt, 2)
        self.assertEqual(self.title.shots.count(), 20)

    def test_a_decoder_that_is_always_killed_fails_its_title_and_no_other(self):
        self.kill_decoder(times=3)

        ended(self.job, self.worker)
        self.title.refresh_from_db()
        self.assertEqual(self.job.state, Job.State.QUARANTINED)
        self.assertEqual(self.title.state, Title.State.FAILED)
        self.assertIn("film.mp4", self.title.error)
        self.assertEqual(self.title.shots.count(), 0)
        good = write_clip(self.folder / "good.mp4", Clip(frames=60, cuts=(30,)))
        self.assertEqual(self.ingested(good).shots.count(), 2)

    def test_a_file_removed_while_it_is_read_says_so(self):
        self.wait_for_stage("proxy")
        self.path.unlink()

        ended(self.job, self.worker)
        self.title.refresh_from_db()
        self.assertEqual(self.title.state, Title.State.FAILED)
        self.assertIn("film.mp4", self.title.error)
        self.assertEqual(self.title.shots.count(), 0)

    def wait_for_stage(self, stage, attempt=1):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.job.refresh_from_db()
            if self.job.stage == stage and self.job.attempt >= attempt:
                return
            time.sleep(0.005)
        raise AssertionError(f"{self.job} never came to {stage}: {self.job.log}")

    def kill_decoder(self, times):
        for attempt in range(1, times + 1):
            self.wait_for_stage("proxy", attempt)
            deadline = time.monotonic() + 30
            # The decoder itself, not bubblewrap around it: killed before its child watches
            # it, that would leave the child at work, and nobody's descendant.
            found = self.decoding()
            while self.is_running(attempt):
                for pid in found:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self.assertLess(time.monotonic(), deadline, "the attempt never ended")
                time.sleep(0.005)
                found = self.decoding()

    def decoding(self):
        found = decoders(self.worker.child.running.pid)
        return [pid for pid in found if not is_bubblewrap(pid)]

    def is_running(self, attempt):
        self.job.refresh_from_db()
        return self.job.state == Job.State.RUNNING and self.job.attempt == attempt


def is_bubblewrap(pid: int) -> bool:
    return words(pid).split(b"\0")[0].endswith(b"bwrap")


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
        self.assertEqual(title.match_sets.filter(scope="title").count(), 1)
        self.assertEqual(
            ShotMask.objects.values(*ONE_MASK).distinct().count(),
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
