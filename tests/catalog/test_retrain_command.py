from datetime import UTC, datetime

from django.test import TestCase

from catalog.models import Job, Promotion, RetrainSchedule, TrainingRun
from tests.catalog.scheduling import STAGES, footage
from tests.catalog.test_commands import run
from tests.factories import add_encoder


class RetrainCommandTests(TestCase):
    def said(self, *words):
        document, code = run("retrain", *words)
        self.assertEqual(code, 0, document)
        return document

    def refused(self, *words):
        document, code = run("retrain", *words)
        self.assertEqual((set(document), code), ({"error"}, 1))
        return document["error"]

    def test_a_schedule_is_saved_changed_listed_and_dropped(self):
        made = self.said(
            *("save", "Sundays", "--cron", "0 3 * * 0", "--time-zone", "Europe/Rome"),
            *("--shape", "toy", "--frames", "5000", "--by-hand", "--off"),
        )
        self.assertEqual(made["cadence"], "0 3 * * 0 (Europe/Rome)")
        self.assertEqual((made["plan"], made["goes_live"]), ("tpl4", False))
        self.assertFalse(made["enabled"])

        changed = self.said("save", "Sundays", "--every-hours", "12", "--minutes", "90")
        self.assertEqual(changed["id"], made["id"])
        self.assertEqual((changed["cron"], changed["frames"]), ("", None))
        # What nobody named stays: what goes live by hand does not begin to by itself.
        self.assertEqual((changed["goes_live"], changed["enabled"]), (False, False))
        changed = self.said("save", "Sundays", "--by-gate", "--on")
        self.assertEqual((changed["goes_live"], changed["enabled"]), (True, True))
        self.assertEqual((changed["minutes"], changed["shape"]), (90.0, "toy"))

        (listed,) = self.said("list")["schedules"]
        self.assertEqual(listed, changed)
        self.said("drop", "Sundays")
        self.assertFalse(RetrainSchedule.objects.exists())

    def test_a_dry_run_begins_nothing_and_a_run_is_stopped_and_gone_on_with(self):
        footage()
        self.said("save", "Sundays", "--shape", "toy", "--frames", "5000")

        told = self.said("run", "Sundays", "--dry-run")
        self.assertEqual((told["shots"], told["held_out_titles"]), (8, 2))
        self.assertIsNone(told["seconds"])
        self.assertFalse(Job.objects.exists())

        begun = self.said("run", "Sundays")
        self.assertEqual((begun["state"], begun["schedule"]), ("ready", "Sundays"))
        number = str(begun["run"])
        self.assertEqual(self.said("cancel", number)["state"], "cancelled")
        self.assertTrue(TrainingRun.objects.get().is_over)
        self.said("resume", number)
        self.assertFalse(TrainingRun.objects.get().is_over)

    def test_each_mistake_has_its_sentence(self):
        growing = STAGES["stages"][::-1]
        plan = str({"stages": growing}).replace("'", '"')
        for words, sentence in (
            (("run", "Mondays"), "There is no schedule 'Mondays'"),
            (("save", "A"), "name one"),
            (("save", "A", "--frames", "9", "--plan", plan), "must grow"),
            (("save", "A", "--frames", "9", "--plan", "{"), "is not JSON"),
            (("save", "A", "--frames", "9", "--time-zone", "Mars"), "no time zone"),
            (("save", "A", "--family", "mask"), "mask is not trained here"),
            (("save", "A", "--frames", "9", "--device", "gpu"), "no device 'gpu'"),
            (("cancel", "99"), "There is no run 99"),
        ):
            with self.subTest(words):
                self.assertIn(sentence, self.refused(*words))
        self.assertFalse(RetrainSchedule.objects.exists())

    def test_what_was_live_on_a_day_is_told(self):
        version = add_encoder("clip")
        when = datetime(2026, 11, 20, 15, tzinfo=UTC)
        told = {"family": "clip", "version": version, "made_at": when}
        Promotion.objects.create(**told, reason="Better.")

        for day, name in (
            ("2026-11-20", version.name),
            ("2026-11-19", None),
            ("2026-11-20T14:00", None),
        ):
            document, code = run("encoders", "live-on", "clip", day)
            found = document["version"]
            self.assertEqual((found and found["name"], code), (name, 0))
        document, code = run("encoders", "live-on", "clip", "yesterday")
        self.assertIn("is no date", document["error"])
