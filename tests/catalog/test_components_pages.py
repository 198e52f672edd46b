"""The library: a grid by class and name, by likeness, and the map."""

from catalog.files import local_path
from catalog.forms.components import PAGE
from catalog.models import Job
from catalog.previews import preview_key
from tests.catalog.pages import HTMX, Markup, PageTestCase, logged_in, markup, text
from tests.components import (
    add_component,
    add_embedding,
    add_finding,
    add_place,
    write_preview,
)
from tests.factories import add_production, add_shots, add_title, add_user


class LibraryCase(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.viewer = add_user("", "viewer")
        cls.dissolve = add_component()
        cls.wipe = add_component("transition/clock wipe/0")
        cls.noir = add_component("filter/noir/0", split="unseen")
        cls.gone = add_component("effect/old glow/0", offered=False)

    def setUp(self):
        self.client = logged_in(self.viewer)
        for row in (self.dissolve, self.wipe, self.noir, self.gone):
            write_preview(row)

    def shown(self, query=""):
        page = markup(self.client.get(f"/components/?{query}"))
        cards = [
            a["id"]
            for a in page.find("li")
            if "component" in a.get("class", "").split()
        ]
        return [int(card.removeprefix("component-")) for card in cards]


class LibraryTests(LibraryCase):
    def test_the_grid_is_narrowed_by_class_name_and_split(self):
        cases = (
            ("", [self.noir, self.wipe, self.dissolve]),
            ("category=transition", [self.wipe, self.dissolve]),
            ("q=cross+diss", [self.dissolve]),
            ("q=%25", []),
            ("split=unseen", [self.noir]),
            ("category=nothing&split=x&page=-1&like=no", None),
        )
        for query, wanted in cases:
            with self.subTest(query):
                rows = (
                    [self.noir, self.dissolve, self.wipe] if wanted is None else wanted
                )
                self.assertCountEqual(self.shown(query), [row.pk for row in rows])

    def test_tabs_count_what_the_other_wishes_leave(self):
        page = text(self.client.get("/components/?q=noir"))
        self.assertInHTML(
            '<a href="?category=filter&amp;q=noir"><span class="dot class-filter">'
            '</span>Filter <span class="dim">1</span></a>',
            page,
        )

    def test_a_long_grid_has_pages(self):
        for number in range(PAGE):
            write_preview(add_component(f"sticker/star {number:02d}/0"))
        first = markup(self.client.get("/components/?category=sticker"))
        self.assertEqual(first.find("a", rel="next"), [])
        (link,) = markup(self.client.get("/components/")).find("a", rel="next")
        second = self.client.get(f"/components/{link['href']}")
        self.assertEqual(len(self.shown()), PAGE)
        self.assertEqual(len(self.shown("page=2")), 3)
        self.assertEqual(len(markup(second).find("a", rel="prev")), 1)

    def test_a_card_plays_its_clip_and_shows_its_still_without_scripts(self):
        page = markup(self.client.get("/components/?q=noir"))
        (video,) = page.find("video")
        still, clip = (
            f"/media/component/{self.noir.pk}/{name}" for name in ("still", "clip")
        )
        self.assertEqual((video["poster"], video["src"]), (still, clip))
        self.assertEqual(video["preload"], "none")
        self.assertEqual(text(self.client.get(clip)), "clip")
        self.assertEqual(text(self.client.get(still)), "still")
        self.assertTrue(page.find("a", href=f"/components/{self.noir.pk}/"))
        self.assertEqual(Job.objects.count(), 0)

    def test_what_is_not_drawn_is_asked_for_once_for_the_whole_page(self):
        local_path(preview_key(self.noir)).unlink()
        for _ in range(2):
            page = self.client.get("/components/")
        job = Job.objects.get()
        self.assertEqual((job.kind, job.queue), (Job.Kind.PREVIEW, "interactive"))
        self.assertEqual(len(job.subject["components"]), 3)
        part = f"/components/{self.noir.pk}/preview/?job={job.pk}"
        self.assertIn(f'hx-get="{part}"', text(page))
        self.assertEqual(self.client.get(part, headers=HTMX).status_code, 202)

        write_preview(self.noir)

        answer = self.client.get(part, headers=HTMX)
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("hx-get", text(answer))

    def test_a_preview_that_failed_says_why_and_ends_its_asking(self):
        local_path(preview_key(self.noir)).unlink()
        self.client.get("/components/")
        Job.objects.update(state=Job.State.FAILED, error="There is no artwork.")
        page = self.client.get("/components/")
        self.assertContains(page, "There is no artwork.")
        self.assertNotIn("every 1500ms", text(page))
        self.assertEqual(Job.objects.count(), 1)

    def test_only_admins_have_every_preview_drawn(self):
        self.assertEqual(self.client.post("/components/render/").status_code, 403)
        admin = logged_in(add_user("", "admin"))
        admin.post("/components/render/")
        admin.post("/components/render/")
        job = Job.objects.get()
        self.assertEqual((job.kind, job.queue), (Job.Kind.PREVIEWS, "default"))


class LikenessTests(LibraryCase):
    def setUp(self):
        super().setUp()
        add_embedding(self.dissolve, [1, 0, 0])
        add_embedding(self.noir, [0.9, 0.1, 0])
        add_embedding(self.wipe, [0.1, 1, 0])
        add_embedding(self.gone, [1, 0, 0])
        add_embedding(self.wipe, [1, 0, 0, 0], status="retired")

    def test_what_is_like_another_comes_most_alike_first_by_the_live_version(self):
        found = self.shown(f"like={self.dissolve.pk}")
        self.assertEqual(found, [self.noir.pk, self.wipe.pk])
        page = self.client.get(f"/components/?like={self.dissolve.pk}")
        self.assertContains(page, "alike 0.99")

    def test_likeness_is_narrowed_by_class(self):
        found = self.shown(f"like={self.dissolve.pk}&category=transition")
        self.assertEqual(found, [self.wipe.pk])

    def test_a_component_says_what_it_is_and_what_is_like_it(self):
        other = add_component("filter/noir/1")
        page = self.client.get(f"/components/{self.noir.pk}/")
        self.assertContains(page, "filter/noir/0")
        self.assertContains(page, "Unseen in training")
        self.assertContains(page, "mean over 5 clips")
        self.assertContains(page, f'href="/components/{other.pk}/"')
        self.assertContains(page, f'href="/components/{self.dissolve.pk}/"')

    def test_what_is_no_longer_offered_keeps_its_page(self):
        page = self.client.get(f"/components/{self.gone.pk}/")
        self.assertContains(page, "no longer offered")

    def test_one_without_an_embedding_is_like_nothing_yet(self):
        new = add_component("text/title/0")
        self.assertEqual(self.shown(f"like={new.pk}"), [])
        page = self.client.get(f"/components/?like={new.pk}")
        self.assertContains(page, "has no embedding yet")


class MapTests(LibraryCase):
    def test_points_lie_where_they_are_placed_and_lead_to_their_components(self):
        add_place(self.noir, 0.25, 0.5)
        add_place(self.gone, 0.1, 0.1)
        page = self.client.get("/components/map/")
        (circle,) = Markup(text(page)).find("circle")
        self.assertEqual((circle["cx"], circle["cy"]), ("250", "500"))
        self.assertEqual(circle["class"], "class-filter")
        self.assertContains(page, "<title>Noir · Filter</title>")
        self.assertContains(
            page, f'<a href="/components/{self.noir.pk}/" tabindex="-1">'
        )

    def test_the_table_says_the_same_to_those_who_do_not_see_it(self):
        add_place(self.noir, 0.25, 0.5)
        page = self.client.get("/components/map/?view=table")
        self.assertContains(page, "<td>250</td><td>500</td>")
        self.assertEqual(markup(page).find("circle"), [])

    def test_a_class_alone_may_be_shown(self):
        add_place(self.noir, 0.25, 0.5)
        add_place(self.wipe, 0.5, 0.5)
        page = markup(self.client.get("/components/map/?category=filter"))
        self.assertEqual(len(page.find("circle")), 1)

    def test_before_there_is_an_encoder_the_map_says_so(self):
        self.assertContains(
            self.client.get("/components/map/"), "Nothing is on the map yet"
        )


class FindingTests(PageTestCase):
    def test_a_shot_shows_what_is_found_on_it_and_at_its_first_cut(self):
        production = add_production()
        title = add_title(production)
        shot = add_shots(title, 100, 100)[1]
        add_finding(title, 100, add_component())
        add_finding(title, 200)
        noir = add_finding(title, 150)
        noir.cut_frame, noir.shot, noir.category = None, shot, "filter"
        noir.save()
        client = logged_in(add_user("", "viewer", [production]))
        page = text(client.get(f"/titles/{title.pk}/?shot={shot.pk}"))
        self.assertIn("Cross dissolve</a>", page)
        self.assertIn("80% · at its first cut", page)
        self.assertIn("Unknown filter", page)
        self.assertNotIn("Unknown transition", page)
