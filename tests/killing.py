"""Retrainings whose worker is killed by kill -9 in a stage, and what they leave."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from django.utils.timezone import now

from catalog.files import local_path
from catalog.models import EncoderVersion, Job, Promotion, TrainingRun
from catalog.services import roll_back
from tests.ingesting import ended
from tests.worker import WorkerTestCase

EVERYWHERE = bool(os.environ.get("KULESHOV_FAULTS"))
"""Each kill costs the start of a worker: all of them are for `make faults`."""
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

# A write that is begun and comes to its end when the test lets it.
HOLDING = """
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';
    CREATE TRIGGER hold BEFORE UPDATE ON {} FOR EACH ROW
        WHEN ({}) EXECUTE FUNCTION hold();
"""
HELD = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'advisory'
"""


class RetrainingCase(WorkerTestCase):
    """A test of runs that the shared worker does; how one is asked for is the test's."""

    def asked(self) -> TrainingRun:
        """A run that passes its gate and keeps its training often."""
        raise NotImplementedError

    def left_by(self, run: TrainingRun) -> object:
        """All of it that has to be the same, killed or not."""
        raise NotImplementedError

    def finished(self, run: TrainingRun) -> TrainingRun:
        """Wait for a run that has to succeed."""
        job = ended(job_of(run), self.worker)
        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        run.refresh_from_db()
        return run

    def reach(self, run: TrainingRun, stage: str) -> None:
        """Return when its job is in a stage; of training, when something is kept of it."""
        deadline = time.monotonic() + 60
        job = job_of(run)
        while not (job.state == Job.State.RUNNING and job.stage == stage):
            if job.is_over or time.monotonic() > deadline:
                raise AssertionError(f"{job} never came to {stage}: {job.log}")
            time.sleep(0.005)
            job.refresh_from_db()
        while stage == "train" and not has_checkpoint(run):
            self.assertLess(time.monotonic(), deadline, self.worker.log())
            time.sleep(0.005)

    def killed_in(self, stages: Sequence[str], every: Sequence[str]) -> None:
        """In each of these stages: the run goes on to what one leaves that nobody kills.

        `every` stage of a run is done, whichever attempt does it.
        """
        sql(LINGERING)
        self.addCleanup(sql, "DROP FUNCTION linger CASCADE")
        whole = self.finished(self.asked())
        expected, took = self.left_by(whole), job_of(whole).seconds
        self.assertEqual(tuple(took), tuple(every))
        for stage in stages:
            with self.subTest(stage):
                roll_back(whole.family, user=None)
                run = self.asked()
                self.reach(run, stage)
                time.sleep(min(took[stage] / 2, LINGER))
                self.kill_in(run, stage)

                run = self.finished(run)

                self.assertEqual(job_of(run).attempt, 2)
                self.assertEqual(tuple(job_of(run).seconds), tuple(every))
                self.went_live_once(run)
                self.assertTrue(self.left_by(run) == expected)

    def kill_in(self, run: TrainingRun, stage: str) -> None:
        """Kill the worker, which is in that stage; another takes its place."""
        self.worker.kill9()
        sql(CONNECTIONS_OF_OTHERS)
        job = job_of(run)
        self.assertEqual((job.state, job.stage), (Job.State.RUNNING, stage))
        self.assertNotIn(stage, job.seconds)
        # That a silent worker's lease runs out is shown where other faults are.
        Job.objects.filter(pk=job.pk).update(lease_until=now())
        self.worker.start()

    def went_live_once(self, run: TrainingRun) -> None:
        """Its version is live by one switch, its steps are told once, nothing lies about."""
        version = run.version
        assert version is not None
        self.assertEqual(version.status, EncoderVersion.Status.ACTIVE)
        self.assertEqual(Promotion.objects.filter(version=version).count(), 1)
        self.assertTrue(run.outcome["went_live"])
        self.assertIsNotNone(run.ended_at)
        steps = [step for step, _, _ in run.losses]
        self.assertEqual(steps, sorted(set(steps)))
        self.assertFalse(local_path(f"training/{run.pk}").exists())


def job_of(run: TrainingRun) -> Job:
    """The run's job as it is now."""
    return Job.objects.get(training_run=run)


def has_checkpoint(run: TrainingRun) -> bool:
    """Whether something is kept of its training to go on with."""
    return any(local_path(f"training/{run.pk}").glob("*.training.safetensors"))


@contextmanager
def held_before(
    table: str, condition: str, seconds: float = 60.0
) -> Iterator[Callable[[], None]]:
    """Have the worker stand still where it is about to write such a row, until the end.

    What is given returns when it does.
    """

    def held() -> None:
        deadline = time.monotonic() + seconds
        with connection.cursor() as cursor:
            while not cursor.execute(HELD).fetchall():
                assert time.monotonic() < deadline, f"nobody wrote {condition}"
                time.sleep(0.02)

    sql("SELECT pg_advisory_lock(1)")
    sql(HOLDING.format(table, condition))
    try:
        yield held
    finally:
        sql("SELECT pg_advisory_unlock(1)")
        sql("DROP FUNCTION hold CASCADE")


def sql(words: str) -> None:
    """Have PostgreSQL do something."""
    with connection.cursor() as cursor:
        cursor.execute(words)
