"""What verdicts become when something is learned from them."""

from django.test import TestCase

from catalog.labels import is_held_out, labels_of
from catalog.models import Production, Verdict
from catalog.services import give_verdict, undo_verdict
from tests.factories import add_pair, add_production, add_shots, add_title, add_user
from tests.labelled import verdict_on


class LabelTests(TestCase):
    def setUp(self):
        self.production = add_production()
        self.production.may_train = True
        self.production.save()
        self.title = add_title(self.production)
        self.shots = add_shots(self.title, 50, 50, 50, 50)
        self.users = [add_user() for _ in range(3)]

    def judge(self, value, *, by=0, pair=(0, 2), **fields):
        a, b = (self.shots[at] for at in pair)
        verdict = verdict_on(a, b, value, made_by=self.users[by], **fields)
        verdict.save()
        return verdict

    def found(self, kind="frame"):
        labels = labels_of(kind)
        return [pair.good for pair in labels.pairs], dict(labels.left_out)

    def test_the_majority_of_annotators_decides(self):
        self.judge("good", by=0)
        self.judge("bad", by=1)
        self.judge("good", by=2)
        self.judge("bad", by=0, pair=(1, 3))

        self.assertEqual(self.found(), ([True, False], {}))

    def test_an_annotator_has_one_voice_and_the_last_word_is_it(self):
        for value in ("good", "good", "bad"):
            self.judge(value, by=0)

        self.assertEqual(self.found(), ([False], {}))

    def test_annotators_divided_leave_the_pair_out(self):
        self.judge("good", by=0)
        self.judge("bad", by=1)

        self.assertEqual(self.found(), ([], {"annotators divided": 1}))

    def test_a_wrong_mask_or_a_duplicate_is_no_bad_cut(self):
        self.judge("bad", by=0, reason=Verdict.Reason.WRONG_MASK)
        self.judge("bad", by=1, reason=Verdict.Reason.DUPLICATE)
        self.assertEqual(self.found(), ([], {"wrong mask or duplicate": 1}))

        self.judge("good", by=2)

        self.assertEqual(self.found(), ([True], {}))

    def test_what_was_taken_back_does_not_count(self):
        self.judge("bad")
        undo_verdict(self.users[0])

        self.assertEqual(self.found(), ([], {}))

    def test_footage_that_may_not_train_does_not(self):
        self.judge("good")
        Production.objects.update(may_train=False)

        self.assertEqual(self.found(), ([], {}))

    def test_the_frames_are_what_counts_when_shots_were_cut_again(self):
        self.judge("good")
        first = self.shots[0]
        first.end_frame = 20
        first.save()
        # The judged frame, the last of the old shot, now lies in no shot at all.
        self.assertEqual(self.found(), ([], {"no longer a pair of shots": 1}))

    def test_a_kind_has_its_own_labels_and_the_learned_kind_has_all(self):
        self.judge("good")
        self.judge("bad", pair=(1, 3), kind="motion")

        self.assertEqual(self.found("frame"), ([True], {}))
        self.assertEqual(self.found("motion"), ([False], {}))
        self.assertEqual(self.found("learned"), ([True, False], {}))

    def test_a_pair_is_held_out_if_either_title_is_and_versions_of_a_film_go_together(
        self,
    ):
        titles = [add_title(self.production) for _ in range(4)]
        held = next(one for one in titles if is_held_out(one.pk))
        taught = next(one for one in titles if not is_held_out(one.pk))
        recut = add_title(self.production, supersedes=held)
        shots = {one.pk: add_shots(one, 50, 50) for one in (held, taught, recut)}
        for a, b in ((taught, held), (held, taught), (taught, taught), (recut, recut)):
            verdict_on(shots[a.pk][0], shots[b.pk][1], "good").save()

        pairs = labels_of("frame").pairs

        found = {
            (pair.leaving.title_id, pair.entering.title_id): pair for pair in pairs
        }
        self.assertTrue(found[taught.pk, held.pk].held_out)
        self.assertTrue(found[held.pk, taught.pk].held_out)
        self.assertFalse(found[taught.pk, taught.pk].held_out)
        self.assertTrue(found[recut.pk, recut.pk].held_out)
        self.assertEqual(found[recut.pk, recut.pk].counted_under, held.pk)
        taught_on = {p.counted_under for p in pairs if not p.held_out}
        self.assertEqual(
            taught_on & {p.counted_under for p in pairs if p.held_out}, set()
        )

    def test_what_is_missing_is_said_in_numbers(self):
        self.judge("good")

        labels = labels_of("frame")

        self.assertIn("59 more good pairs", labels.missing_to_decide())
        self.assertIn("more hold-out titles with labels", labels.missing_to_decide())
        self.assertIn("more bad ones", labels.missing_to_train())

    def test_a_verdict_without_a_reason_is_about_the_cut(self):
        pair = add_pair(self.production)
        give_verdict(pair, "bad", user=self.users[0])

        self.assertEqual(self.found(), ([False], {}))
