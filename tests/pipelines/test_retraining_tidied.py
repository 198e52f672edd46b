"""Candidates that nobody puts live: what they cost goes, what they were measured by stays."""

from django.utils.timezone import now

from catalog.files import local_path
from catalog.models import EncoderVersion, Job, ShotVector, TrainingRun
from catalog.services import Refused, ask_promotion, resume_run, run_now
from catalog.services.training import KEPT
from pipelines.clips import fill_clips
from pipelines.errors import PipelineError
from pipelines.jobs import Claim
from pipelines.retraining.job import retrain
from pipelines.trained import weights_key
from tests.catalog.pages import logged_in
from tests.factories import add_user
from tests.retrainable import SHOTS, toy_schedule, untrained_version
from tests.stages import StageCase, claimed

Status = EncoderVersion.Status


class CandidateTests(StageCase):
    def candidate(
        self, seed: int, *, passed: bool, state: str = Job.State.DONE
    ) -> EncoderVersion:
        """What a run left that passed its gate or did not, with rows of one title."""
        version = untrained_version(seed)
        version.metrics = {"passed": passed, "reason": f"Measured, {seed}."}
        version.save()
        TrainingRun.objects.create(
            family="clip",
            version=version,
            ended_at=now(),
            outcome=version.metrics,
            job=Job.objects.create(kind=Job.Kind.RETRAIN, key=f"{seed}", state=state),
        )
        fill_clips(self.titles[0], version)
        return version

    def trains(self) -> None:
        """Another run of the family begins to train."""
        run = run_now(toy_schedule(), user=None)
        self.cut_off(run, "train").end(Job.State.FAILED, "The power went.")
        TrainingRun.objects.close_over()

    def left_of(self, version: EncoderVersion) -> tuple[bool, int, bool]:
        """Whether it is tidied, how many rows it has, and whether its weights are there."""
        version.refresh_from_db()
        rows = ShotVector.objects.filter(version=version).count()
        weights = local_path(weights_key(version.weights_sha256))
        return version.is_tidied, rows, weights.is_file()

    def test_of_each_outcome_the_newest_few_keep_their_rows_and_weights(self):
        whole = (False, 2 * SHOTS, True)
        passed = [self.candidate(seed, passed=True) for seed in range(KEPT)]
        failed = [self.candidate(9 + seed, passed=False) for seed in range(KEPT + 2)]
        ask_promotion(failed[0], user=None, reason="I want it.")

        self.trains()

        for each in (*passed, failed[0], *failed[2:]):
            self.assertEqual(self.left_of(each), whole, each)
        gone = failed[1]
        self.assertEqual(self.left_of(gone), (True, 0, False))
        self.assertEqual(gone.metrics["reason"], "Measured, 10.")
        self.assertEqual(gone.status, Status.CANDIDATE)
        with self.assertRaisesRegex(Refused, "weights of .* were tidied away; it can"):
            ask_promotion(gone, user=None, reason="I want it too.")
        page = logged_in(add_user("", "admin")).get("/versions/clip/")
        self.assertContains(page, "Its weights were tidied away; it cannot go live.", 1)
        self.assertNotContains(page, f'id="promote-{gone.pk}"')

    def test_a_run_that_broke_off_in_its_backfill_keeps_them_while_it_can_go_on(self):
        broken = [
            self.candidate(seed, passed=True, state=Job.State.CANCELLED)
            for seed in range(2 * KEPT + 1)
        ]
        self.trains()

        # The newest of the runs, and of the other versions that passed.
        kept = [not self.left_of(each)[0] for each in broken]
        self.assertEqual(kept, [False] + [True] * 2 * KEPT)
        run = broken[0].training_run
        self.assertFalse(run.broke_off)
        with self.assertRaisesRegex(Refused, "weights of its version were tidied away"):
            resume_run(run)
        with self.assertRaisesRegex(PipelineError, "were tidied away; it cannot go"):
            retrain(Claim(claimed(run)))

    def test_weights_that_another_version_has_too_stay(self):
        old = [self.candidate(seed, passed=False) for seed in range(KEPT + 1)]
        EncoderVersion.objects.create(
            family="clip",
            name="twin",
            weights_sha256=old[0].weights_sha256,
            status=Status.RETIRED,
        )

        self.trains()

        self.assertEqual(self.left_of(old[0]), (True, 0, True))
