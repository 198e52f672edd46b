import json
import time
from functools import partial

import torch
from django.db import transaction
from django.test import TestCase

from catalog.celery import app
from catalog.files import local_path
from catalog.models import (
    EncoderVersion,
    Job,
    MatchCandidate,
    MatchSet,
    Promotion,
    RetrainSchedule,
    ShotVector,
    TrainingRun,
)
from catalog.services import (
    ask_promotion,
    roll_back,
    run_now,
    save_schedule,
)
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.config import SHAPES
from mlcore.videomae.motion import MotionConfig
from mlcore.videomae.trained import save_trained, untrained
from pipelines.jobs import Claim, Finished
from pipelines.retraining.fitting import order_of
from pipelines.retraining.job import RETRAINING, retrain
from pipelines.sought import live_search
from pipelines.trained import clips_of, keep_weights
from tests.footage.clips import Clip, write_clip
from tests.ingesting import IngestCase, ended
from tests.retrainable import SHOTS, films_to_learn_from
from tests.worker import WorkerTestCase

Status = EncoderVersion.Status
PLAN = {
    "stages": [
        {"frames": 2, "share": 0.5, "batch": 16, "rate": 0.003},
        {"frames": 16, "share": 0.5, "batch": 4, "rate": 0.003},
    ]
}
FEW, SOME, MANY = 320, 1600, 3200
"""Frames: less than a second of a processor, one, and some."""
ANYTHING, NOTHING = -9.0, 9.0
"""What a version must gain that every one does, and none."""


def toy_schedule(**fields: object) -> RetrainSchedule:
    """A schedule of a small encoder that a processor trains within seconds."""
    told: dict[str, object] = {
        "name": "Nightly",
        "family": "clip",
        "shape": "toy",
        "plan": PLAN,
    }
    told |= {"cron": "0 3 * * *", "frames": FEW, "motion_steps": 1, "worse_by": 9.0}
    return save_schedule(RetrainSchedule(**{**told, **fields}))


def live_sets() -> set[int]:
    return set(MatchSet.objects.filter(live=True).values_list("pk", flat=True))


class RetrainingTests(WorkerTestCase):
    def setUp(self):
        super().setUp()
        self.titles = films_to_learn_from()

    def test_from_the_clock_to_the_board_and_back(self):
        before = live_sets()
        schedule = toy_schedule(frames=SOME)
        # What the clock does: the beat's row names this task and these arguments.
        args = json.loads(schedule.beat.args)
        app.send_task(schedule.beat.task, args=args, queue=schedule.beat.queue)
        run = self.begun(schedule)
        job = ended(run.job, self.worker)
        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        run.refresh_from_db()

        version = run.version
        self.assertEqual((version.family, version.status), ("clip", Status.ACTIVE))
        self.assertTrue(run.outcome["went_live"], run.outcome)
        measures = run.outcome["measures"]
        self.assertGreater(measures["low"], 0)
        self.assertLess(measures["candidate"]["loss"], measures["live"]["loss"])
        self.assertIn("untrained", run.outcome["against"])
        held_out = {int(key) for key in run.frozen["held_out"]}
        self.assertEqual(held_out, {t.pk for t in self.titles if t.pk % 3 == 0})
        self.assertFalse(held_out & {int(key) for key in run.frozen["shots"]})
        self.assertEqual(run.losses[-1][:2], [25 + 12 - 1, 16])
        self.assertLess(run.losses[-1][2], 1.0)
        self.assertAlmostEqual(run.spent["frames"], SOME, delta=64)
        self.assertIsNotNone(run.ended_at)
        self.assertFalse(local_path(f"training/{run.pk}").exists())

        rows = ShotVector.objects.filter(version=version)
        self.assertEqual(rows.count(), len(self.titles) * SHOTS * 2)
        self.assertEqual(set(rows.values_list("slot", flat=True)), {"head", "tail"})
        found = MatchCandidate.objects.live().filter(kind="clip")
        self.assertGreater(found.count(), len(self.titles))
        shown = found.on_board().count()
        self.assertEqual(run.outcome["churn"]["changed"], min(100, shown))
        for one in MatchSet.objects.filter(live=True):
            self.assertEqual(one.versions["clip"], version.pk)

        began = time.monotonic()
        self.assertIsNone(roll_back("clip", user=None).version)
        self.assertLess(time.monotonic() - began, 1.0)
        self.assertEqual(live_sets(), before)
        self.assertNotIn("clip", live_search().versions)
        promoted, back = Promotion.objects.order_by("pk")
        self.assertIsNone(Promotion.objects.live_on("clip", back.made_at))
        live = Promotion.objects.live_on("clip", promoted.made_at)
        self.assertEqual(live, version)

    def begun(self, schedule: RetrainSchedule) -> TrainingRun:
        """The run that a ringing begins."""
        deadline = time.monotonic() + 30
        while (run := schedule.runs.first()) is None:
            self.assertLess(time.monotonic(), deadline, self.worker.log())
            time.sleep(0.05)
        return run

    def test_a_worker_killed_while_it_trains_goes_on_from_its_checkpoint(self):
        with transaction.atomic():
            schedule = toy_schedule(frames=MANY, better_by=NOTHING)
            run = run_now(schedule, user=None)
            run.config |= {"kept_every": 0.3}
            run.save()
        deadline = time.monotonic() + 60
        while not order_of(run).training_file.exists():
            self.assertLess(time.monotonic(), deadline, self.worker.log())
            time.sleep(0.01)
        self.worker.kill9()
        self.worker.restart()

        job = ended(run.job, self.worker)

        self.assertEqual((job.state, job.attempt), (Job.State.DONE, 2), job.log)
        self.assertIn("training goes on from its last checkpoint", job.log)
        run.refresh_from_db()
        self.assertEqual(run.spent["steps"], 50 + 25)
        steps = [step for step, _, _ in run.losses]
        self.assertEqual(steps, sorted(set(steps)))


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


