"""What a run that broke off keeps, what it goes on from, and when that is let go."""

import time
from contextlib import suppress

from catalog.files import local_path
from catalog.models import Job, TrainingRun
from catalog.services import (
    cancel_run,
    promote_version,
    resume_run,
    retry_job,
    run_now,
)
from mlcore.checkpoint import load
from pipelines.errors import PipelineError
from pipelines.jobs import Cancelled, Claim, Finished
from pipelines.retraining.fitting import Step, Told, order_of
from pipelines.retraining.job import retrain
from tests.full_disk import no_room_here
from tests.retrainable import ANYTHING, NOTHING, toy_schedule, untrained_version
from tests.stages import PowerCutError, StageCase, claimed

GOES_ON = "training goes on from its last checkpoint"


class Stopped(Claim):
    """A claim that breaks off when most of a training is done."""

    def progress(self, share: float, pace: str = "") -> None:
        super().progress(share, pace)
        if share > 0.6:
            raise PowerCutError


class KeptCase(StageCase):
    def broken_off(self, name: str, **fields: object) -> TrainingRun:
        """A run that a person stopped in its training, with a checkpoint of every step."""
        run = run_now(toy_schedule(name=name, **fields), user=None)
        run.config |= {"kept_every": 0.0}
        run.save()
        job = claimed(run)
        with self.assertRaises(PowerCutError):
            retrain(Stopped(job))
        job.end(Job.State.CANCELLED, "Cancelled; press Retry to go on.")
        TrainingRun.objects.close_over()
        return TrainingRun.objects.get(pk=run.pk)

    def retried(self, run: TrainingRun) -> Job:
        """The run's job as it is when it was tried again."""
        assert run.job is not None
        retry_job(run.job)
        return self.done(run)

    def done(self, run: TrainingRun) -> Job:
        """Do the run's job to its end, whatever that is; here no heart can beat."""
        claim = Claim(claimed(run))
        try:
            with suppress(Finished):
                retrain(claim)
            claim.job.end(Job.State.DONE)
        except PipelineError as error:
            claim.job.end(Job.State.FAILED, str(error))
        run.refresh_from_db()
        return Job.objects.get(pk=claim.job.pk)


class CheckpointTests(KeptCase):
    def test_what_can_be_gone_on_with_outlives_other_runs_until_one_has_passed(self):
        one = self.broken_off("One", better_by=ANYTHING)
        two = self.broken_off("Two")
        kept = [order_of(each).training_file for each in (one, two)]
        self.assertTrue(all(each.is_file() for each in kept))

        resume_run(one)
        job = self.done(one)

        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        self.assertIn(GOES_ON, job.log)
        three = run_now(toy_schedule(name="Three"), user=None)
        self.cut_off(three, "train").end(Job.State.FAILED, "The power went.")
        self.assertFalse(kept[1].exists())
        TrainingRun.objects.close_over()
        self.assertIn("it begins anew", self.retried(two).log)

    def test_one_that_cannot_be_used_is_set_aside_and_the_training_begins_anew(self):
        for content in (b"no tensors", b""):
            run = self.broken_off(f"{content!r}", better_by=NOTHING)
            path = order_of(run).training_file
            path.write_bytes(content)

            job = self.retried(run)

            self.assertEqual(job.state, Job.State.FAILED)
            self.assertRegex(job.error, "^What was kept of this training cannot be us")
            self.assertIn(f"aside as {path.name}.unusable. Press Retry", job.error)
            for wrong in ("/", ".."):
                self.assertNotIn(wrong, job.error)
            aside = path.with_name(f"{path.name}.unusable")
            self.assertEqual(aside.read_bytes(), content)
            job = self.retried(run)
            self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
            self.assertIn("it begins anew", job.log)

    def test_one_of_motion_that_cannot_be_used_leaves_what_was_pretrained(self):
        run = run_now(toy_schedule(better_by=NOTHING), user=None)
        self.cut_off(run, "train").end(Job.State.FAILED, "The power went.")
        pretrained = order_of(run).out
        before = pretrained.read_bytes()
        motion = pretrained.with_name("motion.safetensors")
        motion.write_bytes(b"no tensors")

        job = self.retried(run)

        self.assertIn("motion.safetensors was set aside", job.error)
        self.assertEqual(pretrained.read_bytes(), before)
        self.assertEqual(self.retried(run).state, Job.State.DONE)

    def test_a_full_disk_leaves_the_last_one_whole_and_with_room_it_goes_on(self):
        run = self.broken_off("Full", better_by=ANYTHING)
        path = order_of(run).training_file
        before = path.read_bytes()
        said = "^The disk is full: make room, then press Retry. The last .* is whole.$"
        with self.assertRaisesRegex(PipelineError, said), no_room_here(2**16):
            retrain(Claim(claimed(run)))
        self.assertEqual(path.read_bytes(), before)
        self.assertTrue(load(path))

        retrain(Claim(claimed(run)))

        job = Job.objects.get(pk=run.job_id)
        self.assertEqual(job.log.count(GOES_ON), 2)
        self.assertFalse(local_path(f"training/{run.pk}").exists())

    def test_a_full_disk_before_the_first_one_is_said_without_it(self):
        run = run_now(toy_schedule(better_by=ANYTHING), user=None)
        full = self.assertRaisesRegex(PipelineError, "press Retry.$")
        with full, no_room_here(2**10):
            retrain(Claim(claimed(run)))

        retrain(Claim(claimed(run)))

        run.refresh_from_db()
        self.assertTrue(run.outcome["went_live"])


class BeginningTests(KeptCase):
    def test_a_version_says_what_its_training_began_with_and_not_what_is_live_since(
        self,
    ):
        first, second = untrained_version(1), untrained_version(2)
        promote_version(first, user=None, reason="First.")
        run = run_now(toy_schedule(), user=None)
        self.cut_off(run, "freeze")
        promote_version(second, user=None, reason="Second.")

        self.cut_off(run, "motion")

        self.assertEqual(run.version.parent, first)

    def test_one_that_began_with_nothing_says_so(self):
        other = untrained_version(1, shape="tiny")
        promote_version(other, user=None, reason="Of another shape.")
        run = run_now(toy_schedule(), user=None)

        self.cut_off(run, "motion")

        self.assertIsNone(run.version.parent)


class StoppingTests(KeptCase):
    def test_a_person_s_end_is_heard_at_the_step_after_half_a_second(self):
        run = run_now(toy_schedule(), user=None)
        told = Told(Claim(claimed(run)), run)
        step = Step(number=0, loss=1.0, frames=2, done=0.1, seconds=0.1, words="")
        told.step(step)
        run.refresh_from_db()
        cancel_run(run)

        time.sleep(0.5)
        with self.assertRaises(Cancelled):
            told.step(step)


class DeviceTests(KeptCase):
    def test_rows_are_made_on_the_device_that_the_run_asks_for(self):
        run = run_now(toy_schedule(better_by=ANYTHING), user=None)
        self.cut_off(run, "gate")
        run.config["device"] = "cuda:63"
        run.save(update_fields=["config"])

        with self.assertRaisesRegex(PipelineError, "to run on cuda:63"):
            retrain(Claim(claimed(run)))
        self.assertEqual(Job.objects.get(pk=run.job_id).stage, "backfill")
