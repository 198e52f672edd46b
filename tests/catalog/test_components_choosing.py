"""What people choose for cuts and shots: kept by frames, bounded by handles."""

from fractions import Fraction

from django.test import SimpleTestCase, TestCase

from catalog.handles import Room, halves, room_of
from catalog.matchcuts import CutSide, cut_of_candidate, cut_of_item
from catalog.models import Acceptance, BinItem, Job, MatchCandidate
from catalog.services import (
    Refused,
    accept_for_cut,
    accept_for_shot,
    ask_recommendation,
    moved_to,
    standing_on_cut,
    standing_on_shot,
    take_back,
    with_accepted,
)
from tests.catalog.timelines import made_title
from tests.components import (
    add_acceptance,
    add_component,
    add_suggestion,
    roomy_pair,
)
from tests.factories import add_bin_item, add_candidate, add_match_set, add_user


class RoomTests(SimpleTestCase):
    def test_room_is_what_both_shots_have_beyond_the_cut_and_up_to_it(self):
        title = made_title(1)
        cases = (
            # A's frame in 0..99, B's in 200..299: before is B's handle, after is A's.
            (89, 207, Room(7, 10)),
            (99, 207, Room(7, 0)),
            (89, 200, Room(0, 10)),
            (3, 250, Room(3, 49)),
            (89, 296, Room(89, 3)),
        )
        for out, into, wanted in cases:
            with self.subTest(out=out, into=into):
                leaving = CutSide(title=title, first_frame=0, end_frame=100, frame=out)
                entering = CutSide(
                    title=title, first_frame=200, end_frame=300, frame=into
                )
                self.assertEqual(room_of(leaving, entering), wanted)

    def test_frames_are_counted_in_the_leaving_title_and_never_too_many(self):
        slow, fast = made_title(1, 24), made_title(2, 60)
        leaving = CutSide(title=slow, first_frame=0, end_frame=100, frame=50)
        entering = CutSide(title=fast, first_frame=0, end_frame=200, frame=24)
        # 24 frames at 60 are 9.6 at 24: nine.
        self.assertEqual(room_of(leaving, entering), Room(9, 49))
        self.assertEqual(room_of(entering, leaving).before, 24)

    def test_a_transition_is_laid_about_the_cut_or_shifted_as_far_as_it_must(self):
        cases = (
            ((12, Room(10, 10)), (6, 6)),
            ((13, Room(10, 10)), (6, 7)),
            ((12, Room(2, 10)), (2, 10)),
            ((12, Room(10, 2)), (10, 2)),
            ((8, Room(0, 8)), (0, 8)),
        )
        for given, wanted in cases:
            with self.subTest(given):
                self.assertEqual(halves(*given), wanted)
        for frames in (0, 21):
            with self.subTest(frames), self.assertRaises(ValueError):
                halves(frames, Room(10, 10))

    def test_no_length_that_is_laid_is_more_than_the_room(self):
        for before in range(6):
            for after in range(6):
                room = Room(before, after)
                for frames in range(1, before + after + 1):
                    laid = halves(frames, room)
                    self.assertEqual(sum(laid), frames)
                    self.assertTrue(room.allows(*laid), (room, frames))


