from catalog.matchcuts import cut_of_candidate
from catalog.models import Bin, BinItem
from catalog.services import keep_in_bin
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import HTMX, logged_in, markup, text
from tests.factories import (
    add_bin,
    add_candidate,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)


class BinCase(BoardTestCase):
    """A bin of three cuts, from shot 0 to the shots 2, 3 and 4."""

    def setUp(self):
        super().setUp()
        self.bin = add_bin(self.production, "Doors")
        self.items = [self.keep(self.pair(0, at)) for at in (2, 3, 4)]

    def keep(self, pair, kept_in: Bin | None = None) -> BinItem:
        cut = cut_of_candidate(pair)
        return keep_in_bin(kept_in or self.bin, cut, user=self.editor)

    def order(self) -> list[int]:
        return list(self.bin.items.values_list("entering_frame", flat=True))

    def post(self, path: str, **given: object):
        return self.client.post(f"/bins/{path}/", given)


class ListTests(BinCase):
    def test_bins_are_listed_with_their_production_and_count(self):
        shown = self.client.get("/bins/")

        for words in ("Doors", self.production.name, "3 cuts"):
            self.assertContains(shown, words)

    def test_a_new_bin_is_made_and_opened(self):
        answer = self.post("add", name="  Hands ")

        made = Bin.objects.get(name="Hands")
        self.assertRedirects(answer, f"/bins/{made.pk}/")
        self.assertEqual(
            (made.production, made.made_by), (self.production, self.editor)
        )

    def test_a_bad_name_or_production_is_said_and_makes_nothing(self):
        other = add_production()
        for given in (
            {"name": " "},
            {"name": "Doors"},
            {"name": "Hands", "production": other.pk},
            {"name": "Hands", "production": "x"},
        ):
            with self.subTest(given=given):
                answer = self.client.post("/bins/add/", given, follow=True)
                self.assertContains(answer, 'class="error"')
        self.assertEqual(Bin.objects.count(), 1)


class OrderTests(BinCase):
    def test_cuts_stand_in_their_order_with_timecodes_handles_and_notes(self):
        self.items[0].note = "his hand, her door"
        self.items[0].save()

        shown = self.client.get(f"/bins/{self.bin.pk}/")

        rows = [a["id"] for a in markup(shown).find("article")]
        self.assertEqual(rows, [f"item-{item.pk}" for item in self.items])
        for words in ("01:00:01:24", "01:00:04:00", "handle 0 f", "his hand, her door"):
            self.assertContains(shown, words)

    def test_a_cut_moves_to_a_place(self):
        self.post(f"items/{self.items[2].pk}/move", place=1)

        self.assertEqual(self.order(), [200, 100, 150])

    def test_a_place_that_is_no_number_is_said_and_moves_nothing(self):
        for place in ("", "first", "-1", "1.5"):
            with self.subTest(place):
                self.post(f"items/{self.items[2].pk}/move", place=place)
                self.assertEqual(self.order(), [100, 150, 200])

    def test_htmx_gets_the_list_alone(self):
        answer = self.client.post(
            f"/bins/items/{self.items[2].pk}/move/", {"place": 1}, headers=HTMX
        )

        self.assertNotContains(answer, "<html")
        self.assertEqual(len(markup(answer).find("article")), 3)

    def test_a_dropped_cut_comes_back_as_it_was(self):
        before = BinItem.objects.filter(pk=self.items[1].pk).values().get()

        self.post(f"items/{self.items[1].pk}/drop")
        self.assertEqual(self.order(), [100, 200])
        self.post(f"{self.bin.pk}/put-back")

        after = self.bin.items.filter(entering_frame=150).values().get()
        self.assertEqual({**after, "id": 0}, {**before, "id": 0})

    def test_drops_come_back_one_by_one_the_last_first(self):
        for item in self.items:
            self.post(f"items/{item.pk}/drop")

        for wanted in ([200], [150, 200], [100, 150, 200], [100, 150, 200]):
            self.post(f"{self.bin.pk}/put-back")
            self.assertEqual(self.order(), wanted)

    def test_a_drop_of_another_bin_is_not_put_back_into_this_one(self):
        other = add_bin(self.production)
        item = self.keep(self.pair(1, 5), other)
        self.post(f"items/{item.pk}/drop")

        answer = self.client.post(f"/bins/{self.bin.pk}/put-back/", follow=True)

        self.assertContains(answer, "Nothing to put back.")
        self.assertEqual(len(self.order()), 3)

    def test_a_cut_whose_title_is_gone_cannot_be_put_back_and_it_says_so(self):
        title = add_title(self.production)
        first, _, third = add_shots(title, 20, 20, 20)
        item = self.keep(add_candidate(add_match_set(title), first, third))
        self.post(f"items/{item.pk}/drop")
        title.delete()

        answer = self.client.post(f"/bins/{self.bin.pk}/put-back/", follow=True)

        self.assertContains(answer, "cannot be put back")

    def test_a_note_is_written_and_taken_away(self):
        for note in ("a\x00 door ", ""):
            self.post(f"items/{self.items[0].pk}/note", note=note)
            self.items[0].refresh_from_db()
            self.assertEqual(self.items[0].note, note.replace("\x00", "").strip())

    def test_a_bin_gets_another_name_but_not_one_that_is_taken(self):
        add_bin(self.production, "Hands")

        self.post(f"{self.bin.pk}/rename", name="Doors and windows")
        answer = self.client.post(
            f"/bins/{self.bin.pk}/rename/", {"name": "Hands"}, follow=True
        )

        self.assertContains(answer, "already has a bin called Hands")
        self.bin.refresh_from_db()
        self.assertEqual(self.bin.name, "Doors and windows")


