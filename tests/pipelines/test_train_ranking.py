import time

import numpy as np

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
    Refused,
    ask_promotion,
    ask_training,
    roll_back,
    run_now,
    save_schedule,
)
from pipelines.train_ranking import Compared, _verdict
from tests.catalog.test_commands import names_in_docs, run
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

        begun = self.trained("frame")

        first = begun.version
        self.assertTrue(begun.outcome["passed"], begun.outcome)
        self.assertGreater(begun.outcome["gain"]["low"], 0)
        self.assertLess(begun.outcome["cards"]["candidate"], 25)
        self.assertEqual((first.family, first.status), ("ranker-frame", Status.ACTIVE))
        pairs = begun.frozen["pairs"]
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

        self.weighed(second)
        self.boards_follow(first)

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

    def weighed(self, version: EncoderVersion) -> None:
        document, code = run("encoders", "weigh", f"{version.pk}")
        self.assertEqual(code, 0, document)
        names = {*document, *document["churn"]}
        self.assertEqual(names, names_in_docs("encoders weigh"))
        self.assertEqual(document["churn"]["kind"], "frame")

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

    def test_a_schedule_says_how_much_better_and_who_puts_it_live(self):
        asked = {"name": "Labels", "family": "ranker-frame", "goes_live": False}
        first = run_now(save_schedule(RetrainSchedule(**asked)), user=None)
        ended(first.job, self.worker)

        first.refresh_from_db()
        version = first.version
        self.assertTrue(first.outcome["passed"], first.outcome)
        self.assertFalse(first.outcome["went_live"])
        self.assertIsNotNone(first.ended_at)
        self.assertEqual(version.status, Status.CANDIDATE)
        self.assertEqual(version.metrics["churn"]["kind"], "frame")
        self.assertGreater(version.metrics["churn"]["changed"], 0)
        ready = set(MatchSet.objects.filter(live=False).values_list("pk", flat=True))
        self.assertEqual(len(ready), len(self.titles))

        asked |= {"name": "More", "better_by": first.outcome["gain"]["low"] + 0.01}
        more = run_now(save_schedule(RetrainSchedule(**asked)), user=None)
        ended(more.job, self.worker)
        more.refresh_from_db()
        self.assertFalse(more.outcome["passed"])
        self.assertIn("Less than asked for", more.outcome["reason"])

        job = ask_promotion(version, user=None, reason="I looked at the pairs.")
        self.assertEqual(ended(job, self.worker).state, Job.State.DONE)
        self.assertEqual(set(self.live_sets().values_list("pk", flat=True)), ready)
        self.boards_follow(version)

    def test_a_title_that_surely_suffers_keeps_it_from_going_live(self):
        labels = np.tile([1, 0, 0], 40)
        titles = np.repeat(np.arange(12), 10)
        right = labels + np.linspace(0, 0.5, len(labels))
        candidate = np.where(titles == 7, -right, right)
        live = np.where(titles == 7, right, 0.0)
        found = Compared(labels, candidate, live, titles, 90)
        run = TrainingRun(config={"better_by": 0.0, "worse_by": 0.2})

        self.assertRegex(_verdict(run, found).reason, "^Worse in parts: .* of title 7 ")

        run.config["worse_by"] = 1.0
        self.assertTrue(_verdict(run, found).passed)
        run.config["better_by"] = 0.9
        self.assertIn("Less than asked for", _verdict(run, found).reason)
        # Of runs that an earlier release began nothing was written down.
        self.assertFalse(_verdict(TrainingRun(), found).passed)

    def test_the_learned_kind_is_found_from_kept_looks_and_shown(self):
        begun = self.trained("learned")

        self.assertTrue(begun.outcome["passed"], begun.outcome)
        self.assertEqual(begun.outcome["against"], "looks as they are")
        rows = ShotVector.objects.filter(version=begun.version)
        self.assertEqual(rows.count(), 30 * 6 * 2)
        self.assertEqual(set(rows.values_list("slot", flat=True)), {"head", "tail"})
        self.assertIn("learned", MatchSet.objects.kinds())
        found = MatchCandidate.objects.live().filter(kind="learned")
        self.assertTrue(found.exists())
        for candidate in found[:20]:
            self.assertAlmostEqual(candidate.score, candidate.parts["cosine"], places=6)
            tail = candidate.leaving.end_frame - 1
            self.assertEqual(candidate.leaving_frame, tail)
