"""The pages of retraining: schedules, runs with their losses, what is live."""

from catalog.models import Job, RetrainSchedule, TrainingRun
from catalog.services import run_now, save_schedule
from catalog.views.retraining import plot_of
from tests.catalog.pages import HTMX, PageTestCase, logged_in, text
from tests.catalog.scheduling import footage, schedule
from tests.factories import add_encoder, add_job, add_pair, add_user


class RetrainingPageTests(PageTestCase):
    def setUp(self):
        footage()
        self.kept = save_schedule(schedule(cron="0 3 * * 0"))
        self.admin = add_user("", "admin")
        self.client = logged_in(self.admin)

    def test_it_shows_schedules_and_says_what_one_would_train_on(self):
        page = self.client.get(f"/retraining/?dry={self.kept.pk}")

        for words in (
            *("Sundays", "0 3 * * 0 (UTC)", "If Sundays ran now"),
            *("8 shots of 4 titles to train on", "4 shots of 2 titles held out"),
            *("time unknown", "1 more hold-out titles are missing"),
        ):
            self.assertContains(page, words)
        self.assertFalse(TrainingRun.objects.exists())
        for wrong in ("x", "9" * 30, "0"):
            self.assertNotContains(
                self.client.get("/retraining/", {"dry": wrong}), "ran now"
            )

    def test_a_run_is_started_shown_stopped_and_gone_on_with(self):
        self.client.post(f"/retraining/schedules/{self.kept.pk}/run/")

        run = TrainingRun.objects.get()
        self.assertEqual(run.job.asked_by, self.admin)
        page = self.client.get("/retraining/")
        self.assertContains(page, f"run {run.pk}")
        self.assertContains(page, "every 2s")

        self.client.post(f"/retraining/{run.pk}/cancel/")
        page = self.client.get(f"/retraining/{run.pk}/")
        self.assertContains(page, "Cancelled before it began.")
        self.assertNotContains(page, "every 2s")
        self.client.post(f"/retraining/{run.pk}/resume/")
        self.assertEqual(Job.objects.get().state, Job.State.READY)

        again = self.client.post(f"/retraining/{run.pk}/resume/", follow=True)
        self.assertContains(again, "still runs")

    def test_a_run_that_goes_on_shows_its_losses_and_how_long_it_will_be(self):
        run = run_now(self.kept, user=None)
        Job.objects.filter(pk=run.job.pk).update(state="running", stage="train")
        TrainingRun.objects.filter(pk=run.pk).update(
            losses=[[0, 2, 1.0], [10, 2, 0.75], [20, 16, 0.5]],
            motion_losses=[[0, 16, 4.0], [30, 16, 3.25]],
            stage="2 of 2, clips of 16 frames",
            seconds_left=90.0,
            frozen={"shots": {"1": [[0, 9]]}, "held_out": {"3": [[0, 9]]}},
        )

        part = self.client.get(f"/retraining/{run.pk}/", headers=HTMX)

        self.assertNotContains(part, "<html")
        for words in (
            *('points="0.0,0.0 300.0,80.0 600.0,160.0"', "16 frames", "0.500"),
            *("2 of 2, clips of 16 frames", "left", "1 shot", "1 title held out"),
            *("Loss of motion", "3.250"),
        ):
            self.assertContains(part, words)

    def test_a_run_that_broke_off_after_its_gate_is_gone_on_with_from_its_page(self):
        run = run_now(self.kept, user=None)
        outcome = {"passed": True, "reason": "Better.", "against": "nothing"}
        TrainingRun.objects.filter(pk=run.pk).update(outcome=outcome)
        told = {"state": "failed", "stage": "backfill", "error": "The disk is full."}
        Job.objects.filter(pk=run.job.pk).update(**told)

        page = self.client.get(f"/retraining/{run.pk}/")
        self.assertContains(page, '<span class="chip state">Failed backfill</span>')
        self.assertContains(page, ">Retry</button>")
        self.assertContains(self.client.get("/retraining/"), "The disk is full.")
        self.client.post(f"/retraining/{run.pk}/resume/")
        self.assertEqual(Job.objects.get().state, Job.State.READY)

        # One that ended with a decision is over.
        for decided in ({"passed": False}, {"went_live": True}):
            TrainingRun.objects.filter(pk=run.pk).update(outcome=outcome | decided)
            Job.objects.update(state="failed")
            page = self.client.get(f"/retraining/{run.pk}/")
            self.assertContains(page, '<span class="chip state">Over</span>')
            self.assertNotContains(page, ">Retry</button>")

    def test_pairs_that_rise_and_fall_are_pictures_of_what_one_may_see(self):
        pair, hidden = add_pair(), add_pair()
        own, other = ([each.leaving.pk, each.entering.pk] for each in (pair, hidden))
        churn = {"kind": "clip", "top": 100, "changed": 38}
        churn |= {"rising": [own], "falling": [other]}
        version = add_encoder("clip", status="candidate")
        version.metrics = {"churn": churn}
        version.save()
        run = TrainingRun.objects.create(
            family="clip",
            job=add_job(None, state="done"),
            version=version,
            outcome={"reason": "Better.", "against": "nothing"},
        )
        editor = add_user("", "editor", [pair.leaving.title.production])

        page = logged_in(editor).get(f"/retraining/{run.pk}/")

        self.assertContains(page, "38 of the top 100 clip pairs change.")
        leaving, entering = pair.leaving, pair.entering
        for shot, frame in (
            (leaving, leaving.end_frame - 1),
            (entering, entering.first_frame),
        ):
            self.assertContains(page, f"/media/{shot.title_id}/still/{frame}")
        self.assertNotIn("Fall", text(page))
        self.assertNotContains(page, f"/media/{hidden.leaving.title_id}/")
        self.assertNotContains(page, "Cancel")

    def test_only_admins_start_runs_and_the_ranking_page_has_its_own(self):
        run_now(self.kept, user=None)
        self.assertNotContains(self.client.get("/ranking/"), "<td>clip</td>")
        editor = logged_in(add_user("", "editor"))
        self.assertEqual(editor.get("/retraining/").status_code, 200)
        refused = editor.post(f"/retraining/schedules/{self.kept.pk}/run/")
        self.assertEqual(refused.status_code, 403)

    def test_a_plot_needs_two_points_and_stands_flat_losses(self):
        self.assertIsNone(plot_of([[0, 2, 1.0]]))
        self.assertEqual(
            plot_of([[0, 2, 1.0], [5, 2, 1.0]]).points, "0.0,0.0 600.0,0.0"
        )


class EmptyPageTests(PageTestCase):
    def test_before_anything_it_says_so(self):
        page = logged_in(add_user("", "admin")).get("/retraining/")

        self.assertFalse(RetrainSchedule.objects.exists())
        for words in ("Nothing is trained by the clock yet", "no matches of the kind"):
            self.assertContains(page, words)