class SeeingTests(BinCase):
    def test_a_cut_into_a_title_one_may_not_see_is_not_shown_but_stays(self):
        hidden = add_title(add_production("Secret"), name="Hidden film")
        (entering,) = add_shots(hidden, 50)
        self.keep(add_candidate(self.found, self.shots[1], entering))

        shown = self.client.get(f"/bins/{self.bin.pk}/")

        self.assertEqual(len(markup(shown).find("article")), 3)
        self.assertNotIn("Hidden film", text(shown))
        self.assertNotIn("Hidden film", text(self.client.get("/bins/")))
        self.assertEqual(self.bin.items.count(), 4)

    def test_moving_over_a_hidden_cut_takes_the_place_of_the_next_one_seen(self):
        hidden = add_title(add_production("Secret"))
        (entering,) = add_shots(hidden, 50)
        kept = self.keep(add_candidate(self.found, self.shots[1], entering))
        self.post(f"items/{self.items[2].pk}/move", place=4)

        page = markup(self.client.get(f"/bins/{self.bin.pk}/"))

        ups = [
            b["value"] for b in page.find("button", name="place") if "up" in b["class"]
        ]
        self.assertEqual(ups[-1], "2")
        self.assertEqual(self.client.get(f"/bins/items/{kept.pk}/").status_code, 404)

    def test_viewers_see_and_cannot_change(self):
        viewer = add_user("", "viewer", [self.production])
        client = logged_in(viewer)

        shown = client.get(f"/bins/{self.bin.pk}/")

        self.assertContains(shown, "/export/?bin=")
        self.assertNotContains(shown, "Drop")
        answer = client.post(f"/bins/items/{self.items[0].pk}/drop/")
        self.assertEqual(answer.status_code, 403)

    def test_a_cut_leads_back_to_its_pair_at_its_frames(self):
        item = self.items[0]
        item.leaving_frame = 44
        item.save()

        answer = self.client.get(f"/bins/items/{item.pk}/")

        pair = self.found.candidates.get(entering=self.shots[2])
        self.assertRedirects(answer, f"/matches/{pair.pk}/?out=44&in=100")

    def test_a_cut_the_board_no_longer_has_stays_and_it_is_said(self):
        self.found.candidates.all().delete()

        answer = self.client.get(f"/bins/items/{self.items[0].pk}/", follow=True)

        self.assertContains(answer, "no such pair any more")
        self.assertEqual(len(markup(answer).find("article")), 3)
