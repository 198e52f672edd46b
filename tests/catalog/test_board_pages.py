from catalog.models import DuplicateGroup, Verdict
from catalog.services import give_verdict
from catalog.views import board
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import HTMX, card_ids, markup
from tests.factories import add_candidate, add_cut, add_match_set, add_pair, add_user


class BoardListTests(BoardTestCase):
    def test_the_best_place_comes_first(self):
        worse, better = self.pair(0, 2, score=0.5), self.pair(0, 3, score=0.9)

        self.assertEqual(self.board(), [better.pk, worse.pk])

    def test_a_card_shows_both_timecodes_reels_handles_and_every_share(self):
        self.pair(0, 2, leaving_frame=40, parts={"cosine": 0.9123, "speed_ratio": 0.25})

        page = self.client.get("/")

        for words in ("01:00:01:15", "01:00:04:00", self.title.reel, "handle 9 f"):
            self.assertContains(page, words)
        values = [meter["value"] for meter in markup(page).find("meter")]
        self.assertEqual(values, ["0.912", "0.250"])

    def test_partners_of_single_shots_and_replaced_sets_are_not_on_it(self):
        self.pair(0, 2, rank=None)
        old = add_match_set(self.title, live=False)
        add_candidate(old, self.shots[0], self.shots[3])

        self.assertEqual(self.board(), [])

    def test_kind_title_and_score_narrow_it(self):
        frame, motion = (
            self.pair(0, 2, score=0.9),
            self.pair(0, 3, score=0.4, kind="motion"),
        )
        other = add_pair(self.production, score=0.7)

        self.assertEqual(self.board("kind=motion"), [motion.pk])
        self.assertEqual(self.board(f"title={self.title.pk}"), [frame.pk, motion.pk])
        self.assertEqual(self.board("score=0.6"), [frame.pk, other.pk])

    def test_filters_that_make_no_sense_are_said_and_dropped(self):
        pair = self.pair(0, 2)

        page = self.client.get("/?score=much&kind=none&title=0&verdict=x&after=%00")

        self.assertEqual(card_ids(page), [pair.pk])
        self.assertContains(page, "Enter a number.")

    def test_near_duplicates_are_one_card_that_says_how_many(self):
        group = DuplicateGroup.objects.create(production=self.production)
        for shot in self.shots[1:4]:
            shot.group = group
            shot.save()
        best, copy = self.pair(1, 5, score=0.9), self.pair(2, 5, score=0.8)
        alone = self.pair(0, 5, score=0.7)

        page = self.client.get("/")

        self.assertEqual(card_ids(page), [best.pk, alone.pk])
        self.assertContains(page, "\u00d73", count=1)
        self.assertEqual(self.board("duplicates=show"), [best.pk, copy.pk, alone.pk])

    def test_a_copy_of_a_judged_pair_does_not_come_up_in_its_place(self):
        group = DuplicateGroup.objects.create(production=self.production)
        for shot in self.shots[1:4]:
            shot.group = group
            shot.save()
        best, _copy = self.pair(1, 5, score=0.9), self.pair(2, 5, score=0.8)
        give_verdict(best, "good", user=self.editor)

        self.assertEqual(self.board(), [])
        self.assertEqual(self.board("verdict=good"), [best.pk])

    def test_judged_pairs_leave_the_board_and_are_found_by_their_verdict(self):
        good, bad, fresh = (self.pair(0, n, score=1 - n / 10) for n in (2, 3, 4))
        give_verdict(good, "good", user=self.editor)
        give_verdict(bad, "bad", user=self.editor)

        self.assertEqual(self.board(), [fresh.pk])
        self.assertEqual(self.board("verdict=good"), [good.pk])
        self.assertEqual(self.board("verdict=bad"), [bad.pk])
        self.assertEqual(self.board("verdict=all"), [good.pk, bad.pk, fresh.pk])


