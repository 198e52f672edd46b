"""The page of learned rankings, and the switch behind it."""

from django.db import DataError, transaction

from catalog.models import EncoderVersion, Job, Promotion
from catalog.services import promote_version, roll_back
from tests.catalog.pages import HTMX, PageTestCase, logged_in, markup, text
from tests.factories import (
    add_encoder,
    add_job,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)
from tests.labelled import verdict_on

METRICS = {
    "passed": False,
    "reason": "Not surely better: average precision +0.020 (-0.010 to +0.050).",
    "candidate": {"ap": 0.31, "low": 0.25, "high": 0.4},
    "gain": {"ap": 0.02, "low": -0.01, "high": 0.05},
    "cards": {"candidate": 52.0},
    "against": "the kind's own score",
}


class RankingPageTests(PageTestCase):
    def setUp(self):
        self.production = add_production()
        self.production.may_train = True
        self.production.save()
        self.title = add_title(self.production)
        self.match_set = add_match_set(self.title)
        self.shots = add_shots(self.title, 50, 50, 50, 50)
        self.admin = add_user("", "admin")
        self.client = logged_in(self.admin)

    def test_it_counts_labels_and_says_what_is_missing(self):
        verdict_on(self.shots[0], self.shots[2], "good").save()
        verdict_on(self.shots[1], self.shots[3], "bad", reason="wrong_mask").save()

        page = self.client.get("/ranking/")

        for words in ("1 good", "0 bad", "1 left out: wrong mask or duplicate"):
            self.assertContains(page, words)
        self.assertContains(page, "59 more good pairs are missing")
        self.assertIn("disabled", markup(page).by_id("train-frame"))
        self.assertContains(page, "Nothing went live yet")

    def test_versions_show_what_the_gate_saw_and_can_be_put_live_anyway(self):
        version = add_encoder("ranker-frame", status="candidate")
        version.metrics = METRICS
        version.save()

        page = self.client.get("/ranking/")
        for words in ("0.310 (0.250 to 0.400)", "Not surely better", "Put live anyway"):
            self.assertContains(page, words)

        self.client.post(
            "/ranking/promote/", {"version": version.pk, "reason": "I have looked."}
        )

        job = Job.objects.get(kind=Job.Kind.TRAIN)
        self.assertEqual(
            job.subject, {"version": version.pk, "reason": "I have looked."}
        )
        self.assertEqual(job.asked_by, self.admin)
        part = self.client.get("/ranking/", headers=HTMX)
        self.assertIn("hx-trigger", markup(part).by_id("rankings"))

    def test_what_is_refused_is_said_on_the_page(self):
        for address, sent, said in (
            ("train", {"kind": "frame"}, "Too few labels"),
            ("train", {"kind": "smell"}, "There is no kind"),
            ("promote", {"version": "9999"}, "no longer there"),
            ("promote", {"version": "x"}, "no longer there"),
            ("rollback", {"family": "ranker-frame"}, "no way back"),
            ("rollback", {"family": "mask"}, "not trained here"),
            ("rollback", {"family": "ranker-\x00"}, "no way back"),
        ):
            page = self.client.post(f"/ranking/{address}/", sent, follow=True)
            with self.subTest(said):
                self.assertContains(page, said)
        self.assertEqual(Job.objects.count(), 0)

    def test_a_failed_training_says_why(self):
        add_job(
            kind=Job.Kind.TRAIN,
            subject={"kind": "frame"},
            state=Job.State.FAILED,
            error="None of the labelled pairs can be compared now.",
        )

        page = self.client.get("/ranking/")

        self.assertContains(page, "None of the labelled pairs")
        self.assertNotIn("hx-trigger", markup(page).by_id("rankings"))

    def test_editors_look_and_viewers_do_not(self):
        editor = logged_in(add_user("", "editor", [self.production]))
        viewer = logged_in(add_user("", "viewer", [self.production]))

        shown = editor.get("/ranking/")
        self.assertEqual(shown.status_code, 200)
        self.assertNotIn('<form method="post" action="/ranking', text(shown))
        self.assertIn('href="/ranking/"', text(editor.get("/")))
        self.assertEqual(viewer.get("/ranking/").status_code, 403)
        self.assertNotIn('href="/ranking/"', text(viewer.get("/")))
        for verb in ("train", "promote", "rollback"):
            self.assertEqual(editor.post(f"/ranking/{verb}/").status_code, 403)


class SwitchTests(PageTestCase):
    def setUp(self):
        self.title = add_title()
        self.mask = add_encoder("mask")
        self.version = add_encoder("ranker-frame", status="candidate")
        self.old = self.kept_set(live=True)

    def kept_set(self, *, live, **versions):
        kept = add_match_set(self.title, live=live)
        kept.versions = {"mask": self.mask.pk, **versions}
        kept.save()
        return kept

    def live(self):
        return self.title.match_sets.get(live=True)

    def test_boards_that_are_ready_change_with_the_version_and_back(self):
        ready = self.kept_set(live=False, **{"ranker-frame": self.version.pk})

        promote_version(self.version, user=None, reason="Better.")
        self.assertEqual(self.live(), ready)

        page = logged_in(add_user("", "admin")).get("/ranking/")
        self.assertContains(page, "Better.")
        self.assertTrue(markup(page).by_id("rollback-frame"))
        self.assertContains(page, "Take out of use")

        roll_back("ranker-frame", user=None)
        self.assertEqual(self.live(), self.old)
        self.assertEqual(Job.objects.count(), 0)
        self.assertEqual(
            [(one.version, one.before) for one in Promotion.objects.all()],
            [(None, self.version), (self.version, None)],
        )

    def test_titles_without_a_board_that_is_ready_are_matched_again(self):
        # Ready, but of another mask encoder: what it shows is not what is live.
        stale = self.kept_set(live=False, **{"ranker-frame": self.version.pk})
        stale.versions["mask"] = self.mask.pk + 100
        stale.save()

        promote_version(self.version, user=None, reason="Better.")

        self.assertEqual(self.live(), self.old)
        job = Job.objects.get()
        self.assertEqual((job.kind, job.title), (Job.Kind.REMATCH, self.title))

    def test_a_switch_that_breaks_changes_nothing(self):
        self.kept_set(live=False, **{"ranker-frame": self.version.pk})

        # A reason that the row cannot hold breaks the last write of the transaction.
        with self.assertRaises(DataError), transaction.atomic():
            promote_version(self.version, user=None, reason="\x00")

        self.version.refresh_from_db()
        self.assertEqual(self.version.status, EncoderVersion.Status.CANDIDATE)
        self.assertEqual(self.live(), self.old)
        self.assertEqual(Promotion.objects.count(), 0)
