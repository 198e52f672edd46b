import json
import threading
import time
from datetime import timedelta

from django.db import connection
from django.utils.timezone import now
from django_celery_beat.models import PeriodicTask

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
from catalog.services import cancel_run, roll_back
from pipelines.sought import live_search
from tests.catalog.test_commands import run
from tests.clock import running_clock
from tests.ingesting import ended
from tests.retrainable import (
    FEW,
    NOTHING,
    PLAN,
    SHOTS,
    SOME,
    films_to_learn_from,
    live_sets,
    toy_schedule,
)
from tests.worker import WorkerTestCase

Status = EncoderVersion.Status


class RetrainingTests(WorkerTestCase):
    def setUp(self):
        super().setUp()
        self.titles = films_to_learn_from()

    def test_pretrained_at_the_command_line_it_waits_for_the_gate(self):
        few = ("--frames", str(FEW), "--motion-steps", "1", "--shape", "toy")
        asked = ("--plan", json.dumps(PLAN), "--better-by", str(NOTHING), *few)

        told, code = run("pretrain", *asked, "--seed", "3", "--wait")

        self.assertEqual((told["state"], code), ("done", 0), told)
        self.assertRegex(told["outcome"]["reason"], "^Less than asked for")
        self.assertAlmostEqual(told["spent"]["frames"], FEW, delta=64)
        version = EncoderVersion.objects.get(pk=told["version"])
        self.assertEqual(version.training_run.seed, 3)
        self.assertFalse(RetrainSchedule.objects.exists())

    def test_a_wait_for_one_that_is_cancelled_is_a_failure(self):
        kept = toy_schedule(frames=SOME)
        cancelling = threading.Thread(target=self._cancel_the_first, args=[kept])
        cancelling.start()

        document, code = run("retrain", "run", kept.name, "--wait")

        cancelling.join()
        self.assertEqual((document["state"], code), ("cancelled", 1))

    def _cancel_the_first(self, schedule):
        while (begun := schedule.runs.first()) is None:
            time.sleep(0.02)
        cancel_run(begun)
        connection.close()

    def test_from_the_clock_to_the_board_and_back(self):
        before = live_sets()
        run = self.begun(toy_schedule(frames=SOME, cron="", every_hours=2))
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
        self.assertEqual(run.spent["motion"]["steps"], 1)
        self.assertEqual(run.motion_losses[-1][:2], [0, 16])
        shots = len(self.titles) * SHOTS
        self.assertEqual(run.spent["backfill"]["shots"], shots)
        self.assertIsNone(run.seconds_left)
        self.assertIsNotNone(run.ended_at)
        self.assertFalse(local_path(f"training/{run.pk}").exists())

        rows = ShotVector.objects.filter(version=version)
        self.assertEqual(rows.count(), len(self.titles) * SHOTS * 2)
        self.assertEqual(set(rows.values_list("slot", flat=True)), {"head", "tail"})
        found = MatchCandidate.objects.live().filter(kind="clip")
        self.assertGreater(found.count(), len(self.titles))
        shown = found.on_board().count()
        self.assertEqual(version.metrics["churn"]["changed"], min(100, shown))
        for one in MatchSet.objects.filter(live=True):
            self.assertEqual(one.versions["clip"], version.pk)

        self.goes_back(version, before)

    def goes_back(self, version: EncoderVersion, before: set[int]) -> None:
        """Boards and version of before are there again at once, and the log tells."""
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
        """The run that begins when celery beat rings, which is due now."""
        ours = PeriodicTask.objects.filter(pk=schedule.beat_id)
        ours.update(last_run_at=now() - timedelta(hours=2))
        with running_clock() as clock:
            deadline = time.monotonic() + 30
            while (run := schedule.runs.first()) is None:
                self.assertLess(time.monotonic(), deadline, clock.last_words())
                time.sleep(0.05)
        schedule.refresh_from_db()
        self.assertEqual(schedule.said, f"{run} began.")
        return run