class ChoosingTests(TestCase):
    def setUp(self):
        self.pair = roomy_pair()
        self.cut = cut_of_candidate(self.pair)
        self.dissolve = add_component()
        self.anna = add_user()

    def test_a_choice_outlives_the_search_and_the_shots_it_was_made_on(self):
        add_acceptance(self.pair, self.dissolve, self.anna)
        title = self.pair.leaving.title
        title.match_sets.all().delete()
        title.shots.all().delete()
        self.assertEqual(MatchCandidate.objects.count(), 0)
        # Found again: a cut more, at other numbers.
        first, second = (
            title.shots.create(index=n, first_frame=a, end_frame=b)
            for n, (a, b) in enumerate(((10, 95), (195, 290)))
        )
        again = add_candidate(
            add_match_set(title), first, second, leaving_frame=80, entering_frame=215
        )
        found = MatchCandidate.objects.with_card().get(pk=again.pk)
        self.assertEqual(found.laid, "Cross dissolve")
        row = standing_on_cut(cut_of_candidate(again))
        self.assertEqual((row.made_by, row.before), (self.anna, 4))

    def test_the_newest_choice_stands_and_taking_it_back_uncovers_the_one_before(self):
        wipe = add_component("transition/clock wipe/0")
        add_acceptance(self.pair, wipe)
        newest = add_acceptance(self.pair, None)
        self.assertEqual(self.laid(), "Plain cut")

        self.assertTrue(take_back(newest, user=self.anna))
        self.assertFalse(take_back(newest, user=None))

        self.assertEqual(self.laid(), "Clock wipe")
        newest.refresh_from_db()
        self.assertEqual(newest.undone_by, self.anna)
        self.assertEqual(Acceptance.objects.count(), 2)

    def laid(self):
        return MatchCandidate.objects.with_card().get(pk=self.pair.pk).laid

    def test_bins_show_what_is_laid_on_their_cuts(self):
        item = add_bin_item(self.pair)
        self.assertIsNone(BinItem.objects.with_titles().get(pk=item.pk).laid)
        add_acceptance(self.pair, self.dissolve)
        self.assertEqual(
            BinItem.objects.with_titles().get(pk=item.pk).laid, "Cross dissolve"
        )
        self.assertEqual(standing_on_cut(cut_of_item(item)).component, self.dissolve)

    def test_what_the_handles_do_not_allow_is_refused(self):
        for before, after in ((21, 4), (4, 21), (0, 0)):
            with self.subTest(before=before, after=after), self.assertRaises(Refused):
                accept_for_cut(
                    self.cut, self.dissolve, user=None, before=before, after=after
                )
        nudged = moved_to(self.cut, leaving_frame=97, entering_frame=None)
        with self.assertRaisesMessage(Refused, "20 frames before the cut and 2 after"):
            accept_for_cut(nudged, self.dissolve, user=None, before=4, after=3)
        self.assertEqual(Acceptance.objects.count(), 0)

    def test_a_filter_goes_on_a_shot_and_a_transition_on_a_cut(self):
        noir = add_component("filter/noir/0")
        with self.assertRaisesMessage(Refused, "is no transition"):
            accept_for_cut(self.cut, noir, user=None, before=2, after=2)
        with self.assertRaisesMessage(Refused, "is a transition"):
            accept_for_shot(self.cut.leaving, self.dissolve, user=None)

    def test_a_shot_has_one_of_each_class_until_it_is_left_as_it_stands(self):
        noir, sepia, glow = (
            add_component(f"{name}/0")
            for name in ("filter/noir", "filter/sepia", "effect/glow")
        )
        for component in (noir, glow, sepia):
            accept_for_shot(self.cut.entering, component, user=None)
        self.assertEqual(
            {row.component for row in standing_on_shot(self.cut.entering)},
            {sepia, glow},
        )
        self.assertEqual(standing_on_shot(self.cut.leaving), [])

        accept_for_shot(self.cut.entering, None, user=None)

        self.assertEqual(standing_on_shot(self.cut.entering), [])

    def test_cuts_carry_what_is_accepted_in_seconds(self):
        noir = add_component("filter/noir/0")
        add_acceptance(self.pair, self.dissolve, before=10, after=5)
        accept_for_shot(self.cut.entering, noir, user=None)

        (cut,) = with_accepted([self.cut])

        self.assertTrue(cut.transition.dissolves)
        self.assertEqual(cut.transition.before, Fraction(10, 25))
        self.assertEqual(cut.transition.after, Fraction(5, 25))
        self.assertEqual([each.key for each in cut.on_entering], ["filter/noir/0"])
        self.assertEqual(cut.on_leaving, ())
        with self.assertNumQueries(1):
            with_accepted([self.cut] * 20)

    def test_a_choice_remembers_what_it_was_accepted_of(self):
        said = add_suggestion(self.pair, self.dissolve, confidence=0.7)
        row = accept_for_cut(
            self.cut, self.dissolve, user=None, before=4, after=4, suggestion=said
        )
        self.assertEqual(
            (row.version, row.rank, row.confidence), (said.version, 1, 0.7)
        )
        said.version.delete()
        row.refresh_from_db()
        self.assertIsNone(row.version)


class AskingTests(TestCase):
    def test_a_cut_is_asked_about_where_a_search_matched_it_or_inside_both_shots(self):
        pair = roomy_pair()
        shots = pair.leaving, pair.entering
        matched = ask_recommendation(*shots, user=None)
        self.assertEqual((matched.subject["out"], matched.subject["in"]), (79, 220))
        again = ask_recommendation(*shots, user=None, frames=(79, 220))
        self.assertEqual(again, matched)
        pair.match_set.delete()
        inside = ask_recommendation(*shots, user=None)
        self.assertEqual((inside.subject["out"], inside.subject["in"]), (87, 212))
        # Two that follow one another are cut where they are.
        first, second, _ = shots[0].title.shots.order_by("index")
        meeting = ask_recommendation(first, second, user=None)
        self.assertEqual((meeting.subject["out"], meeting.subject["in"]), (99, 100))

    def test_frames_outside_the_shots_and_shots_of_others_are_refused(self):
        pair = roomy_pair()
        shots = pair.leaving, pair.entering
        with self.assertRaisesMessage(Refused, "Frame 100 is not inside"):
            ask_recommendation(*shots, user=None, frames=(100, 220))
        with self.assertRaisesMessage(Refused, f"There is no shot {shots[0].pk}"):
            ask_recommendation(*shots, user=add_user())
        self.assertEqual(Job.objects.count(), 0)
