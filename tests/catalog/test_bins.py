from django.test import TestCase

from catalog.matchcuts import cut_of_candidate, cut_of_item
from catalog.services import (
    Refused,
    drop_item,
    keep_in_bin,
    make_bin,
    move_item,
    moved_to,
)
from tests.factories import add_bin, add_pair, add_production


class BinTests(TestCase):
    def setUp(self):
        self.production = add_production()
        self.bin = add_bin(self.production)
        self.pairs = [add_pair(self.production) for _ in range(3)]

    def keep(self, number):
        return keep_in_bin(self.bin, cut_of_candidate(self.pairs[number]), user=None)

    def places(self):
        return list(self.bin.items.values_list("leaving_title", flat=True))

    def titles(self, *numbers):
        return [self.pairs[number].leaving.title_id for number in numbers]

    def test_cuts_stand_in_the_order_in_which_they_were_kept(self):
        for number in (1, 0, 2):
            self.keep(number)

        self.assertEqual(self.places(), self.titles(1, 0, 2))

    def test_keeping_a_cut_twice_is_keeping_it_once(self):
        self.assertEqual(self.keep(0), self.keep(0))
        self.assertEqual(self.bin.items.count(), 1)

    def test_an_item_is_the_cut_it_was_made_of(self):
        cut = cut_of_candidate(self.pairs[0])

        kept = cut_of_item(self.keep(0))

        self.assertEqual((kept.leaving, kept.entering), (cut.leaving, cut.entering))
        self.assertEqual((kept.score, kept.parts), (cut.score, cut.parts))

    def test_an_item_survives_the_shots_it_was_made_of(self):
        item = self.keep(0)

        self.pairs[0].leaving.title.shots.all().delete()

        item.refresh_from_db()
        self.assertEqual(item.leaving_frame, 99)

    def test_items_can_be_moved(self):
        items = [self.keep(number) for number in range(3)]

        move_item(items[2], 1)

        self.assertEqual(self.places(), self.titles(2, 0, 1))
        self.assertEqual(
            list(self.bin.items.values_list("place", flat=True)), [1, 2, 3]
        )

    def test_a_dropped_item_closes_the_gap_and_can_be_put_back(self):
        items = [self.keep(number) for number in range(3)]

        columns = drop_item(items[1])

        self.assertEqual(self.places(), self.titles(0, 2))
        self.assertEqual(columns["leaving_title_id"], self.titles(1)[0])

    def test_a_nudged_frame_outside_its_shot_is_refused(self):
        cut = cut_of_candidate(self.pairs[0])

        self.assertEqual(
            moved_to(cut, leaving_frame=90, entering_frame=None).leaving_handle, 9
        )
        with self.assertRaisesRegex(Refused, "not inside the shot"):
            moved_to(cut, leaving_frame=100, entering_frame=None)

    def test_a_name_is_taken_once_and_never_empty(self):
        make_bin(self.production, "Keepers", user=None)

        for name in ("Keepers", "  "):
            with self.subTest(name), self.assertRaises(Refused):
                make_bin(self.production, name, user=None)
