"""What the board is narrowed to and how it is ordered: each filter by a pair it keeps."""

import json
from datetime import timedelta
from io import StringIO

from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now

from catalog.models import MatchCandidate, MatchSet
from catalog.models.filters import NEWEST, SCORE, STANDING
from catalog.views import board
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import card_ids, markup
from tests.factories import (
    add_candidate,
    add_match_set,
    add_pair,
    add_production,
    add_shots,
    add_title,
)


class FilterTests(BoardTestCase):
    def across(self, **fields):
        """A pair from this title into another of the same production."""
        self.other = add_title(self.production)
        entering = add_shots(self.other, 50)[0]
        return add_candidate(self.found, self.shots[0], entering, **fields)

    def test_leaving_entering_and_without_tell_the_sides_apart(self):
        within, across = self.pair(0, 2, score=0.9), self.across(score=0.8)
        here, there = self.title.pk, self.other.pk

        self.assertEqual(self.board(f"leaving={here}"), [within.pk, across.pk])
        self.assertEqual(self.board(f"entering={there}"), [across.pk])
        self.assertEqual(self.board(f"leaving={here}&entering={here}"), [within.pk])
        self.assertEqual(self.board(f"without={there}"), [within.pk])
        self.assertEqual(self.board(f"without={here}"), [])

    def test_within_one_title_or_across_two(self):
        within, across = self.pair(0, 2, score=0.9), self.across(score=0.8)

        self.assertEqual(self.board("scope=within"), [within.pk])
        self.assertEqual(self.board("scope=across"), [across.pk])

    def test_one_production(self):
        mine = self.pair(0, 2)
        second = add_production()
        second.members.add(self.editor)
        other = add_pair(second)

        self.assertEqual(self.board(f"production={second.pk}"), [other.pk])
        self.assertEqual(self.board(f"production={self.production.pk}"), [mine.pk])

    def test_handles_are_asked_of_both_sides(self):
        # Shot 0 is frames 0..49, shot 2 100..149.
        long = self.pair(0, 2, leaving_frame=37, entering_frame=112)
        self.pair(0, 3, leaving_frame=37)
        self.pair(0, 4, entering_frame=212)

        self.assertEqual(self.board("handles=12"), [long.pk])
        self.assertEqual(self.board("handles=13"), [])

    def test_lengths_are_seconds_of_both_shots_at_each_titles_rate(self):
        pair = self.pair(0, 2)  # 50 frames of 25 a second each
        slow = add_title(self.production, rate_num=24000, rate_den=1001)
        first, _, third = add_shots(slow, 24, 24, 24)
        short = add_candidate(add_match_set(slow), first, third, score=0.7)

        self.assertEqual(self.board("shortest=2"), [pair.pk])
        self.assertEqual(self.board("shortest=1"), [pair.pk, short.pk])
        self.assertEqual(self.board("longest=1.1"), [short.pk])
        self.assertEqual(self.board("shortest=1.1&longest=1.9"), [])

    def test_a_reposition_costs_what_has_to_be_enlarged(self):
        def placed(scale: float, dx: float, dy: float):
            return {"scale": scale, "dx": dx, "dy": dy, "rotation": 0.0}

        none = self.pair(0, 2, score=0.9)
        scaled = self.pair(0, 3, score=0.8, transform=placed(1.15, 0, 0))
        shrunk = self.pair(0, 4, score=0.7, transform=placed(0.5, 0, 0))
        shifted = self.pair(0, 5, score=0.6, transform=placed(1.0, -0.2, 0))

        self.assertEqual(self.board("zoom=1"), [none.pk])
        self.assertEqual(self.board("zoom=1.2"), [none.pk, scaled.pk])
        self.assertEqual(self.board("zoom=1.5"), [none.pk, scaled.pk, shifted.pk])
        self.assertIn(shrunk.pk, self.board("zoom=2"))

    def test_the_day_of_the_search(self):
        pair = self.pair(0, 2)
        old = add_pair(self.production, score=0.7)
        day = now() - timedelta(days=10)
        MatchSet.objects.filter(pk=old.match_set_id).update(created_at=day)

        self.assertEqual(self.board(f"since={now():%Y-%m-%d}"), [pair.pk])
        self.assertEqual(self.board(f"until={day:%Y-%m-%d}"), [old.pk])

    def test_filters_add_up_and_stay_in_sight(self):
        self.pair(0, 2)

        page = self.client.get("/?handles=12&scope=within&kind=frame")

        (rarer,) = markup(page).find("details", class_="rarer")
        self.assertIn("open", rarer)
        self.assertContains(page, "More filters (2)")
        (plain,) = markup(self.client.get("/?kind=frame")).find(
            "details", class_="rarer"
        )
        self.assertNotIn("open", plain)

    def test_what_makes_no_sense_is_said_and_dropped(self):
        pair = self.pair(0, 2)

        page = self.client.get(
            "/?handles=-1&zoom=0&shortest=x&since=yesterday&scope=both&sort=age"
            f"&leaving=0&production={add_production().pk}&longest=nan"
        )

        self.assertEqual(card_ids(page), [pair.pk])
        said = markup(page).find("p", class_="error")
        self.assertEqual(len(said), 9)


