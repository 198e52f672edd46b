"""A title of six shots, and pairs among them."""

from django.contrib.auth.models import User

from catalog.files import local_path
from catalog.loops import loop_of_cut
from catalog.matchcuts import cut_of_candidate
from catalog.models import MatchCandidate, MatchSet, Production, Shot, Title
from catalog.offsets import offsets_key
from catalog.services import moved_to
from tests.catalog.pages import (
    Markup,
    PageTestCase,
    card_ids,
    logged_in,
    markup,
    text,
)
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


class PairCase(BoardTestCase):
    """The pair of shots 0 and 2: A's last frame is 40 of 0..49, B's first 110 of 100..149."""

    def setUp(self):
        super().setUp()
        self.cut = self.pair(0, 2, leaving_frame=40, entering_frame=110, score=0.7)
        # Files outlive a test's rows, and the next test's cut has the same key.
        matched = cut_of_candidate(self.cut)
        moved = moved_to(matched, leaving_frame=38, entering_frame=113)
        self.loop_key = loop_of_cut(moved).key
        for key in (offsets_key(matched), self.loop_key):
            local_path(key).unlink(missing_ok=True)

    def page(self, query: str = "") -> Markup:
        return markup(self.client.get(f"/matches/{self.cut.pk}/?{query}"))

    def shown(self, query: str = "") -> str:
        return text(self.client.get(f"/matches/{self.cut.pk}/?{query}"))
