"""Retrainings whose job is done in this process, and cut off where a test wants it."""

from django.test import TestCase

from catalog.models import Job, RetrainSchedule, TrainingRun
from catalog.services import run_now
from pipelines.jobs import Claim, Finished
from pipelines.retraining.job import retrain
from tests.retrainable import films_to_learn_from


class CutOff(Claim):
    """A claim whose worker dies when a stage is done, before that is written down."""

    def __init__(self, job: Job, stage: str) -> None:
        super().__init__(job)
        self._stage, self._doing = stage, ""

    def _write(self, **fields: object) -> None:
        self._doing = str(fields.get("stage", self._doing))
        if "finished" in fields and self._doing == self._stage:
            raise PowerCutError
        super()._write(**fields)


class PowerCutError(Exception):
    """What a test stops a job with."""


def claimed(run: TrainingRun) -> Job:
    """A run's job, claimed once more, as after a sweep."""
    assert run.job is not None
    Job.objects.filter(pk=run.job.pk).update(state=Job.State.READY)
    job = Job.objects.claim(run.job.pk, worker="test", device="cpu")
    assert job is not None
    return job


def done(run: TrainingRun) -> Job:
    """A run's job, done in this process as far as it goes."""
    claim = Claim(claimed(run))
    try:
        retrain(claim)
    except Finished:
        claim.job.note("finished early")
    claim.job.end(Job.State.DONE)
    run.refresh_from_db()
    return claim.job


class StageCase(TestCase):
    """The job in this process: nothing of it needs a worker."""

    def setUp(self):
        self.titles = films_to_learn_from()

    def ran(self, schedule: RetrainSchedule) -> TrainingRun:
        run = run_now(schedule, user=None)
        done(run)
        return run

    def cut_off(self, run: TrainingRun, stage: str) -> Job:
        """Do the run's job to the end of a stage, where its worker dies."""
        job = claimed(run)
        with self.assertRaises(PowerCutError):
            retrain(CutOff(job, stage))
        run.refresh_from_db()
        return job
