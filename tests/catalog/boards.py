"""A title of six shots, and pairs among them."""

from django.contrib.auth.models import User

from catalog.models import MatchCandidate, MatchSet, Production, Shot, Title
from tests.catalog.pages import PageTestCase, card_ids, logged_in
from tests.factories import (
    add_candidate,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)


class BoardTestCase(PageTestCase):
    """A test as the editor of that title."""

    production: Production
    editor: User
    title: Title
    found: MatchSet
    shots: list[Shot]

    @classmethod
    def setUpTestData(cls):
        cls.production = add_production()
        cls.editor = add_user("", "editor", [cls.production])
        cls.title = add_title(cls.production)
        cls.shots = add_shots(cls.title, *[50] * 6)
        cls.found = add_match_set(cls.title)

    def setUp(self):
        self.client = logged_in(self.editor)

    def pair(self, leaving: int, entering: int, **fields: object) -> MatchCandidate:
        """A candidate between two shots, by their places."""
        return add_candidate(
            self.found, self.shots[leaving], self.shots[entering], **fields
        )

    def board(self, query: str = "", **headers: str) -> list[int]:
        """Keys of the candidates that the board shows."""
        return card_ids(self.client.get(f"/?{query}", headers=headers))
