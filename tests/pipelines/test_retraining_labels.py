"""What labels have to say when a clip encoder is judged; what a full disk says."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from django.test import SimpleTestCase, TestCase

from catalog.models import Job, Shot
from catalog.services import run_now
from mlcore.matching.ranking.gate import Verdict as LabelVerdict
from mlcore.matching.ranking.keeping import save_projection
from mlcore.matching.ranking.projection import Projection, ProjectionConfig
from mlcore.videomae.judging import Gate, decide
from pipelines.errors import PipelineError
from pipelines.jobs import Claim
from pipelines.retraining.fitting import one_sentence
from pipelines.retraining.job import retrain
from pipelines.retraining.judging import OTHER_SHAPE, _decided
from pipelines.trained import keep_weights
from tests.full_disk import no_room_here
from tests.labelled import verdict_on
from tests.mlcore.videomae.test_judging import measures
from tests.retrainable import ANYTHING, films_to_learn_from, toy_schedule

LABELS = LabelVerdict(
    passed=True, enough=True, reason="Better: average precision +0.050.", titles=12,
    pairs=200, positives=70, candidate=None, live=None, gain=None, cards={},
)  # fmt: skip


class DecidingTests(SimpleTestCase):
    same = decide(measures(0.5, 0.6, 0.7), measures(0.5, 0.6, 0.7), Gate())
    worse = decide(measures(0.5, 0.6, 0.9), measures(0.5, 0.6, 0.7), Gate())

    def test_enough_labels_decide_and_the_loss_does_not(self):
        self.assertEqual(_decided(self.same, LABELS, alike=True), (True, LABELS.reason))

    def test_too_few_labels_leave_it_to_the_loss(self):
        for labels in (None, replace(LABELS, enough=False)):
            passed, reason = _decided(self.same, labels, alike=True)
            self.assertFalse(passed)
            self.assertIn("held-out loss", reason)

    def test_good_labels_do_not_pay_for_a_title_that_suffers(self):
        passed, reason = _decided(self.worse, LABELS, alike=True)

        self.assertFalse(passed)
        self.assertIn("Worse in parts", reason)

    def test_losses_of_another_shape_have_no_say(self):
        self.assertEqual(
            _decided(self.worse, LABELS, alike=False), (True, LABELS.reason)
        )
        self.assertEqual(_decided(self.same, None, alike=False), (False, OTHER_SHAPE))


class FullDiskTests(SimpleTestCase):
    def test_a_full_disk_is_said_in_one_sentence_and_other_faults_are_not_hidden(self):
        said = self.assertRaisesRegex(PipelineError, "The disk is full: make room")
        with said, one_sentence(), Path("/dev/full").open("w") as full:
            full.write("a checkpoint")
        with self.assertRaises(FileNotFoundError), one_sentence():
            Path("/nowhere/at/all").read_bytes()

    def test_what_was_learned_is_not_kept_on_a_full_disk_which_one_sentence_says(self):
        learned = Projection(ProjectionConfig(dims=64, rank=8), torch.Generator())
        write = partial(save_projection, learned)
        said = self.assertRaisesRegex(PipelineError, "^The disk is full: make room")
        with said, no_room_here(2**9):
            keep_weights(write, "test-full-disk")

        self.assertEqual(len(keep_weights(write, "test-full-disk")), 64)


class LabelledRunTests(TestCase):
    def test_labelled_pairs_of_the_hold_out_are_ranked_by_both_encoders(self):
        titles = [each for each in films_to_learn_from() if each.pk % 3 == 0]
        other = films_to_learn_from(1)[0]
        for title in (*titles, other):
            one, two, three, _ = Shot.objects.filter(title=title).order_by("index")
            verdict_on(one, three, "good", kind="motion").save()
            verdict_on(two, one, "bad", kind="action").save()
        run = run_now(toy_schedule(better_by=ANYTHING), user=None)
        job = Job.objects.claim(run.job.pk, worker="test", device="cpu")

        retrain(Claim(job))

        run.refresh_from_db()
        held_out = len(titles) + (other.pk % 3 == 0)
        labels = run.outcome["labels"]
        self.assertEqual(labels["pairs"], 2 * held_out)
        self.assertEqual(labels["positives"], held_out)
        self.assertFalse(labels["enough"])
        for side in ("candidate", "live"):
            self.assertGreater(labels[side]["ap"], 0)
        self.assertIn("held-out loss", run.outcome["reason"])
        self.assertTrue(run.outcome["went_live"])
