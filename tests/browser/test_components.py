import math

from catalog.files import local_path
from catalog.models import Acceptance, EditingComponent
from catalog.previews import preview_key, preview_still_key
from pipelines.components.listing import list_components
from tests.browser.chromium import BrowserTestCase
from tests.components import (
    add_embedding,
    add_place,
    add_suggestion,
    dissolves,
)
from tests.factories import add_candidate, add_match_set, write_still
from tests.footage import Clip, write_clip

PLAYS = "document.querySelector('#component-{} video')?.paused === false"


class LibraryTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        list_components(dissolves())
        self.soft, self.hard = EditingComponent.objects.all()
        # Other tests leave files in their place, and not all of those play.
        for row in (self.soft, self.hard):
            for key in (preview_key(row), preview_still_key(row)):
                local_path(key).unlink(missing_ok=True)
        self.open("/components/")
        # Drawn by the worker while the page looks on.
        for row in (self.soft, self.hard):
            self.page.wait_for_selector(f"#component-{row.pk} video")

    def plays(self, row: EditingComponent) -> bool:
        return bool(self.evaluate(PLAYS.format(row.pk)))

    def point_at(self, row: EditingComponent) -> None:
        """Until it plays: pictures that come late may move it from under the pointer."""

        def pointed() -> bool:
            self.page.hover(f"#component-{row.pk} .shows")
            return self.plays(row)

        self.until(pointed)

    def test_previews_play_while_pointed_at_or_in_focus_and_only_then(self):
        self.assertFalse(self.plays(self.soft))
        self.point_at(self.soft)
        self.point_at(self.hard)
        self.until(lambda: not self.plays(self.soft))

        self.page.mouse.move(5, 5)
        self.page.focus("#q")
        self.until(lambda: not self.plays(self.hard))
        self.page.focus(f"#component-{self.soft.pk} .shows")
        self.until(lambda: self.plays(self.soft))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**/components/{self.soft.pk}/")
        self.until(
            lambda: bool(self.evaluate("!document.querySelector('video').paused"))
        )

    def test_typing_a_name_narrows_the_grid_and_keeps_the_place_in_the_field(self):
        self.page.click("#q")
        self.page.keyboard.type("dissolve 2", delay=20)
        self.until(lambda: not self.page.locator(f"#component-{self.soft.pk}").count())
        self.assertTrue(self.page.locator(f"#component-{self.hard.pk}").count())
        self.assertEqual(self.evaluate("document.activeElement.id"), "q")
        self.assertIn("q=dissolve", self.page.url)

    def test_what_is_like_it_is_found_and_the_map_leads_to_it(self):
        for row, at in ((self.soft, 0.1), (self.hard, 0.2)):
            add_embedding(row, [math.cos(at), math.sin(at)])
            add_place(row, at, 0.5)
        self.page.click(f"#component-{self.hard.pk} >> text=Find similar")
        self.page.wait_for_url("**/components/?like=*")
        self.page.wait_for_selector("text=alike")

        self.page.click("a:text-is('Map')")
        self.page.click(f"a[href='/components/{self.soft.pk}/'] circle")
        self.page.wait_for_url(f"**/components/{self.soft.pk}/")
        self.page.wait_for_selector("h1:text-is('Cross dissolve')")

    def test_without_scripts_stills_stand_and_names_lead_on(self):
        self.page = self.log_in(self.context(scripts=False))
        self.open("/components/?q=cross")
        still = self.page.locator(f"#component-{self.soft.pk} video")
        self.assertTrue(str(still.get_attribute("poster")).endswith("/still"))
        self.page.click("text=Cross dissolve 2")
        self.page.wait_for_url(f"**/components/{self.hard.pk}/")


class LayingTests(BrowserTestCase):
    def setUp(self):
        super().setUp()
        list_components(dissolves())
        self.soft, self.hard = EditingComponent.objects.all()
        clip = Clip(frames=75, cuts=(25, 50))
        title = self.ingested(write_clip(self.folder / "three.mov", clip))
        title.production = self.production
        title.save()
        shots = list(title.shots.all())
        self.pair = add_candidate(
            add_match_set(title, live=False),
            shots[0],
            shots[2],
            leaving_frame=15,
            entering_frame=58,
        )
        for frame in (15, 57, 58):
            write_still(title, frame)
        add_suggestion(self.pair, self.soft)
        add_suggestion(self.pair, self.hard, before=8, after=8)
        add_suggestion(self.pair, None)

    def test_a_suggestion_is_tried_on_the_very_shots_and_accepted(self):
        self.open(f"/matches/{self.pair.pk}/")
        self.page.click("#laying-cut >> text=Preview >> nth=0")
        self.page.wait_for_selector("#tryout-cut video")
        self.until(
            lambda: (
                self.evaluate("document.querySelector('#tryout-cut video').readyState")
                == 4
            )
        )
        self.page.click("button[aria-label='Accept Cross dissolve']")
        self.page.wait_for_selector(".page-head .laid-chip:text-is('Cross dissolve')")
        self.assertEqual(Acceptance.objects.get().made_by, self.editor)

        self.page.click("text=Take back")
        self.until(lambda: not Acceptance.objects.standing().exists())
        self.page.wait_for_selector("#laying-cut")
        self.assertFalse(self.page.locator(".laid-chip").count())

    def test_another_transition_is_tried_before_it_is_laid_on(self):
        self.open(f"/matches/{self.pair.pk}/")
        self.page.click("#laying-cut summary")
        self.page.select_option("#laying-cut select", str(self.hard.pk))
        self.page.fill("#laying-cut input[name=frames]", "6")
        self.page.click("#laying-cut .choose >> text=Preview")
        wanted = f"/media/tryout/{self.pair.pk}/{self.hard.pk}"
        self.page.wait_for_selector(f'#tryout-cut video[src^="{wanted}"]')
        self.assertEqual(Acceptance.objects.count(), 0)
        self.page.click("#laying-cut >> text=Lay it on")
        self.page.wait_for_selector(".laid-chip:text-is('Cross dissolve 2')")
        self.assertEqual(Acceptance.objects.get().before, 3)

    def test_the_panel_follows_the_frames_and_what_their_handles_allow(self):
        self.open(f"/matches/{self.pair.pk}/")
        accept = self.page.locator("button[aria-label='Accept Cross dissolve 2']")
        self.assertEqual(accept.count(), 1)
        self.page.keyboard.press("{")
        self.until(lambda: accept.count() == 0)
        self.page.click("button[aria-label='Accept Cross dissolve']")
        self.page.wait_for_selector(".laid-chip")
        self.assertEqual(Acceptance.objects.get().entering_frame, 57)
