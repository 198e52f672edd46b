from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import ImportedCut
from tests.catalog.importing import FIRST, HEAD, SECOND
from tests.catalog.pages import HTMX, PageTestCase, logged_in, text
from tests.factories import (
    add_candidate,
    add_cut,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)


class CutPageTests(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.production = add_production("Harbour")
        cls.editor = add_user("", "editor", [cls.production])
        cls.title = add_title(cls.production, reel="A001")
        cls.shots = add_shots(cls.title, 100, 100, 100)
        cls.pair = add_candidate(add_match_set(cls.title), cls.shots[0], cls.shots[2])
        cls.cut = add_cut(cls.title, (10, 60), (220, 240), (110, 150))

    def setUp(self):
        self.client = logged_in(self.editor)

    def add(self, text, **fields):
        upload = SimpleUploadedFile("cut.edl", text.encode())
        fields = {"production": self.production.pk, "file": upload, **fields}
        return self.client.post("/cuts/add/", fields)

    def test_the_list_names_every_cut_with_its_events(self):
        answer = self.client.get("/cuts/")

        self.assertContains(answer, f'href="/cuts/{self.cut.pk}/"')
        self.assertContains(answer, '<td class="tc">3</td>', html=True)

    def test_a_cut_shows_its_events_in_source_timecode(self):
        answer = self.client.get(f"/cuts/{self.cut.pk}/")

        for timecode in ("01:00:00:10", "01:00:02:10", "01:00:08:20"):
            self.assertContains(answer, timecode)
        shot = self.shots[0].pk
        self.assertContains(answer, f'href="/search/?shot={shot}&amp;kind=frame"')

    def test_a_better_b_is_shown_with_what_is_known_of_it(self):
        answer = self.client.get(f"/cuts/{self.cut.pk}/?better=1", headers=HTMX)

        self.assertContains(answer, f'href="/matches/{self.pair.pk}/"')
        self.assertContains(answer, f"cut so in {self.cut.name}")
        self.assertNotIn("<html", text(answer))

    def test_where_nothing_leaves_from_the_search_is_offered(self):
        answer = self.client.get(f"/cuts/{self.cut.pk}/?better=2", headers=HTMX)

        self.assertContains(answer, "No candidate leaves from this shot")

    def test_a_long_cut_costs_no_more_queries_than_a_short_one(self):
        long = add_cut(self.title, *[(10, 20)] * 60)
        with self.assertNumQueries(6):
            self.client.get(f"/cuts/{self.cut.pk}/")
        with self.assertNumQueries(6):
            self.client.get(f"/cuts/{long.pk}/")

    def test_an_edl_becomes_a_cut(self):
        add_title(self.production, reel="B002")

        answer = self.add(HEAD + FIRST + SECOND)

        cut = ImportedCut.objects.latest("pk")
        self.assertRedirects(answer, f"/cuts/{cut.pk}/")
        self.assertEqual((cut.name, cut.made_by), ("Reel 1", self.editor))

    def test_unknown_reels_are_told_beside_the_form(self):
        answer = self.add(HEAD + FIRST + SECOND)

        self.assertContains(answer, "is the reel B002", status_code=422)
        self.assertEqual(ImportedCut.objects.count(), 1)

    def test_a_production_of_others_takes_no_cut(self):
        answer = self.add(HEAD + FIRST, production=add_production("Secret").pk)

        self.assertEqual(answer.status_code, 422)
        self.assertNotIn("Secret", text(answer))
