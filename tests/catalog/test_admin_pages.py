from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse
from django_celery_beat.models import PeriodicTask

from catalog.models import (
    ApiToken,
    CutChange,
    CutEvent,
    DuplicateGroup,
    ImportedCut,
    Job,
    Location,
    Look,
    Promotion,
    RetrainSchedule,
    StorageRoot,
    Title,
    TrainingRun,
    Verdict,
)
from catalog.services import give_verdict
from tests.catalog.pages import PageTestCase, logged_in, markup, text
from tests.components import (
    add_acceptance,
    add_component,
    add_embedding,
    add_finding,
    add_place,
    add_suggestion,
)
from tests.edits import done_edit
from tests.factories import (
    add_bin_item,
    add_encoder,
    add_flow,
    add_job,
    add_mask,
    add_pair,
    add_user,
)

MODELS = list(apps.get_app_config("catalog").get_models())
SOME_BITS = "1" * 64 + "0" * 4032


class AdminTests(PageTestCase):
    @classmethod
    def setUpTestData(cls):
        cls.admin = add_user("", "admin")
        cls.pair = add_pair()
        cls.title, shot = cls.pair.leaving.title, cls.pair.leaving
        cls.job = add_job(cls.title)
        add_mask(shot, SOME_BITS)
        add_flow(shot, [0.5] * 288)
        give_verdict(cls.pair, "good", user=cls.admin)
        DuplicateGroup.objects.create(production=cls.title.production)
        Location.objects.create(source=cls.title.source, path="/mnt/a.mov")
        CutChange.objects.create(title=cls.title, frame=100, action="split")
        item = add_bin_item(cls.pair)
        Promotion.objects.create(
            family="mask", version=add_encoder("mask"), reason="the first"
        )
        TrainingRun.objects.create(family="learned")
        done_edit(cls.title)
        RetrainSchedule.objects.create(name="Sundays", family="learned")
        ApiToken.objects.make(cls.admin, name="conform")
        StorageRoot.objects.create(name="Footage", server="/mnt/footage")
        component = add_component()
        add_embedding(component, [1, 0])
        add_place(component, 0.5, 0.5)
        add_finding(cls.title, 100, component)
        add_suggestion(cls.pair, None)
        add_acceptance(cls.pair, None)
        Look.objects.create(production=item.bin.production, name="LogC")
        cut = ImportedCut.objects.create(production=item.bin.production, name="Reel 1")
        CutEvent.objects.create(
            cut=cut, place=1, source=cls.title,
            source_first=0, source_end=10, record_first=0, record_end=10,
        )  # fmt: skip

    def setUp(self):
        self.client = logged_in(self.admin)

    def test_every_model_has_an_admin(self):
        for model in MODELS:
            with self.subTest(model=model.__name__):
                self.assertTrue(admin.site.is_registered(model))

    def test_every_list_search_and_row_opens(self):
        for model in MODELS:
            name = f"admin:catalog_{model._meta.model_name}"
            row = model._default_manager.first()
            self.assertIsNotNone(row, f"no row of {model.__name__} to open")
            pages = [
                reverse(f"{name}_changelist"),
                reverse(f"{name}_changelist") + "?q=a",
                reverse(f"{name}_change", args=[row.pk]),
            ]
            for page in pages:
                with self.subTest(page=page):
                    self.assertEqual(
                        self.client.get(page, follow=True).status_code, 200
                    )

    def test_what_workers_write_cannot_be_typed_in(self):
        for model in ("job", "shot", "matchcandidate", "verdict", "encoderversion"):
            with self.subTest(model=model):
                answer = self.client.get(f"/admin/catalog/{model}/add/")
                self.assertEqual(answer.status_code, 403)

    def test_the_log_of_versions_is_neither_added_to_changed_nor_deleted_from(self):
        row = Promotion.objects.get()
        told = {"family": "clip", "reason": "Mine."}
        place = "admin:catalog_promotion"
        deleting = {"action": "delete_selected", "_selected_action": [row.pk]}
        for page, words in (
            (reverse(f"{place}_add"), told),
            (reverse(f"{place}_change", args=[row.pk]), told),
            (reverse(f"{place}_delete", args=[row.pk]), {"post": "yes"}),
        ):
            with self.subTest(page):
                self.assertEqual(self.client.post(page, words).status_code, 403)
        self.client.post(reverse(f"{place}_changelist"), deleting | {"post": "yes"})
        now = Promotion.objects.get()
        self.assertEqual((now.pk, now.reason), (row.pk, row.reason))

    def test_no_row_shows_its_raw_bits_or_vectors(self):
        shown = text(self.client.get("/admin/catalog/shotmask/1/change/", follow=True))

        self.assertNotIn("1" * 64, shown)

    def test_jobs_are_cancelled_and_retried_from_the_list(self):
        self._act("job", "cancel", self.job)
        self.job.refresh_from_db()
        self.assertEqual(self.job.state, Job.State.CANCELLED)

        self._act("job", "retry", self.job)
        self.job.refresh_from_db()
        self.assertEqual(self.job.state, Job.State.READY)

    def test_a_schedule_is_written_down_with_what_the_clock_rings(self):
        given = {
            "name": "Nightly", "family": "learned", "enabled": "on", "cron": "0 3 * * *",
            "time_zone": "Europe/Paris", "least_new_shots": 0, "least_new_labels": 50,
            "shape": "tiny", "plan": '"tpl4"', "motion_steps": 10, "seed": 0,
            "better_by": 0, "worse_by": 0.05, "goes_live": "on",
        }  # fmt: skip
        address = "/admin/catalog/retrainschedule/add/"

        wrong = self.client.post(address, given | {"time_zone": "Mars/Olympus"})
        self.assertContains(wrong, "There is no time zone")
        self.client.post(address, given)

        kept = RetrainSchedule.objects.get(name="Nightly")
        self.assertEqual((kept.made_by, kept.beat.crontab.hour), (self.admin, "3"))

        self._act("retrainschedule", "run", kept)
        self.assertFalse(kept.runs.exists())  # too few labels, and it is said
        self.client.post(
            f"/admin/catalog/retrainschedule/{kept.pk}/delete/", {"post": "yes"}
        )
        self.assertFalse(PeriodicTask.objects.filter(pk=kept.beat_id).exists())

    def test_titles_are_matched_and_cut_again_from_the_list(self):
        self._act("title", "rematch", self.title)
        self._act("title", "redetect", self.title)

        kinds = set(self.title.jobs.values_list("kind", flat=True))
        self.assertLessEqual({Job.Kind.REMATCH, Job.Kind.REDETECT}, kinds)

    def test_a_title_is_renamed_and_what_ingest_wrote_stays(self):
        address = f"/admin/catalog/title/{self.title.pk}/change/"
        given = {
            "production": self.title.production_id,
            "name": "Renamed",
            "kind": "cut",
            "version": 1,
            "proxy_key": "elsewhere",
        }

        self.client.post(address, given)

        title = Title.objects.get(pk=self.title.pk)
        self.assertEqual(
            (title.name, title.proxy_key), ("Renamed", self.title.proxy_key)
        )

    def test_a_verdict_stands_as_it_was_given(self):
        verdict = Verdict.objects.get()

        answer = self.client.post(
            f"/admin/catalog/verdict/{verdict.pk}/change/", {"value": "bad"}
        )

        self.assertEqual(answer.status_code, 403)

    def test_admins_by_group_cannot_make_themselves_superusers(self):
        answer = self.client.post(
            f"/admin/auth/user/{self.admin.pk}/change/", {"is_superuser": "on"}
        )

        self.assertEqual(answer.status_code, 403)
        self.assertFalse(User.objects.get(pk=self.admin.pk).is_superuser)

    def test_the_index_lists_our_models_for_the_admin_group(self):
        links = {a["href"] for a in markup(self.client.get("/admin/")).find("a")}

        self.assertIn("/admin/catalog/job/", links)
        self.assertNotIn("/admin/auth/user/", links)

    def _act(self, model, action, row):
        self.client.post(
            f"/admin/catalog/{model}/", {"action": action, "_selected_action": [row.pk]}
        )