class BoardPagingTests(BoardTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, board, "PAGE", board.PAGE)
        board.PAGE = 4
        # Many of one standing: only the key tells them apart.
        ways = [(a, b) for a in range(6) for b in range(6) if abs(a - b) > 1]
        for at, (leaving, entering) in enumerate(ways[:14]):
            self.pair(leaving, entering, score=0.9 if at < 9 else 0.1 + 0.2)

    def test_pages_follow_one_another_without_gap_or_repeat(self):
        seen, link = [], "?kind=frame"
        while link:
            page = self.client.get(f"/{link}")
            seen += card_ids(page)
            link = next((a["href"] for a in markup(page).find("a", class_="more")), "")

        whole = [c.pk for c in self.found.candidates.order_by("-standing", "pk")]
        self.assertEqual(seen, whole)

    def test_more_pairs_come_as_cards_alone_for_htmx_and_as_a_page_without_it(self):
        (more,) = markup(self.client.get("/")).find("a", class_="more")

        part = self.client.get(f"/{more['hx-get']}", headers=HTMX)
        page = self.client.get(f"/{more['href']}")

        self.assertEqual(card_ids(part), card_ids(page))
        self.assertNotContains(part, "<html")
        self.assertContains(page, "<html")

    def test_a_replaced_set_does_not_break_the_next_page(self):
        first = self.client.get("/")
        (more,) = markup(first).find("a", class_="more")
        self.found.candidates.all().delete()

        answer = self.client.get(f"/{more['hx-get']}", headers=HTMX)

        self.assertEqual(answer["HX-Refresh"], "true")

    def test_the_last_page_offers_no_more(self):
        board.PAGE = 14

        self.assertEqual(markup(self.client.get("/")).find("a", class_="more"), [])


class JudgingTests(BoardTestCase):
    def judge(self, pair, value, **headers):
        here = {"value": value, "next": "/?kind=frame"}
        return self.client.post(f"/matches/{pair.pk}/verdict/", here, headers=headers)

    def test_a_verdict_without_javascript_comes_back_to_the_same_board(self):
        pair = self.pair(0, 2)

        self.assertRedirects(self.judge(pair, "good"), "/?kind=frame")

        verdict = Verdict.objects.get()
        self.assertEqual((verdict.value, verdict.made_by), ("good", self.editor))

    def test_a_verdict_by_htmx_swaps_the_card_in_place(self):
        pair = self.pair(0, 2)

        page = markup(self.judge(pair, "bad", **HTMX))

        card = page.by_id(f"card-{pair.pk}")
        self.assertEqual(card["hx-swap-oob"], "true")
        pressed = {
            b["value"]: b["aria-pressed"] for b in page.find("button", name="value")
        }
        self.assertEqual(pressed, {"good": "false", "bad": "true"})

    def test_undo_takes_ones_own_last_verdict_back_and_swaps_its_card(self):
        first, second = self.pair(0, 2), self.pair(0, 3)
        self.judge(first, "good")
        self.judge(second, "bad")
        give_verdict(first, "bad", user=add_user())

        answer = self.client.post("/verdicts/undo/", headers=HTMX)

        self.assertEqual(card_ids(answer), [second.pk])
        undone = Verdict.objects.exclude(undone_at=None).get()
        self.assertEqual((undone.value, undone.made_by), ("bad", self.editor))

    def test_undo_with_nothing_to_undo_says_so(self):
        answer = self.client.post("/verdicts/undo/", headers=HTMX)

        self.assertContains(answer, "Nothing to undo")

    def test_a_word_that_is_no_verdict_is_refused_and_writes_nothing(self):
        answer = self.judge(self.pair(0, 2), "maybe")

        self.assertEqual(answer.status_code, 400)
        self.assertEqual(Verdict.objects.count(), 0)

    def test_the_way_back_never_leaves_this_server(self):
        pair = self.pair(0, 2)
        for next_ in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
            with self.subTest(next=next_):
                answer = self.client.post(
                    f"/matches/{pair.pk}/verdict/", {"value": "good", "next": next_}
                )
                self.assertEqual(answer["Location"], "/")


class PairPageTests(BoardTestCase):
    def test_every_part_of_the_score_is_shown_and_the_reposition_said(self):
        pair = self.pair(
            *(0, 2),
            parts={"centred_iou": 0.91, "dx": 0.1, "note": "people"},
            transform={"scale": 1.12, "dx": 0.1, "dy": -0.02, "rotation": 0.0},
        )

        page = self.client.get(f"/matches/{pair.pk}/")

        for words in ("centred IoU", "0.91", "0.100", "people", "112%", "-0.020"):
            self.assertContains(page, words)

    def test_it_says_when_no_reposition_is_needed(self):
        page = self.client.get(f"/matches/{self.pair(0, 2).pk}/")

        self.assertContains(page, "no reposition needed")


class KnownTests(BoardTestCase):
    def test_a_pair_that_a_timeline_has_already_says_so_on_card_and_page(self):
        pair, other = self.pair(0, 2), self.pair(0, 3)
        cut = add_cut(self.title, (10, 50), (100, 150))

        board = self.client.get("/")
        shown = markup(board)

        links = [a["href"] for a in shown.find("a", class_="known")]
        self.assertEqual(links, [f"/cuts/{cut.pk}/"])
        self.assertContains(self.client.get(f"/matches/{pair.pk}/"), cut.name)
        self.assertNotContains(self.client.get(f"/matches/{other.pk}/"), cut.name)
