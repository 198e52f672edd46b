from contextlib import suppress

import torch

from catalog.models import (
    EncoderVersion,
    Job,
    MatchCandidate,
    MatchSet,
    Promotion,
    ShotVector,
    TrainingRun,
)
from catalog.services import (
    Refused,
    ask_promotion,
    ask_weighing,
    promote_version,
    resume_run,
    retry_job,
    roll_back,
    run_now,
)
from pipelines.jobs import Claim, Finished, run_claimed
from pipelines.retraining.job import RETRAINING, retrain
from pipelines.sought import live_search
from pipelines.trained import clips_of
from tests.retrainable import (
    ANYTHING,
    NOTHING,
    SHOTS,
    add_film,
    live_sets,
    toy_schedule,
    untrained_version,
)
from tests.stages import CutOff, PowerCutError, StageCase, claimed

Status = EncoderVersion.Status


class StageTests(StageCase):
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
        churn = run.version.metrics["churn"]
        self.assertGreater(churn["changed"], 0)
        shown = [tuple(pair) for pair in churn["rising"]]
        ready = MatchCandidate.objects.filter(match_set__live=False, kind="clip")
        self.assertLessEqual(set(shown), set(ready.values_list("leaving", "entering")))

        job = ask_promotion(run.version, user=None, reason="I looked at the pairs.")
        self.assertEqual(job.kind, Job.Kind.RETRAIN)
        retrain(Claim(Job.objects.claim(job.pk, worker="test", device="cpu")))

        run.version.refresh_from_db()
        self.assertEqual(run.version.status, Status.ACTIVE)
        said = Promotion.objects.get().reason
        self.assertEqual(said, "By hand: I looked at the pairs.")

    def test_what_did_not_pass_is_weighed_first_and_then_put_live_at_once(self):
        before = live_sets()
        version = self.ran(toy_schedule(better_by=NOTHING)).version
        self.assertNotIn("churn", version.metrics)

        said = self.by_hand(ask_weighing(version, user=None))

        self.assertRegex(said, r"\d+ of the top 100 clip pairs change\.")
        self.assertIn("Ready; put it live by hand.", said)
        version.refresh_from_db()
        self.assertEqual(version.status, Status.CANDIDATE)
        self.assertFalse(version.metrics["passed"])
        self.assertGreater(version.metrics["churn"]["changed"], 0)
        self.assertEqual(live_sets(), before)
        ready = set(MatchSet.objects.filter(live=False).values_list("pk", flat=True))
        self.assertTrue(ready)

        self.by_hand(ask_promotion(version, user=None, reason="I looked."))

        version.refresh_from_db()
        self.assertEqual(version.status, Status.ACTIVE)
        # Those that were made ready to be weighed, and no others.
        self.assertEqual(live_sets(), ready)
        with self.assertRaisesRegex(Refused, "is live already"):
            ask_weighing(version, user=None)

    def by_hand(self, job: Job) -> str:
        """Do a job that a person asked for; what it says of itself."""
        ours = Job.objects.claim(job.pk, worker="test", device="cpu")
        assert ours is not None
        claim = Claim(ours)
        with suppress(Finished):
            retrain(claim)
        claim.job.end(Job.State.DONE)
        job.refresh_from_db()
        return job.log

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
                retrain(CutOff(claimed(run), stage))
        retrain(Claim(claimed(run)))

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

    def test_failed_past_its_gate_it_goes_on_and_is_judged_again_by_what_is_live_now(
        self,
    ):
        run = run_now(toy_schedule(better_by=ANYTHING), user=None)
        for stage, other in (("index", None), ("boards", untrained_version(5))):
            job = claimed(run)
            with self.subTest(stage), self.assertRaises(PowerCutError):
                retrain(CutOff(job, stage))
            job.end(Job.State.FAILED, "The power went.")
            self.assertEqual(TrainingRun.objects.close_over(), 1)
            run = TrainingRun.objects.get(pk=run.pk)
            self.assertTrue(run.broke_off)
            self.assertIn("untrained", run.outcome["against"])
            if other is not None:
                promote_version(other, user=None, reason="By hand.")

            resume_run(run)

            filled = EncoderVersion.objects.filled("clip")
            self.assertIn(run.version, filled)
        late = add_film(self.titles[0].production, searched=False)
        retrain(Claim(claimed(run)))

        run = TrainingRun.objects.get(pk=run.pk)
        self.assertEqual(run.outcome["against"], other.name)
        self.assertEqual(run.version.status, Status.ACTIVE)
        rows = ShotVector.objects.filter(version=run.version, title=late)
        self.assertEqual(rows.count(), 2 * SHOTS)
        with self.assertRaisesRegex(Refused, "still runs"):
            resume_run(run)
        run.job.end(Job.State.FAILED, "Died in tidy.")
        run.job.refresh_from_db()
        with self.assertRaisesRegex(Refused, "ended with a decision"):
            resume_run(run)

    def test_what_was_taken_back_does_not_go_live_again_with_its_job(self):
        run = run_now(toy_schedule(better_by=ANYTHING), user=None)
        job = claimed(run)
        with self.assertRaises(PowerCutError):
            retrain(CutOff(job, "tidy"))
        job.end(Job.State.FAILED, "The power went.")
        roll_back("clip", user=None)

        retry_job(job)
        retrain(Claim(claimed(run)))

        self.assertEqual(Promotion.objects.count(), 2)
        self.assertNotIn("clip", live_search().versions)

    def test_a_second_version_begins_with_the_live_one_and_is_judged_by_it(self):
        first = self.ran(toy_schedule(better_by=ANYTHING)).version
        run = self.ran(toy_schedule(name="Again", better_by=NOTHING, seed=1))

        self.assertEqual(run.version.parent, first)
        self.assertEqual(run.outcome["against"], first.name)
        self.assertEqual(live_search().versions["clip"], first.pk)

    def test_rows_are_kept_of_the_live_version_and_of_the_one_before(self):
        versions = [untrained_version(seed) for seed in range(3)]
        for version in versions:
            job = ask_promotion(version, user=None, reason="By hand.")
            claimed = Job.objects.claim(job.pk, worker="test", device="cpu")
            retrain(Claim(claimed))
            claimed.end(Job.State.DONE)

        rows = len(self.titles) * SHOTS * 2
        kept = [ShotVector.objects.filter(version=one).count() for one in versions]
        self.assertEqual(kept, [0, rows, rows])
        self.assertEqual(roll_back("clip", user=None).version, versions[1])
        # Its boards are gone too: they are asked for again, and its rows with them.
        self.assertEqual(roll_back("clip", user=None).version, versions[0])
        asked = Job.objects.filter(kind=Job.Kind.REMATCH).count()
        self.assertEqual(asked, len(self.titles))

    def test_minutes_bound_pretraining_and_motion_together(self):
        told = {"frames": None, "minutes": 0.06, "motion_steps": 10**6}
        run = self.ran(toy_schedule(better_by=NOTHING, **told))

        self.assertIsNotNone(run.version)
        for spent in (run.spent, run.spent["motion"]):
            # Half of 3.6 seconds, and a step more, on whatever machine.
            self.assertLess(spent["seconds"], 20, run.spent)
        self.assertGreaterEqual(run.spent["motion"]["steps"], 1)

    def test_a_device_that_is_not_there_ends_it_at_once_with_a_sentence(self):
        for word in ("cuda:63", "gpu"):
            run = run_now(toy_schedule(name=word), user=None)
            run.config["device"] = word
            run.save(update_fields=["config"])

            run_claimed(run.job.pk, {Job.Kind.RETRAIN: retrain})

            run.job.refresh_from_db()
            self.assertEqual((run.job.state, run.job.attempt), (Job.State.FAILED, 1))
            self.assertIn(f"to run on {word}, which this worker", run.job.error)
