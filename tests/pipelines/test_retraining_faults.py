"""Retrainings whose worker dies, or that a person stops: they end as if nobody had disturbed them."""

import os
import time

import torch
from django.db import connection, transaction
from django.utils.timezone import now

from catalog.models import (
    EncoderVersion,
    Job,
    MatchSet,
    Promotion,
    ShotVector,
)
from catalog.services import cancel_run, resume_run, roll_back, run_now
from pipelines.retraining.fitting import order_of
from pipelines.retraining.job import RETRAINING
from pipelines.trained import clips_of
from tests.catalog.pages import logged_in
from tests.factories import add_user
from tests.ingesting import digest, ended
from tests.retrainable import (
    ANYTHING,
    MANY,
    SOME,
    films_to_learn_from,
    live_sets,
    toy_schedule,
    untrained_version,
)
from tests.worker import WorkerTestCase

# Each costs the start of a worker: the longest stands for all, but for `make faults`.
LONGEST = ("train",)
KILLED_IN = tuple(RETRAINING) if os.environ.get("KULESHOV_FAULTS") else LONGEST
LINGER = 0.3
# What a stage did is written down late: so even one of a millisecond can be killed in.
LINGERING = f"""
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep({LINGER} + 0.3); RETURN NEW; END';
    CREATE TRIGGER linger BEFORE UPDATE OF finished ON catalog_job FOR EACH ROW
        WHEN (OLD.finished IS DISTINCT FROM NEW.finished) EXECUTE FUNCTION linger();
"""
# As when the power fails: what the dead worker had begun to write is not written.
CONNECTIONS_OF_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class RetrainingFaultCase(WorkerTestCase):
    def setUp(self):
        super().setUp()
        self.titles = films_to_learn_from()

    def asked(self, **fields):
        """A run that keeps its training often."""
        with transaction.atomic():
            schedule = toy_schedule(name=f"{now()}", better_by=ANYTHING, **fields)
            run = run_now(schedule, user=None)
            run.config |= {"kept_every": 0.2}
            run.save()
        return run

    def finished(self, run):
        job = ended(run.job, self.worker)
        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        run.refresh_from_db()
        return run

    def reach(self, run, stage):
        """Return when its job is in a stage."""
        deadline = time.monotonic() + 60
        job = Job.objects.get(pk=run.job_id)
        while not (job.state == Job.State.RUNNING and job.stage == stage):
            if job.is_over or time.monotonic() > deadline:
                raise AssertionError(f"{job} never came to {stage}: {job.log}")
            time.sleep(0.005)
            job.refresh_from_db()

    def wait_for_checkpoint(self, run):
        deadline = time.monotonic() + 60
        while not order_of(run).training_file.exists():
            self.assertLess(time.monotonic(), deadline, self.worker.log())
            time.sleep(0.005)


class KilledTests(RetrainingFaultCase):
    def setUp(self):
        super().setUp()
        self.sql(LINGERING)
        self.addCleanup(self.sql, "DROP FUNCTION linger CASCADE")

    def test_killed_in_any_stage_it_goes_on_to_the_same_live_version(self):
        whole = self.finished(self.asked(frames=SOME))
        live, shown, rows = whole.version, self.boards(), self.rows(whole.version)
        self.assertEqual(tuple(whole.job.seconds), tuple(RETRAINING))
        for stage in KILLED_IN:
            with self.subTest(stage):
                roll_back("clip", user=None)
                run = self.asked(frames=SOME)
                self.kill_in(run, stage, min(whole.job.seconds[stage] / 2, LINGER))

                run = self.finished(run)

                self.assertEqual(run.job.attempt, 2)
                self.assertEqual(tuple(run.job.seconds), tuple(RETRAINING))
                self.same(run, live)
                self.assertTrue(self.rows(run.version) == rows)
                self.assertTrue(self.boards() == shown)

    def kill_in(self, run, stage, seconds):
        """Kill the worker after so long in a stage; another takes its place."""
        self.reach(run, stage)
        if stage == "train":
            self.wait_for_checkpoint(run)
        else:
            time.sleep(seconds)
        self.worker.kill9()
        self.sql(CONNECTIONS_OF_OTHERS)
        job = Job.objects.get(pk=run.job_id)
        self.assertEqual((job.state, job.stage), (Job.State.RUNNING, stage))
        self.assertNotIn(stage, job.seconds)
        # That a silent worker's lease runs out is shown where other faults are.
        Job.objects.filter(pk=job.pk).update(lease_until=now())
        self.worker.start()

    def same(self, run, live):
        """It made live what a run made that nobody disturbed, once, and left nothing else."""
        one, two = (
            clips_of(each).autoencoder.state_dict() for each in (live, run.version)
        )
        for name, tensor in one.items():
            self.assertTrue(torch.equal(tensor, two[name]), name)
        self.assertEqual(run.version.status, EncoderVersion.Status.ACTIVE)
        self.assertEqual(Promotion.objects.filter(version=run.version).count(), 1)
        self.assertTrue(run.outcome["went_live"])
        self.assertIsNotNone(run.ended_at)
        steps = [step for step, _, _ in run.losses]
        self.assertEqual(steps, sorted(set(steps)))
        self.assertFalse(order_of(run).out.parent.exists())

    def rows(self, version):
        rows = ShotVector.objects.filter(version=version)
        named = rows.order_by("shot", "slot").values_list("shot", "slot", "vector")
        return [(shot, slot, tuple(vector)) for shot, slot, vector in named]

    def boards(self):
        for title in self.titles:
            live = MatchSet.objects.filter(title=title, live=True, scope="title")
            self.assertEqual(live.count(), 1)
        return [digest(title) for title in self.titles]

    def sql(self, words):
        with connection.cursor() as cursor:
            cursor.execute(words)


class CancelledTests(RetrainingFaultCase):
    def test_stopped_while_it_trains_it_stops_at_once_and_nothing_else_changes(self):
        live = untrained_version(0)
        EncoderVersion.objects.filter(pk=live.pk).update(status="active")
        before = live_sets()
        run = self.asked(frames=MANY)
        self.reach(run, "train")
        self.wait_for_checkpoint(run)

        cancel_run(run)
        asked_at = time.monotonic()
        job = ended(run.job, self.worker)

        self.assertLess(time.monotonic() - asked_at, 5)
        self.assertEqual((job.state, job.stage), (Job.State.CANCELLED, "train"))
        run.refresh_from_db()
        self.assertTrue(run.is_over)
        self.assertIsNone(run.version)
        self.assertEqual(live_sets(), before)
        self.assertEqual(EncoderVersion.objects.active("clip"), live)
        self.assertFalse(Promotion.objects.exists())
        page = logged_in(add_user("", "admin")).get(f"/retraining/{run.pk}/")
        self.assertContains(page, '<span class="chip state">Cancelled train</span>')
        self.assertContains(page, "Go on</button>")
        self.assertNotContains(page, "every 2s")

        resume_run(run)
        run = self.finished(run)

        self.assertIn("training goes on from its last checkpoint", run.job.log)
        self.assertEqual(EncoderVersion.objects.active("clip"), run.version)
        self.assertEqual(run.version.parent, live)
