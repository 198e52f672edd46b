"""pretrain: a training of the clip encoder without a schedule; plans on the command line."""

import json
import tempfile
from pathlib import Path

from django.test import TestCase

from catalog.models import Job, RetrainSchedule, TrainingRun
from catalog.services import Refused, media_files
from tests.catalog.scheduling import STAGES, footage
from tests.catalog.test_commands import names_in_docs, run

LONG = json.dumps({"stages": STAGES["stages"], "schedule": "restarts", "warm": 0.05})
# A file's name has at most 255 characters.
LONG += " " * (264 - len(LONG))


class PretrainCommandTests(TestCase):
    def setUp(self):
        footage()

    def refused(self, *words):
        document, code = run(*words)
        self.assertEqual((set(document), code), ({"error"}, 1))
        return document["error"]

    def test_it_begins_a_run_as_asked_and_writes_no_schedule(self):
        words = ("--shape", "toy", "--minutes", "3", "--seed", "7", "--device", "cpu")

        document, code = run("pretrain", "--plan", "tpl2", *words, "--by-hand")
        again, _ = run("pretrain", "--plan", "tpl2", *words, "--by-hand")

        self.assertEqual(code, 0)
        self.assertEqual(set(document), names_in_docs("pretrain"))
        self.assertEqual((document["state"], document["schedule"]), ("ready", None))
        begun = TrainingRun.objects.get()
        asked = {"plan": "tpl2", "shape": "toy", "minutes": 3.0, "device": "cpu"}
        self.assertLessEqual(asked.items(), begun.config.items())
        self.assertEqual((begun.family, begun.seed), ("clip", 7))
        self.assertFalse(begun.config["goes_live"])
        self.assertEqual((begun.job.kind, begun.job.queue), ("retrain", "gpu"))
        self.assertFalse(RetrainSchedule.objects.exists())
        self.assertEqual(again["run"], document["run"])

    def test_asked_otherwise_while_one_runs_it_is_refused(self):
        begun, _ = run("pretrain", "--frames", "5000")

        said = self.refused("pretrain", "--frames", "6000")

        self.assertIn(f"clip run {begun['run']} is not over", said)
        self.assertEqual(TrainingRun.objects.count(), 1)

    def test_a_dry_run_begins_nothing(self):
        told, code = run("pretrain", "--shape", "toy", "--frames", "5000", "--dry-run")

        self.assertEqual((told["shots"], told["held_out_titles"], code), (8, 2, 0))
        self.assertLessEqual(set(told), names_in_docs("retrain run --dry-run"))
        self.assertFalse(Job.objects.exists())

    def test_each_mistake_has_its_sentence(self):
        for words, sentence in (
            ((), "name one"),
            (("--frames", "9", "--minutes", "9"), "name one"),
            (("--frames", "9", "--plan", "tpl9"), "'tpl9' is no plan"),
            (("--frames", "9", "--shape", "wide"), "There is no shape 'wide'"),
            (("--frames", "9", "--device", "gpu"), "no device 'gpu'"),
            (("--frames", "9", "--seed", "-1"), "Seed: "),
            (("--minutes", "nan"), "Minutes has to be a number"),
        ):
            with self.subTest(words):
                self.assertIn(sentence, self.refused("pretrain", *words))
                self.assertIn(sentence, self.refused("pretrain", *words, "--dry-run"))
        self.assertFalse(Job.objects.exists())


class PlanTests(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def saved(self, plan):
        return run("retrain", "save", "A", "--frames", "9", "--plan", str(plan))

    def test_json_may_be_longer_than_a_file_s_name_and_stand_in_a_file(self):
        file = self.folder / "plan.json"
        file.write_text(LONG)

        for plan in (LONG, file):
            document, code = self.saved(plan)
            self.assertEqual((code, document["plan"]), (0, json.loads(LONG)))

    def test_what_cannot_be_read_is_one_sentence(self):
        binary, broken = self.folder / "a", self.folder / "b"
        binary.write_bytes(b"\x89PNG\xff\xfe")
        broken.write_text("tpl4, please")

        for plan, sentence in (
            (binary, "cannot be read: it is no text"),
            (broken, "is not JSON"),
            (self.folder, "cannot be read: Is a directory"),
            ("tpl4" * 70, "cannot be read: File name too long"),
            ('{"stages": ' + "1" * 5000 + "}", "is not JSON"),
            ("{" + '"a":[' * 100000, "is not JSON"),
        ):
            with self.subTest(sentence=sentence):
                document, code = self.saved(plan)
                self.assertEqual((set(document), code), ({"error"}, 1))
                self.assertIn(sentence, document["error"])
                self.assertLess(len(document["error"]), 400)

    def test_a_path_that_the_system_refuses_is_one_sentence_too(self):
        with self.assertRaisesRegex(Refused, "cannot be read .File name too long"):
            media_files(self.folder / ("a" * 300))
