"""The panel of components on a pair's page: suggested, accepted, tried, taken back."""

from catalog.files import local_path
from catalog.matchcuts import cut_of_candidate
from catalog.models import Acceptance, Job
from catalog.tryouts import tryout_on_cut, tryout_on_shot
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import HTMX, logged_in, markup, text
from tests.components import (
    add_acceptance,
    add_component,
    add_shot_suggestion,
    add_suggestion,
    roomy_pair,
)
from tests.factories import add_bin_item, add_user, write_file


class PanelCase(BoardTestCase):
    def setUp(self):
        super().setUp()
        self.pair = roomy_pair(self.production)
        self.cut = cut_of_candidate(self.pair)
        self.dissolve = add_component()
        self.wipe = add_component("transition/clock wipe/0")
        self.here = f"/matches/{self.pair.pk}/"

    def panel(self, query=""):
        return self.client.get(f"{self.here}components/?{query}", headers=HTMX)

    def lay(self, **given):
        return self.client.post(
            f"{self.here}components/lay/", {"next": self.here, **given}
        )


class PanelTests(PanelCase):
    def test_suggestions_come_ranked_with_reasons_the_plain_cut_among_them(self):
        add_suggestion(self.pair, self.dissolve, confidence=0.61)
        add_suggestion(self.pair, None, confidence=0.3, reason="most cuts are plain")
        page = text(self.client.get(self.here))
        places = [
            page.index(words)
            for words in ("Cross dissolve</a>", "61%", "used where", "<b>Plain cut</b>")
        ]
        self.assertEqual(places, sorted(places))
        self.assertIn("20 frames before the cut and 20 after", page)

    def test_what_the_handles_of_nudged_frames_do_not_allow_is_left_out(self):
        add_suggestion(self.pair, self.dissolve, before=4, after=4)
        add_suggestion(self.pair, self.wipe, before=10, after=10)
        add_suggestion(self.pair, None)
        shown = text(self.panel("out=93"))
        self.assertIn("Accept Cross dissolve", shown)
        self.assertNotIn("Accept Clock wipe", shown)
        self.assertIn("Accept Plain cut", shown)
        self.assertIn("Accept Clock wipe", text(self.panel()))
        self.assertNotIn("Accept Cross dissolve", text(self.panel("out=99")))
        self.assertEqual(self.panel("out=7777").status_code, 400)

    def test_suggestions_of_a_version_that_is_not_live_are_not_shown(self):
        said = add_suggestion(self.pair, self.dissolve)
        said.version.status = "retired"
        said.version.save()
        self.assertNotIn("used where", text(self.panel()))

    def test_accepting_lays_it_on_and_shows_it_on_every_page(self):
        said = add_suggestion(self.pair, self.dissolve)
        item = add_bin_item(self.pair)
        answer = self.lay(suggestion=said.pk)
        self.assertRedirects(answer, self.here)

        row = Acceptance.objects.get()
        self.assertEqual((row.component, row.made_by), (self.dissolve, self.editor))
        self.assertEqual((row.before, row.after, row.rank), (4, 4, 1))
        for page in (self.here, "/", f"/bins/{item.bin_id}/"):
            with self.subTest(page):
                shown = markup(self.client.get(page))
                chips = [
                    a
                    for tag, a in shown.elements
                    if "laid-chip" in a.get("class", "").split()
                ]
                self.assertEqual(len(chips), 1)
        self.assertContains(self.client.get(self.here), "Accepted</button>")

        self.client.post(f"/choices/{row.pk}/take-back/", {"next": self.here})

        self.assertNotContains(self.client.get("/"), "laid-chip")
        self.assertEqual(Acceptance.objects.standing().count(), 0)

    def test_another_transition_is_laid_about_the_nudged_frames(self):
        self.lay(component=self.wipe.pk, frames=13, out=70, **{"in": 210})
        row = Acceptance.objects.get()
        self.assertEqual((row.leaving_frame, row.entering_frame), (70, 210))
        self.assertEqual((row.component, row.before, row.after), (self.wipe, 6, 7))
        self.lay()
        self.assertEqual(Acceptance.objects.standing().first().label, "Plain cut")

    def test_a_shot_takes_a_component_by_its_name_or_key(self):
        noir = add_component("filter/noir/0")
        for name in ("nOIR", "filter/noir/0"):
            self.lay(on="entering", name=name)
        rows = Acceptance.objects.all()
        self.assertEqual({row.component for row in rows}, {noir})
        self.assertEqual({row.leaving_frame for row in rows}, {220})
        self.assertContains(self.client.get(self.here), "On B")

    def test_a_suggestion_for_a_shot_goes_on_that_shot(self):
        noir = add_component("filter/noir/0")
        said = add_shot_suggestion(self.pair.leaving, noir)
        add_shot_suggestion(self.pair.leaving, None)
        shown = text(self.panel())
        self.assertIn("used in shots as dark", shown)
        self.assertIn("As it stands", shown)
        self.lay(on="leaving", suggestion=said.pk)
        row = Acceptance.objects.get()
        self.assertIsNone(row.entering_title)
        self.assertEqual(row.component, noir)

    def test_what_cannot_be_is_one_sentence_and_no_choice(self):
        noir = add_component("filter/noir/0")
        other = add_suggestion(roomy_pair(self.production), self.dissolve)
        cases = (
            ({"component": self.wipe.pk, "frames": 41}, "41 do not fit"),
            ({"component": self.wipe.pk, "frames": "x"}, "0 do not fit"),
            ({"component": noir.pk, "frames": 4}, "is no transition"),
            ({"component": 99999, "frames": 4}, "no such component"),
            ({"suggestion": 99999}, "no longer there"),
            ({"suggestion": other.pk}, "no longer there"),
            ({"on": "leaving", "name": "cross dissolve"}, "no such component"),
            ({"on": "nowhere"}, "Say where"),
            ({"component": self.wipe.pk, "frames": 4, "out": "-1"}, "no frame"),
        )
        for given, sentence in cases:
            with self.subTest(given):
                page = self.client.get(self.lay(**given)["Location"])
                self.assertContains(page, sentence)
        self.assertEqual(Acceptance.objects.count(), 0)

    def test_viewers_see_what_is_chosen_and_choose_nothing(self):
        add_acceptance(self.pair, self.dissolve, self.editor)
        self.client = logged_in(add_user("", "viewer", [self.production]))
        shown = text(self.panel())
        self.assertIn("Cross dissolve", shown)
        self.assertNotIn("<form", shown)
        self.assertEqual(self.lay().status_code, 403)

    def test_suggestions_are_asked_for_at_the_frames_and_waited_for(self):
        given = {"next": self.here, "out": 75, "in": 222}
        self.client.post(f"{self.here}components/suggest/", given)
        shots = {"leaving": self.pair.leaving_id, "entering": self.pair.entering_id}
        subjects = [job.subject for job in Job.objects.filter(kind=Job.Kind.RECOMMEND)]
        self.assertCountEqual(
            subjects,
            [
                {**shots, "out": 75, "in": 222},
                *({"leaving": k} for k in shots.values()),
            ],
        )
        self.assertIn("every 1500ms", text(self.panel("out=75&in=222")))
        Job.objects.update(state=Job.State.FAILED, error="No recommender is in use.")
        shown = text(self.panel("out=75&in=222"))
        self.assertIn("No recommender is in use.", shown)
        self.assertNotIn("hx-trigger", shown)

    def test_what_is_suggested_at_the_shown_frames_goes_before_the_matched_ones(self):
        add_suggestion(self.pair, self.wipe)
        add_suggestion(self.pair, self.dissolve, leaving_frame=75)
        self.assertIn("Accept Cross dissolve", text(self.panel("out=75")))
        self.assertNotIn("Accept Clock wipe", text(self.panel("out=75")))
        self.assertIn("Accept Clock wipe", text(self.panel("out=76")))


