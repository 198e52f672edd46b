"""What pages show of pairs between two titles."""

from catalog.models import MatchSet
from tests.catalog.boards import BoardTestCase
from tests.factories import add_candidate, add_shots, add_title


class AcrossPagesTests(BoardTestCase):
    def across(self, title):
        return MatchSet.objects.create(title=title, live=True, scope="across")

    def test_a_pair_that_both_its_titles_found_is_one_card(self):
        other = add_title(self.production)
        (shot,) = add_shots(other, 50)
        first, _again = (
            add_candidate(self.across(title), self.shots[0], shot)
            for title in (self.title, other)
        )

        self.assertEqual(self.board(), [first.pk])
        self.assertEqual(self.board("duplicates=show"), [first.pk])
        self.assertEqual(self.board(f"title={other.pk}"), [first.pk])

    def test_it_is_one_partner_of_its_shot(self):
        (shot,) = add_shots(add_title(self.production), 50)
        for title in (self.title, shot.title):
            add_candidate(self.across(title), self.shots[0], shot)

        page = self.client.get(f"/titles/{self.title.pk}/?shot={self.shots[0].pk}")
        self.assertContains(page, "/matches/", count=1)

    def test_pairs_with_titles_that_may_not_be_seen_are_not_even_counted(self):
        (hidden,) = add_shots(add_title(), 50)
        add_candidate(self.across(self.title), self.shots[0], hidden)

        self.assertEqual(self.board(), [])
        self.assertContains(self.client.get("/titles/"), "0 matches")
