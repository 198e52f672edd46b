"""What labels have to say when a clip encoder is judged; what a full disk says."""

import itertools
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from django.test import SimpleTestCase, TestCase

from catalog.models import EncoderVersion, Job, Shot, ShotVector, TrainingRun
from catalog.services import run_now
from mlcore.matching.ranking.gate import Verdict as LabelVerdict
from mlcore.matching.ranking.keeping import save_projection
from mlcore.matching.ranking.projection import Projection, ProjectionConfig
from mlcore.videomae.judging import Gate, decide
from pipelines.clips import fill_clips
from pipelines.errors import PipelineError
from pipelines.jobs import Claim, Finished
from pipelines.retraining.fitting import one_sentence
from pipelines.retraining.freezing import freeze
from pipelines.retraining.job import retrain
from pipelines.retraining.judging import (
    OTHER_SHAPE,
    _but_for_losses,
    _decided,
    judge_clips,
)
from pipelines.trained import keep_weights
from tests.full_disk import no_room_here
from tests.labelled import verdict_on
from tests.mlcore.videomae.test_judging import measures
from tests.retrainable import (
    ANYTHING,
    films_to_learn_from,
    toy_schedule,
    untrained_version,
)

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

    def test_losses_of_another_shape_have_no_say_and_what_is_found_has(self):
        before = measures(0.5, 0.6, 0.7)
        for finds, said in ((1.0, (True, LABELS.reason)), (0.8, None)):
            own = measures(5.0, 0.1, 9.0, own_first=finds)
            seen = decide(_but_for_losses(own, before), before, Gate())
            decided = _decided(seen, LABELS, alike=False)
            worse = "Worse in parts: a shot finds itself first in 80%, not 100%."
            self.assertEqual(decided, said or (False, worse))
        self.assertEqual(_decided(self.same, None, alike=False), (False, OTHER_SHAPE))


class FullDiskTests(SimpleTestCase):
    def test_a_full_disk_is_said_in_one_sentence_and_other_faults_are_not_hidden(self):
        said = self.assertRaisesRegex(PipelineError, "The disk is full: make room")
        with said, one_sentence(Path("/nowhere")), Path("/dev/full").open("w") as full:
            full.write("a checkpoint")
        with self.assertRaises(FileNotFoundError), one_sentence(Path("/nowhere")):
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


class LabelsDecideTests(TestCase):
    """Ten titles of the hold-out; what one encoder finds alike people called good."""

    @classmethod
    def setUpTestData(cls):
        held_out = [each for each in films_to_learn_from(30) if each.pk % 3 == 0]
        # They see other things: without local velocities it is where which colours are.
        # And by its loss the one is a little worse than the other.
        cls.one = untrained_version(1)
        cls.other = untrained_version(0, velocities=False)
        pairs = [pair for title in held_out for pair in cls.pairs(title)]
        pairs.sort(key=lambda pair: pair[0], reverse=True)
        for place, (_, leaving, entering) in enumerate(pairs):
            value = "good" if place < 60 else "bad"
            verdict_on(leaving, entering, value, kind="motion").save()

    @classmethod
    def pairs(cls, title):
        """Every cut from a shot to another, and how alike the encoder finds it."""
        fill_clips(title, cls.one)
        rows = ShotVector.objects.filter(version=cls.one, title=title)
        at = {(row.shot_id, row.slot): np.array(row.vector) for row in rows}
        for a, b in itertools.permutations(title.shots.order_by("index"), 2):
            if (a.pk, "tail") in at and (b.pk, "head") in at:
                yield float(at[a.pk, "tail"] @ at[b.pk, "head"]), a, b

    def judged(self, candidate, live, **told):
        """The outcome of a run that made this candidate while that version is live."""
        EncoderVersion.objects.filter(family="clip").update(status="retired")
        EncoderVersion.objects.filter(pk=live.pk).update(status="active")
        TrainingRun.objects.all().delete()
        Job.objects.all().delete()
        run = run_now(toy_schedule(name=f"{told}{live}", **told), user=None)
        claim = Claim(Job.objects.claim(run.job.pk, worker="test", device="cpu"))
        freeze(claim)
        TrainingRun.objects.filter(pk=run.pk).update(version=candidate)
        with suppress(Finished):
            judge_clips(claim)
        run.refresh_from_db()
        self.assertTrue(run.outcome["labels"]["enough"])
        self.assertEqual(run.outcome["passed"], run.ended_at is None)
        return run.outcome

    def test_enough_labels_decide_whatever_the_loss_says_and_by_what_is_asked_for(self):
        found = self.judged(self.one, self.other)
        self.assertTrue(found["passed"])
        self.assertRegex(found["reason"], "^Better: average precision")
        self.assertAlmostEqual(found["candidate"]["ap"], 1.0, places=2)
        self.assertFalse(found["measures"]["better"])

        found = self.judged(self.one, self.other, better_by=0.9)
        self.assertFalse(found["passed"])
        self.assertRegex(found["reason"], "^Less than asked for: average precision")

        found = self.judged(self.other, self.one, better_by=-0.01)
        self.assertFalse(found["passed"])
        self.assertRegex(found["reason"], "^Worse: average precision")

    def test_a_title_that_suffers_stops_what_labels_want(self):
        found = self.judged(self.one, self.other, worse_by=0.0)
        self.assertFalse(found["passed"])
        self.assertRegex(found["reason"], "^Worse in parts: ")