class StageTests(TestCase):
    """The job in this process: nothing of it needs a worker."""

    def setUp(self):
        self.titles = films_to_learn_from()

    def claimed(self, run: TrainingRun) -> Job:
        """The run's job, claimed once more, as after a sweep."""
        assert run.job is not None
        Job.objects.filter(pk=run.job.pk).update(state=Job.State.READY)
        job = Job.objects.claim(run.job.pk, worker="test", device="cpu")
        assert job is not None
        return job

    def ran(self, schedule: RetrainSchedule) -> TrainingRun:
        run = run_now(schedule, user=None)
        claim = Claim(self.claimed(run))
        try:
            retrain(claim)
        except Finished:
            claim.job.note("finished early")
        claim.job.end(Job.State.DONE)
        run.refresh_from_db()
        return run

    def test_a_failed_gate_leaves_everything_as_it_was_and_says_why(self):
        before = live_sets()

        run = self.ran(toy_schedule(better_by=NOTHING))

        self.assertFalse(run.outcome["passed"])
        self.assertRegex(
            run.outcome["reason"], "Less than asked for: the held-out loss falls"
        )
        self.assertEqual(run.version.status, Status.CANDIDATE)
        self.assertEqual(run.version.metrics, run.outcome)
        self.assertIsNotNone(run.ended_at)
        self.assertEqual(live_sets(), before)
        self.assertFalse(ShotVector.objects.filter(version=run.version).exists())
        self.assertFalse(Promotion.objects.exists())

    def test_what_a_person_decides_waits_with_its_boards_ready_and_is_weighed(self):
        before = live_sets()
        run = self.ran(toy_schedule(better_by=ANYTHING, goes_live=False))

        self.assertEqual(run.version.status, Status.CANDIDATE)
        self.assertEqual(live_sets(), before)
        self.assertGreater(run.outcome["churn"]["changed"], 0)
        shown = [tuple(pair) for pair in run.outcome["churn"]["rising"]]
        ready = MatchCandidate.objects.filter(match_set__live=False, kind="clip")
        self.assertLessEqual(set(shown), set(ready.values_list("leaving", "entering")))

        job = ask_promotion(run.version, user=None, reason="I looked at the pairs.")
        self.assertEqual(job.kind, Job.Kind.RETRAIN)
        retrain(Claim(Job.objects.claim(job.pk, worker="test", device="cpu")))

        run.version.refresh_from_db()
        self.assertEqual(run.version.status, Status.ACTIVE)
        said = Promotion.objects.get().reason
        self.assertEqual(said, "By hand: I looked at the pairs.")

    def test_cut_off_after_any_stage_it_ends_as_if_it_had_not_been(self):
        whole = self.ran(toy_schedule(better_by=ANYTHING))
        rows = ShotVector.objects.filter(version=whole.version).count()
        roll_back("clip", user=None)
        schedule = toy_schedule(name="Again", better_by=ANYTHING)
        run = run_now(schedule, user=None)
        before = live_sets()
        for stage in RETRAINING:
            if stage != "tidy":  # which comes after the switch
                self.assertEqual(live_sets(), before)
                self.assertNotIn("clip", live_search().versions)
            with self.subTest(stage), self.assertRaises(PowerCutError):
                retrain(CutOff(self.claimed(run), stage))
        retrain(Claim(self.claimed(run)))

        run.refresh_from_db()
        one, two = (
            clips_of(each.version).autoencoder.state_dict() for each in (whole, run)
        )
        for name, tensor in one.items():
            self.assertTrue(torch.equal(tensor, two[name]), name)
        version = run.version
        self.assertEqual(version.status, Status.ACTIVE)
        self.assertEqual(ShotVector.objects.filter(version=version).count(), rows)
        self.assertEqual(Promotion.objects.filter(version=version).count(), 1)
        self.assertEqual(EncoderVersion.objects.filter(family="clip").count(), 2)

    def test_a_second_version_begins_with_the_live_one_and_is_judged_by_it(self):
        first = self.ran(toy_schedule(better_by=ANYTHING)).version
        run = self.ran(toy_schedule(name="Again", better_by=NOTHING, seed=1))

        self.assertEqual(run.version.parent, first)
        self.assertEqual(run.outcome["against"], first.name)
        self.assertEqual(live_search().versions["clip"], first.pk)

    def test_rows_are_kept_of_the_live_version_and_of_the_one_before(self):
        versions = [
            self.ran(toy_schedule(name=f"{n}", better_by=ANYTHING)).version
            for n in range(3)
        ]

        rows = len(self.titles) * SHOTS * 2
        kept = [ShotVector.objects.filter(version=one).count() for one in versions]
        self.assertEqual(kept, [0, rows, rows])
        self.assertEqual(roll_back("clip", user=None).version, versions[1])
        # Its boards are gone too: they are asked for again, and its rows with them.
        self.assertEqual(roll_back("clip", user=None).version, versions[0])
        asked = Job.objects.filter(kind=Job.Kind.REMATCH).count()
        self.assertEqual(asked, len(self.titles))

    def test_a_checkpoint_of_another_training_ends_it_with_a_sentence(self):
        run = run_now(toy_schedule(), user=None)
        path = order_of(run).training_file
        path.parent.mkdir(parents=True)
        for content, sentence in (
            (b"no tensors", "is not a whole checkpoint"),
            (b"", "is not a whole checkpoint"),
        ):
            path.write_bytes(content)
            with self.assertRaisesRegex(Exception, sentence):
                retrain(Claim(self.claimed(run)))
            self.assertEqual(path.read_bytes(), content)


