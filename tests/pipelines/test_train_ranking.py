import time

from catalog.models import (
    EncoderVersion,
    Job,
    MatchCandidate,
    MatchSet,
    Promotion,
    ShotVector,
    TrainingRun,
)
from catalog.services import Refused, ask_promotion, ask_training, roll_back
from tests.ingesting import ended
from tests.labelled import labelled_catalogue
from tests.worker import WorkerTestCase

Status = EncoderVersion.Status


class TrainingTests(WorkerTestCase):
    def setUp(self):
        super().setUp()
        self.titles = labelled_catalogue()

    def trained(self, kind: str) -> TrainingRun:
        job = ended(ask_training(kind, user=None), self.worker)
        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        return TrainingRun.objects.get(job=job)

    def live_sets(self):
        return MatchSet.objects.filter(live=True)

    def test_a_better_ranking_goes_live_with_its_boards_and_every_step_goes_back(self):
        before = set(self.live_sets().values_list("pk", flat=True))

        run = self.trained("frame")

        first = run.version
        self.assertTrue(run.outcome["passed"], run.outcome)
        self.assertGreater(run.outcome["gain"]["low"], 0)
        self.assertLess(run.outcome["cards"]["candidate"], 25)
        self.assertEqual((first.family, first.status), ("ranker-frame", Status.ACTIVE))
        pairs = run.frozen["pairs"]
        held_out = {pair["counted_under"] for pair in pairs if pair["held_out"]}
        self.assertEqual(len(held_out), 10)
        self.assertEqual(first.config["trained_on"], 200)
        self.boards_follow(first)

        second = self.trained("frame").version
        # Trained on the same labels it cannot be better than itself.
        self.assertEqual(second.status, Status.CANDIDATE)
        self.assertIn("Not surely better", second.metrics["reason"])
        self.assertEqual(second.metrics["against"], first.name)
        self.assertIsNone(second.parent)  # it began with no ranking's weights

        job = ask_promotion(second, user=None, reason="It looks right to me.")
        self.assertEqual(ended(job, self.worker).state, Job.State.DONE)
        made = Promotion.objects.first()
        self.assertEqual((made.version, made.before), (second, first))
        self.assertEqual(made.reason, "By hand: It looks right to me.")
        self.boards_follow(second)

        self.assertEqual(self.rolled_back().version, first)
        self.boards_follow(first)
        self.assertIsNone(self.rolled_back().version)
        self.assertEqual(set(self.live_sets().values_list("pk", flat=True)), before)
        self.assertEqual(Job.objects.exclude(kind="train").count(), 0)
        with self.assertRaisesRegex(Refused, "no way back"):
            roll_back("ranker-frame", user=None)

    def rolled_back(self) -> Promotion:
        began = time.monotonic()
        promotion = roll_back("ranker-frame", user=None)
        self.assertLess(time.monotonic() - began, 1.0)
        return promotion

    def boards_follow(self, version):
        self.assertEqual(self.live_sets().count(), len(self.titles))
        for match_set in self.live_sets():
            self.assertEqual(match_set.versions["ranker-frame"], version.pk)
            board = list(match_set.candidates.on_board().filter(kind="frame"))
            ranked = [one for one in board if not one.by_chance]
            self.assertTrue(ranked)
            learned = [one.learned for one in ranked]
            self.assertEqual(learned, sorted(learned, reverse=True))
            standing = [one.standing for one in board]
            self.assertEqual(standing, sorted(standing, reverse=True))
            self.assertNotEqual([one.score for one in ranked], sorted(learned))

    def test_the_learned_kind_is_found_from_kept_looks_and_shown(self):
        run = self.trained("learned")

        self.assertTrue(run.outcome["passed"], run.outcome)
        self.assertEqual(run.outcome["against"], "looks as they are")
        rows = ShotVector.objects.filter(version=run.version)
        self.assertEqual(rows.count(), 30 * 6 * 2)
        self.assertEqual(set(rows.values_list("slot", flat=True)), {"head", "tail"})
        self.assertIn("learned", MatchSet.objects.kinds())
        found = MatchCandidate.objects.live().filter(kind="learned")
        self.assertTrue(found.exists())
        for candidate in found[:20]:
            self.assertAlmostEqual(candidate.score, candidate.parts["cosine"], places=6)
            tail = candidate.leaving.end_frame - 1
            self.assertEqual(candidate.leaving_frame, tail)