class OrderTests(BoardTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, board, "PAGE", board.PAGE)
        board.PAGE = 3

    def pages(self, query: str) -> list[int]:
        """What all pages show, one after the other."""
        seen, link = [], f"?{query}"
        while link:
            page = self.client.get(f"/{link}")
            seen += card_ids(page)
            link = next((a["href"] for a in markup(page).find("a", class_="more")), "")
        return seen

    def test_pages_hold_in_every_order(self):
        ways = [(a, b) for a in range(6) for b in range(6) if abs(a - b) > 1]
        for at, (leaving, entering) in enumerate(ways[:10]):
            # Many are equal in what they are ordered by.
            self.pair(leaving, entering, score=0.3 + 0.2 * (at % 2), standing=0.5)
        add_pair(self.production, score=0.4)
        for sort, columns in (
            (STANDING, ("-standing", "pk")),
            (SCORE, ("-score", "pk")),
            (NEWEST, ("-match_set__pk", "-standing", "pk")),
        ):
            whole = MatchCandidate.objects.order_by(*columns)
            with self.subTest(sort):
                self.assertEqual(
                    self.pages(f"sort={sort}"), [pair.pk for pair in whole]
                )


class CommandTests(BoardTestCase):
    def matches(self, *words: str) -> list[int]:
        out = StringIO()
        call_command("matches", *words, "--json", stdout=out)
        return [match["id"] for match in json.loads(out.getvalue())["matches"]]

    def test_the_command_line_takes_the_same_filters(self):
        title = str(self.title.pk)
        near = self.pair(0, 2, score=0.9, standing=0.1)
        far = self.pair(1, 4, score=0.4, kind="motion", leaving_frame=80)
        other = add_pair(self.production, score=0.6)

        self.assertEqual(self.matches("--sort", "score"), [near.pk, other.pk, far.pk])
        self.assertEqual(self.matches("--without", title), [other.pk])
        self.assertEqual(self.matches("--leaving", title, "--score", "0.5"), [near.pk])
        self.assertEqual(self.matches("--across"), [])
        self.assertEqual(len(self.matches("--within")), 3)
        self.assertEqual(self.matches("--shortest", "3"), [other.pk])
        self.assertEqual(
            self.matches("--production", str(self.production), "--kind", "motion"),
            [far.pk],
        )

    def test_what_leaves_nothing_or_is_unknown_says_one_sentence(self):
        self.pair(0, 2)
        for words in (("--across", "--within"), ("--production", "x"), ("--top", "0")):
            with self.subTest(words), self.assertRaises((CommandError, SystemExit)):
                call_command("matches", *words, stdout=StringIO())


class SpeedTests(BoardTestCase):
    def test_the_first_page_of_a_large_board_reads_its_index(self):
        """On some thousands of pairs the unfiltered order is read, not sorted."""
        shots = add_shots(add_title(self.production), *[50] * 60)
        rows = [
            MatchCandidate(
                match_set=self.found, kind="frame", rank=n + 1, standing=n / 4000,
                leaving=a, entering=b, score=n / 4000, parts={},
                leaving_frame=a.end_frame - 1, entering_frame=b.first_frame,
            )
            for n, (a, b) in enumerate((a, b) for a in shots for b in shots if a != b)
        ]  # fmt: skip
        MatchCandidate.objects.bulk_create(rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE catalog_matchcandidate")

        shown = self.client.get("/?duplicates=show")

        self.assertEqual(len(card_ids(shown)), board.PAGE)
        found = MatchCandidate.objects.live().on_board().with_card()
        plan = found.judged(None).sorted_by(STANDING)[:25].explain()
        self.assertIn("candidate_by_standing", plan)
