"""Choices of components, carried to a new version of a title where its frames survive."""

from django.test import TestCase

from catalog.matchcuts import cut_of_candidate
from catalog.models import Acceptance
from catalog.recuts import FrameMap
from catalog.services import accept_for_shot, carry_choices, take_back
from tests.components import add_acceptance, add_component, roomy_pair
from tests.factories import add_shots, add_title, add_user


class CarryingTests(TestCase):
    def setUp(self):
        self.pair = roomy_pair()
        self.older = self.pair.leaving.title
        self.newer = add_title(self.older.production, supersedes=self.older)
        # The second shot is gone: what was frame 200 is frame 100 now.
        add_shots(self.newer, 100, 100)
        self.map = FrameMap([(0, 0, 100), (200, 100, 100)])

    def carry(self):
        return carry_choices(self.newer, self.older, self.map)

    def test_a_choice_goes_on_standing_for_the_same_pictures_once(self):
        anna = add_user()
        row = add_acceptance(self.pair, add_component(), anna, before=5, after=6)

        self.assertEqual((self.carry(), self.carry()), (1, 0))

        copy = Acceptance.objects.get(carried_from=row)
        self.assertEqual(copy.leaving_title, self.newer)
        self.assertEqual((copy.leaving_frame, copy.entering_frame), (79, 120))
        self.assertEqual((copy.entering_first, copy.entering_end), (100, 200))
        self.assertEqual((copy.before, copy.after), (5, 6))
        self.assertEqual((copy.made_by, copy.made_at), (anna, row.made_at))
        self.assertEqual(copy.component, row.component)

    def test_a_choice_for_one_shot_is_carried_without_another(self):
        noir = add_component("filter/noir/0")
        accept_for_shot(cut_of_candidate(self.pair).entering, noir, user=None)

        self.assertEqual((self.carry(), self.carry()), (1, 0))

        copy = Acceptance.objects.get(leaving_title=self.newer)
        self.assertEqual((copy.leaving_frame, copy.entering_title), (120, None))

    def test_what_was_taken_back_or_whose_frames_are_gone_is_not_carried(self):
        take_back(add_acceptance(self.pair, add_component()), user=None)
        self.pair.entering_frame = 150
        self.pair.entering = self.older.shots.get(index=1)
        add_acceptance(self.pair, add_component())

        self.assertEqual(self.carry(), 0)