class TryoutTests(PanelCase):
    def setUp(self):
        super().setUp()
        self.plan = tryout_on_cut(self.cut, self.dissolve, 4, 6)
        local_path(self.plan.key).unlink(missing_ok=True)
        self.address = (
            f"{self.here}components/{self.dissolve.pk}/?on=cut&before=4&after=6"
        )

    def test_a_plan_shows_what_lies_around_the_cut_and_nothing_outside_the_shots(self):
        plan = self.plan
        self.assertEqual((plan.leaving.first_frame, plan.leaving.end_frame), (51, 86))
        self.assertEqual(
            (plan.entering.first_frame, plan.entering.end_frame), (216, 252)
        )

    def test_a_tryout_is_asked_for_once_and_polled_until_it_plays(self):
        for _ in range(2):
            answer = self.client.get(self.address, headers=HTMX)
        self.assertEqual(answer.status_code, 202)
        self.assertIn("every 700ms", text(answer))
        job = Job.objects.get()
        self.assertEqual((job.kind, job.queue), (Job.Kind.TRYOUT, "interactive"))
        self.assertEqual(job.subject["component"], self.dissolve.pk)
        self.assertEqual((job.subject["out"], job.subject["in"]), (79, 220))

        write_file(self.plan.key, b"tryout")

        answer = self.client.get(self.address, headers=HTMX)
        (video,) = markup(answer).find("video")
        self.assertEqual(text(self.client.get(video["src"])), "tryout")

    def test_what_the_handles_do_not_allow_is_not_drawn(self):
        for query in ("before=21&after=2", "before=0&after=0", "on=leaving", "on=x"):
            with self.subTest(query):
                page = f"{self.here}components/{self.dissolve.pk}/?{query}"
                self.assertEqual(self.client.get(page).status_code, 404)
        self.assertEqual(Job.objects.count(), 0)

    def test_what_a_person_names_is_tried_before_it_is_accepted(self):
        noir = add_component("filter/noir/0")
        cases = (
            ({"component": self.wipe.pk, "frames": 9},
             f"{self.wipe.pk}/?on=cut&before=4&after=5"),
            ({"on": "leaving", "name": "noir", "out": 70},
             f"{noir.pk}/?on=leaving&before=0&after=0&out=70&in=220"),
            ({"component": self.wipe.pk, "frames": 41}, None),
            ({}, None),
        )  # fmt: skip
        for given, wanted in cases:
            with self.subTest(given):
                answer = self.client.post(f"{self.here}components/try/", given)
                page = (
                    self.here if wanted is None else f"{self.here}components/{wanted}"
                )
                self.assertEqual(answer["Location"], page)
        self.assertEqual(Acceptance.objects.count(), 0)

    def test_a_shot_alone_is_shown_for_up_to_four_seconds_around_its_frame(self):
        noir = add_component("filter/noir/0")
        plan = tryout_on_shot(self.cut.entering, noir)
        self.assertIsNone(plan.entering)
        self.assertEqual((plan.leaving.first_frame, plan.leaving.end_frame), (200, 270))
        answer = self.client.get(f"{self.here}components/{noir.pk}/?on=entering")
        self.assertEqual(answer.status_code, 202)
        self.assertEqual(Job.objects.get().subject["on"], "entering")