class BothVersionsTests(IngestCase):
    def test_a_title_that_arrives_during_a_backfill_gets_both_versions(self):
        live, coming, old = (self.version(seed) for seed in range(3))
        EncoderVersion.objects.filter(pk=live.pk).update(status=Status.ACTIVE)
        TrainingRun.objects.create(family="clip", version=coming)

        clip = Clip(frames=40, cuts=(20,))
        title = self.ingested(write_clip(self.folder / "late.mp4", clip))

        shots = title.shots.pictures().count()
        self.assertGreater(shots, 0)
        for version, rows in ((live, 2 * shots), (coming, 2 * shots), (old, 0)):
            found = ShotVector.objects.filter(version=version, title=title)
            self.assertEqual(found.count(), rows, version)
        shown = title.match_sets.get(live=True, scope="title")
        self.assertEqual(shown.versions["clip"], live.pk)

    def version(self, seed: int) -> EncoderVersion:
        """A candidate that has learned nothing, with its weights."""
        trained = untrained(new_autoencoder(SHAPES["toy"], seed), MotionConfig())
        sha256 = keep_weights(partial(_write, trained), f"test-{seed}")
        return EncoderVersion.objects.create(
            family="clip", name=f"untrained {seed}", weights_sha256=sha256
        )


def _write(trained, path):
    save_trained(trained, path, {})
    path.with_suffix(".json").write_text("{}")
