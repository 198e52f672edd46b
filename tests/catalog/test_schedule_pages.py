"""Schedules of retraining, made and changed on their own page."""

import json

from django_celery_beat.models import PeriodicTask

from catalog.models import RetrainSchedule
from catalog.services import save_schedule
from tests.catalog.pages import PageTestCase, logged_in, text
from tests.catalog.scheduling import STAGES, schedule
from tests.factories import add_user

ADD = "/retraining/schedules/add/"
TOLD = {
    "name": "Sundays",
    "family": "clip",
    "enabled": "on",
    "cron": "0 3 * * 0",
    "every_hours": "",
    "time_zone": "Europe/Berlin",
    "least_new_shots": 50,
    "least_new_labels": 0,
    "frames": 200000,
    "minutes": "",
    "device": "",
    "shape": "little",
    "plan": "tpl4",
    "motion_steps": 100,
    "seed": 3,
    "better_by": 0,
    "worse_by": 0.05,
    "goes_live": "on",
}


class SchedulePageTests(PageTestCase):
    def setUp(self):
        self.admin = add_user("", "admin")
        self.client = logged_in(self.admin)

    def test_one_is_made_and_the_clock_has_it(self):
        self.assertContains(self.client.get(ADD), "New schedule")

        page = self.client.post(ADD, TOLD, follow=True)

        self.assertRedirects(page, "/retraining/")
        self.assertContains(page, "Sundays: 0 3 * * 0 (Europe/Berlin).")
        kept = RetrainSchedule.objects.get()
        self.assertEqual((kept.plan, kept.seed, kept.made_by), ("tpl4", 3, self.admin))
        self.assertEqual(f"{kept.beat.crontab.timezone}", "Europe/Berlin")

    def test_one_is_changed_to_hours_and_a_plan_of_its_own_and_dropped(self):
        kept = save_schedule(schedule(cron="0 3 * * 0"))
        where = f"/retraining/schedules/{kept.pk}/"
        self.assertContains(self.client.get(where), "Sundays")
        told = TOLD | {"cron": "", "every_hours": 6, "plan": json.dumps(STAGES)}
        del told["enabled"]

        self.client.post(where, told)

        kept.refresh_from_db()
        self.assertEqual(kept.plan, STAGES)
        self.assertEqual(kept.cadence, "every 6 h")
        self.assertFalse(kept.beat.enabled)
        self.assertContains(self.client.get(where), "&quot;share&quot;: 0.5")

        self.client.post(f"{where}drop/")
        self.assertFalse(RetrainSchedule.objects.exists())
        self.assertFalse(PeriodicTask.objects.filter(pk=kept.beat_id).exists())

    def test_what_cannot_be_run_is_refused_with_one_sentence_and_nothing_is_lost(self):
        grown = {"stages": STAGES["stages"][::-1]}
        uneven = {"stages": [STAGES["stages"][0] | {"share": 0.4}, STAGES["stages"][1]]}
        for wrong, words in (
            ({"plan": json.dumps(grown)}, "must grow from stage to stage"),
            ({"plan": json.dumps(uneven)}, "must add up to 1"),
            ({"plan": "{"}, "This is no JSON"),
            ({"plan": "fast"}, "is no plan"),
            ({"cron": "never"}, "is no crontab"),
            ({"every_hours": 2}, "not both"),
            ({"minutes": 5}, "name one"),
            ({"device": "gpu"}, "There is no device"),
            ({"frames": ""}, "name one"),
            ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
            ({"family": "mask"}, "Select a valid choice"),
            ({"name": ""}, "required"),
        ):
            with self.subTest(words, wrong=wrong):
                page = self.client.post(ADD, TOLD | wrong)
                self.assertIn(words, text(page))
        self.assertFalse(RetrainSchedule.objects.exists())
        self.assertContains(page, "0 3 * * 0")

    def test_only_admins_make_them(self):
        editor = logged_in(add_user("", "editor"))

        self.assertEqual(editor.get(ADD).status_code, 403)
        self.assertEqual(editor.post(ADD, TOLD).status_code, 403)
        self.assertNotContains(editor.get("/retraining/"), "New schedule")
