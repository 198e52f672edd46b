"""From pair to pair, in the order of the board that one came from."""

from catalog.models import MatchCandidate
from catalog.models.filters import ORDERS
from tests.catalog.boards import PairCase
from tests.catalog.pages import markup


class WalkingTests(PairCase):
    def setUp(self):
        super().setUp()
        self.before = self.pair(0, 3, score=0.9)
        self.motion = self.pair(0, 4, score=0.6, kind="motion")
        self.after = self.pair(1, 5, score=0.5)

    def test_next_and_previous_are_the_board_s(self):
        page = self.page()

        self.assertIn(f"/matches/{self.before.pk}/", page.by_id("before")["href"])
        self.assertIn(f"/matches/{self.motion.pk}/", page.by_id("after")["href"])

    def test_the_board_s_filters_hold_while_one_walks_and_on_the_way_back(self):
        page = self.page("kind=frame&out=38&view=3")

        self.assertEqual(
            page.by_id("after")["href"], f"/matches/{self.after.pk}/?kind=frame"
        )
        self.assertEqual(page.by_id("to-board")["href"], "/?kind=frame")

    def test_each_order_of_the_board_is_walked_both_ways(self):
        MatchCandidate.objects.filter(pk=self.motion.pk).update(standing=0.95)
        other = self.pair(2, 5, score=0.7)
        orders = set()
        for sort in ORDERS:
            listed = markup(self.client.get(f"/?sort={sort}")).find("article")
            board = [card["data-pair"].split("?")[0] for card in listed]
            orders.add(tuple(board))
            with self.subTest(sort=sort):
                self.assertEqual(self.walked(board[0], "after", sort), board)
                self.assertEqual(self.walked(board[-1], "before", sort), board[::-1])
        self.assertIn(f"/matches/{other.pk}/", board)
        self.assertGreater(len(orders), 1)

    def walked(self, first: str, link: str, sort: str) -> list[str]:
        seen, address = [first], f"{first}?sort={sort}"
        while href := markup(self.client.get(address)).by_id(link).get("href"):
            address = href
            seen.append(address.split("?")[0])
        return seen

    def test_the_board_leads_to_pairs_with_its_filters(self):
        shown = markup(self.client.get("/?kind=motion"))

        (card,) = shown.find("article")
        self.assertEqual(card["data-pair"], f"/matches/{self.motion.pk}/?kind=motion")

    def test_the_last_pair_has_no_next(self):
        shown = markup(self.client.get(f"/matches/{self.after.pk}/"))

        self.assertEqual(shown.by_id("after"), {})
        self.assertIn("href", shown.by_id("before"))
