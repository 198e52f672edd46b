"""Versions of an encoder family: drawn, compared, put live and taken back."""

from catalog.models import EncoderVersion, Job, Promotion, TrainingRun
from catalog.services import promote_version
from catalog.versions import chart_of
from catalog.views.versions import VERSIONS
from tests.catalog.pages import HTMX, PageTestCase, logged_in
from tests.factories import add_encoder, add_user

Status = EncoderVersion.Status


def judged(loss: float, live: float, **more: object) -> dict[str, object]:
    return {
        "measures": {
            "candidate": {"loss": loss, "same_shot": 0.9, "neighbour": 0.5},
            "live": {"loss": live, "same_shot": 0.85, "neighbour": 0.45},
        },
        "reason": "Better: the held-out loss falls by 10.0% (5.0% to 15.0%).",
        "against": "an untrained encoder of the same shape",
        **more,
    }


def version(name: str, status: str = "candidate", family: str = "clip", **fields):
    return EncoderVersion.objects.create(
        family=family, name=name, status=status, **fields
    )


class VersionPageTests(PageTestCase):
    def setUp(self):
        self.admin = add_user("", "admin")
        self.client = logged_in(self.admin)

    def test_versions_are_drawn_by_what_they_were_measured_by_with_the_live_line(self):
        version("first", Status.RETIRED, metrics=judged(0.5, 0.9))
        version("second", Status.ACTIVE, metrics=judged(0.4, 0.5))
        version("third", metrics=judged(0.45, 0.4, passed=False, reason="Worse."))

        page = self.client.get("/versions/clip/")

        for words in (
            *("Held-out loss of 3 versions", "live 0.4", "Less is better"),
            *("0.4500", "0.4000 before", "Worse.", "Put live anyway"),
        ):
            self.assertContains(page, words)

    def test_the_history_names_versions_without_their_family_which_the_page_names(self):
        old, new = version("first", Status.RETIRED), version("second", Status.ACTIVE)
        Promotion.objects.note("clip", old, None, "It ships.")
        Promotion.objects.note("clip", new, old, "Better.")

        page = self.client.get("/versions/clip/")

        for cell in ("first", "second", "nothing"):
            self.assertContains(page, f"<td>{cell}</td>", html=True)

    def test_the_drawing_stands_the_best_loss_lowest_and_marks_what_was_beside_it(self):
        told = [
            version(f"{loss}", metrics=judged(loss, before))
            for loss, before in ((0.5, 9.0), (0.4, 0.5))
        ]

        chart = chart_of("clip", told)

        first, second = chart.dots
        self.assertGreater(float(second.y), float(first.y))
        self.assertEqual(second.beside, first.y)
        self.assertIsNone(first.beside)  # too far off to be drawn
        self.assertIsNone(chart.live)
        self.assertIsNone(chart_of("clip", [version("bare")]))
        self.assertIsNone(chart_of("mask", told))

    def test_a_ranking_stands_with_its_interval(self):
        found = {"ap": 0.3, "low": 0.2, "high": 0.4}
        metrics = {"candidate": found, "gain": {"ap": 0.1}}

        (dot,) = chart_of("learned", [version("a", metrics=metrics)]).dots

        self.assertLess(float(dot.high), float(dot.y))
        self.assertLess(float(dot.y), float(dot.low))
        self.assertEqual(dot.beside, dot.low)  # 0.2 was live then

    def test_two_versions_stand_beside_one_another_line_by_line(self):
        one = version("one", config={"shape": "toy"}, metrics=judged(0.5, 0.9))
        two = version("two", config={"shape": "little"}, metrics=judged(0.4, 0.5))
        TrainingRun.objects.create(
            family="clip", version=two, seed=7, frozen={"shots": {"1": [[0, 9]]}}
        )

        page = self.client.get("/versions/clip/", {"one": one.pk, "two": two.pk})

        for words in (
            "Two versions",
            "little",
            "1 of 1 titles",
            "Live then, loss",
            "0.9",
        ):
            self.assertContains(page, words)
        for wrong in ("x", "9" * 30, ""):
            page = self.client.get("/versions/clip/", {"one": wrong, "two": two.pk})
            self.assertNotContains(page, "Two versions")

    def test_one_is_put_live_by_a_job_and_taken_back_at_once(self):
        made = add_encoder("clip", status="candidate")

        self.client.post(
            "/versions/clip/promote/", {"version": made.pk, "reason": "I looked."}
        )
        job = Job.objects.get()
        self.assertEqual((job.kind, job.subject["reason"]), ("retrain", "I looked."))
        part = self.client.get("/versions/clip/", headers=HTMX)
        self.assertContains(part, f"version {made.pk} is made ready")
        self.assertContains(part, "every 2s")

        promote_version(made, user=self.admin, reason="Better.")
        self.client.post("/versions/clip/rollback/")
        made.refresh_from_db()
        self.assertEqual(made.status, Status.RETIRED)
        self.assertContains(self.client.get("/versions/clip/"), "Rolled back")

    def test_what_one_would_change_is_asked_for_and_seen_before(self):
        made = add_encoder("clip", status="candidate")
        here = f"/versions/clip/{made.pk}/"
        self.assertContains(self.client.get("/versions/clip/"), "What would change?")
        self.assertContains(self.client.get(here), "has not been asked yet")

        page = self.client.post(f"{here}weigh/", follow=True)

        self.assertEqual(page.redirect_chain[-1][0], here)
        job = Job.objects.get()
        self.assertEqual(
            (job.kind, job.subject), ("retrain", {"version": made.pk, "weighed": True})
        )
        for words in ("it is made ready", "every 2s"):
            self.assertContains(self.client.get(here, headers=HTMX), words)
        # To put it live is another job than to weigh it.
        self.client.post("/versions/clip/promote/", {"version": made.pk, "reason": "x"})
        self.assertEqual(Job.objects.count(), 2)

        churn = {"kind": "clip", "top": 100, "changed": 38, "rising": [], "falling": []}
        made.metrics = {"churn": churn}
        made.save()
        Job.objects.update(state="done")
        page = self.client.get(here, headers=HTMX)
        self.assertContains(page, "38 of the top 100 clip pairs change.")
        self.assertNotContains(page, "every 2s")
        page = self.client.get("/versions/clip/")
        for words in ("38 of 100 change", "Weigh again", here):
            self.assertContains(page, words)

    def test_a_version_that_no_board_rests_on_is_not_weighed(self):
        for family in EncoderVersion.Family.OFF_BOARDS:
            made = add_encoder(family, status="candidate")
            page = self.client.get(f"/versions/{family}/")
            self.assertContains(page, "Put live")
            self.assertNotContains(page, "What would change?")
            page = self.client.post(f"/versions/{family}/{made.pk}/weigh/", follow=True)
            self.assertContains(page, "No board rests on versions of")
        self.assertFalse(Job.objects.exists())
        page = self.client.post(f"/versions/clip/{made.pk}/weigh/")
        self.assertEqual(page.status_code, 404)

    def test_the_way_back_says_where_it_leads_and_is_gone_once_gone(self):
        first = add_encoder("clip", status="candidate")
        promote_version(first, user=self.admin, reason="Better than none.")
        second = add_encoder("clip", status="candidate")
        self.assertContains(self.client.get("/versions/clip/"), ">Take out of use<")
        promote_version(second, user=self.admin, reason="Better.")
        page = self.client.get("/versions/clip/")
        self.assertContains(page, f">Roll back to {first.name}<")

        self.client.post("/versions/clip/rollback/")
        self.client.post("/versions/clip/rollback/")

        self.assertNotContains(self.client.get("/versions/clip/"), 'id="rollback"')
        for each in (first, second):
            each.refresh_from_db()
            self.assertEqual(each.status, Status.RETIRED)

    def test_every_family_has_its_page_and_those_with_one_version_no_acts(self):
        for family in ("mask", "learned", "ranker-frame", "recommender"):
            made = add_encoder(family)
            page = self.client.get(f"/versions/{family}/")
            self.assertContains(page, made.name)
            self.assertContains(page, f"/versions/{family}/")
        add_encoder("mask", status="retired")
        self.assertNotContains(self.client.get("/versions/mask/"), "Put live")
        self.assertContains(
            self.client.post("/versions/mask/rollback/", follow=True), "not trained"
        )
        self.assertEqual(self.client.get("/versions/nothing/").status_code, 404)

    def test_the_live_one_stands_there_however_many_have_failed_since(self):
        first = version("first", Status.RETIRED, metrics=judged(0.5, 0.9))
        live = version("second", metrics=judged(0.4, 0.5))
        promote_version(live, user=self.admin, reason="Better.")
        Promotion.objects.note("clip", live, first, "Better than the first.")
        for number in range(VERSIONS + 1):
            version(f"later {number}", metrics=judged(0.45, 0.4, passed=False))

        page = self.client.get("/versions/clip/", {"one": live.pk, "two": live.pk})

        for words in ("live 0.4", "Two versions", ">Roll back to first<"):
            self.assertContains(page, words)
        self.assertContains(page, '<tr class="active">', 1)
        self.assertContains(page, f"Held-out loss of {VERSIONS + 1} versions")

    def test_editors_look_and_admins_decide(self):
        made = add_encoder("clip", status="candidate")
        editor = logged_in(add_user("", "editor"))

        self.assertNotContains(editor.get("/versions/clip/"), "Put live")
        refused = editor.post("/versions/clip/promote/", {"version": made.pk})
        self.assertEqual(refused.status_code, 403)
        viewer = logged_in(add_user("", "viewer"))
        self.assertEqual(viewer.get("/versions/clip/").status_code, 403)
