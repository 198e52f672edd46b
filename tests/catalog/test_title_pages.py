from django.test import override_settings

from catalog.files import local_path
from catalog.models import Job, Location, Title
from tests.catalog.pages import HTMX, PageTestCase, logged_in, markup, text
from tests.factories import (
    add_candidate,
    add_job,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)

RUNNING = {
    "state": Job.State.RUNNING,
    "stage": "proxy",
    "stage_number": 3,
    "stages": 7,
    "progress": 0.25,
    "pace": "88 frames/s",
}


class TitlePageTestCase(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.production = add_production()
        cls.editor = add_user("", "editor", [cls.production])

    def setUp(self):
        self.client = logged_in(self.editor)


class TitleListTests(TitlePageTestCase):
    def test_newest_first_with_counts_of_shots_and_live_matches(self):
        title = add_title(self.production)
        shots = add_shots(title, 50, 50, 50)
        add_candidate(add_match_set(title), shots[0], shots[2])
        add_candidate(add_match_set(title, live=False), shots[0], shots[2])
        newer = add_title(self.production)

        page = self.client.get("/titles/")

        self.assertContains(page, "3 shots")
        self.assertContains(page, "1 match<")
        self.assertLess(text(page).index(newer.name), text(page).index(title.name))

    def test_it_polls_while_a_title_is_worked_on_and_no_longer(self):
        title = add_title(self.production, state=Title.State.WORKING)
        add_job(title, **RUNNING)

        add_title(self.production)

        asks = markup(self.client.get("/titles/")).by_id("live")["hx-get"]
        part = self.client.get(asks, headers=HTMX)

        self.assertContains(part, "proxy · 3 of 7")
        self.assertContains(part, "88 frames/s")
        self.assertEqual(markup(part).find("progress")[0]["value"], "0.250")
        cards = [li["id"] for li in markup(part).find("li", hx_swap_oob="true")]
        self.assertEqual(cards, [f"title-{title.pk}"])
        self.assertEqual(markup(part).by_id("live")["hx-get"], asks)

        Title.objects.update(state=Title.State.READY)
        part = self.client.get(asks, headers=HTMX)
        self.assertContains(part, f'id="title-{title.pk}"')
        self.assertNotIn("hx-trigger", markup(part).by_id("live"))

    def test_only_visible_titles_are_followed(self):
        hidden = add_title(state=Title.State.WORKING)

        part = self.client.get(f"/titles/?live={hidden.pk},x,{'9' * 40}", headers=HTMX)

        self.assertNotContains(part, hidden.name)

    def test_twins_are_not_listed_and_failures_say_their_sentence(self):
        twin = add_title(self.production, state=Title.State.DUPLICATE)
        add_title(self.production, state=Title.State.FAILED, error="It is empty.")

        page = self.client.get("/titles/")

        self.assertNotContains(page, twin.name)
        self.assertContains(page, "It is empty.")

    def test_a_title_whose_source_is_gone_is_offline_and_a_found_one_is_not(self):
        title = add_title(self.production)
        self.assertContains(self.client.get("/titles/"), "Offline")

        Location.objects.create(source=title.source, path="/somewhere/a.mov")

        self.assertNotContains(self.client.get("/titles/"), "Offline")

    def test_the_number_of_queries_does_not_grow_with_the_titles(self):
        for _ in range(2):
            add_title(self.production)
        with self.assertNumQueries(6):
            self.client.get("/titles/")
        for _ in range(8):
            add_title(self.production)
        with self.assertNumQueries(6):
            self.client.get("/titles/")


class AddTitleTests(TitlePageTestCase):
    def setUp(self):
        super().setUp()
        self.root = local_path("import")
        self.root.mkdir(parents=True, exist_ok=True)
        settings = override_settings(IMPORT_ROOTS=[self.root])
        settings.enable()
        self.addCleanup(settings.disable)

    def add(self, **fields):
        given = {"production": self.production.pk, "kind": "cut", **fields}
        return self.client.post("/titles/add/", given)

    def clip(self, name: str):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked at here")
        return path

    def test_a_path_becomes_a_title_and_an_ingest_and_its_page_opens(self):
        answer = self.add(path=str(self.clip("a.mov")), kind="rushes")

        title = Title.objects.get()
        self.assertRedirects(answer, f"/titles/{title.pk}/")
        self.assertEqual((title.name, title.kind), ("a", "rushes"))
        self.assertEqual(title.added_by, self.editor)
        self.assertEqual(title.jobs.get().kind, Job.Kind.INGEST)

    def test_a_folder_becomes_a_title_for_each_of_its_video_files(self):
        for name in ("reels/a.mov", "reels/deep/b.mxf", "reels/notes.txt"):
            self.clip(name)

        answer = self.add(path=str(self.root / "reels"))

        self.assertRedirects(answer, "/titles/")
        self.assertEqual({t.name for t in Title.objects.all()}, {"a", "b"})

    def test_an_upload_becomes_a_title_under_a_name_of_our_own(self):
        with self.clip("../../upload me.mov").open("rb") as file:
            self.add(upload=file)

        title = Title.objects.get()
        self.assertEqual(title.name, "upload me")
        self.assertTrue(title.uploaded)
        self.assertNotIn("upload me", title.added_path)

    def test_a_new_version_counts_on_from_the_one_it_supersedes(self):
        older = add_title(self.production, version=2)

        self.add(path=str(self.clip("v3.mov")), supersedes=older.pk)

        newer = Title.objects.get(supersedes=older)
        self.assertEqual(newer.version, 3)

    def test_what_lies_outside_the_import_roots_is_refused_whether_it_exists_or_not(
        self,
    ):
        answers = [self.add(path=path) for path in ("/etc/passwd", "/etc/nothing-here")]

        said = {text(answer).split('role="alert">')[1][:80] for answer in answers}
        self.assertEqual(len(said), 1)
        self.assertIn("not under a folder", said.pop())
        self.assertEqual(Title.objects.count(), 0)

    def test_mistakes_are_said_on_the_form_with_what_was_typed(self):
        for fields in ({}, {"path": "/x", "production": ""}, {"path": "/no/such"}):
            with self.subTest(fields=fields):
                answer = self.add(**fields)
                self.assertEqual(answer.status_code, 422)
                self.assertContains(answer, 'role="alert"', status_code=422)
                self.assertContains(answer, fields.get("path", ""), status_code=422)

    def test_titles_go_only_into_productions_one_belongs_to(self):
        answer = self.add(path=str(self.clip("c.mov")), production=add_production().pk)

        self.assertEqual(answer.status_code, 422)
        self.assertEqual(Title.objects.count(), 0)


class TitleDetailTests(TitlePageTestCase):
    def setUp(self):
        super().setUp()
        self.title = add_title(self.production)
        self.shots = add_shots(self.title, 100, 50, 150)

    def page(self, query=""):
        return self.client.get(f"/titles/{self.title.pk}/{query}")

    def test_the_player_is_told_how_to_count(self):
        player = markup(self.page()).by_id("player")

        told = [player[f"data-{name}"] for name in ("rate-num", "rate-den", "start")]
        self.assertEqual(told, ["25", "1", "01:00:00:00"])
        self.assertEqual(player["data-times"], f"/media/{self.title.pk}/times")

    def test_shots_on_the_strip_are_as_wide_as_they_are_long(self):
        images = [
            a for a in markup(self.page()).find("img", height="54") if "width" in a
        ]

        widths = [int(image["width"]) for image in images]
        self.assertEqual(widths, [84, 42, 126])

    def test_the_shot_in_the_address_is_the_one_looked_into(self):
        page = self.page(f"?shot={self.shots[1].pk}")

        self.assertEqual(
            markup(page).by_id("inspector")["data-shot"], str(self.shots[1].pk)
        )
        self.assertEqual(markup(page).by_id("player")["data-seek"], "100")

    def test_the_inspector_alone_answers_htmx_and_the_page_everyone_else(self):
        address = f"/titles/{self.title.pk}/shots/{self.shots[2].pk}/"

        part = self.client.get(address, headers=HTMX)

        self.assertNotContains(part, "<html")
        self.assertContains(part, "01:00:06:00")
        page = f"/titles/{self.title.pk}/?shot={self.shots[2].pk}"
        self.assertRedirects(self.client.get(address), page)

    def test_a_shot_of_another_title_is_not_found(self):
        (foreign,) = add_shots(add_title(self.production), 10)

        answer = self.client.get(f"/titles/{self.title.pk}/shots/{foreign.pk}/")

        self.assertEqual(answer.status_code, 404)

    def test_a_waiting_page_follows_its_job_then_shows_what_has_come(self):
        self.title.shots.all().delete()
        job = add_job(self.title, **RUNNING)
        status = markup(self.page()).by_id("status")
        self.assertIn("hx-trigger", status)

        part = self.client.get(status["hx-get"], headers=HTMX)
        self.assertContains(part, "stage 3 of 7")
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
        add_shots(self.title, 300)

        self.assertEqual(
            self.client.get(status["hx-get"], headers=HTMX)["HX-Refresh"], "true"
        )

    def test_a_page_that_plays_is_not_torn_away_when_a_job_ends(self):
        add_job(self.title, state=Job.State.DONE)

        part = self.client.get(f"/titles/{self.title.pk}/", headers=HTMX)

        self.assertNotIn("HX-Refresh", part)
        self.assertNotIn("hx-trigger", markup(part).by_id("status"))

    def test_a_twin_leads_to_the_title_it_is_the_same_as(self):
        twin = add_title(
            self.production, state=Title.State.DUPLICATE, same_as=self.title
        )

        page = self.client.get(f"/titles/{twin.pk}/")

        links = [a["href"] for a in markup(page).find("a")]
        self.assertIn(f"/titles/{self.title.pk}/", links)

    def test_a_twin_the_user_may_not_see_is_not_named(self):
        hidden = add_title(add_production())
        twin = add_title(self.production, state=Title.State.DUPLICATE, same_as=hidden)

        self.assertNotContains(self.client.get(f"/titles/{twin.pk}/"), hidden.name)

    def test_cuts_and_matches_are_found_again_when_asked(self):
        for word, kind in (
            ("redetect", Job.Kind.REDETECT),
            ("rematch", Job.Kind.REMATCH),
        ):
            with self.subTest(word=word):
                self.client.post(f"/titles/{self.title.pk}/{word}/")
                self.assertEqual(self.title.jobs.get(kind=kind).asked_by, self.editor)

    def test_what_the_file_says_of_itself_is_shown(self):
        self.title.probe = {
            "video_codec": "prores",
            "variable_rate": False,
            "audio": [{"codec": "pcm_s24le", "channels": 2}],
        }
        self.title.save()

        page = self.page()

        for words in ("prores", "codec pcm_s24le, channels 2", self.title.reel):
            self.assertContains(page, words)
