"""label, evaluate, encoders and train-ranking: documents, and one sentence for what is wrong."""

import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.test import TestCase

from catalog.models import Job, Promotion, Verdict
from tests.catalog.test_commands import names_in_docs, run
from tests.factories import (
    add_candidate,
    add_encoder,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)
from tests.labelled import verdict_on


class LabelCommandTests(TestCase):
    def setUp(self):
        self.production = add_production()
        self.title = add_title(self.production)
        self.shots = add_shots(self.title, 50, 50, 50)
        self.match_set = add_match_set(self.title)
        self.keys = [str(self.shots[0].pk), str(self.shots[2].pk)]

    def refused(self, *words):
        document, code = run("label", *words)
        self.assertEqual((set(document), code), ({"error"}, 1))
        self.assertEqual(Verdict.objects.count(), 0)
        return document["error"]

    def test_a_word_on_two_shots_is_kept_by_title_and_frames(self):
        user = add_user("anna", "editor", [self.production])

        document, code = run(
            "label", *self.keys, "bad", "--user", "anna", "--reason", "wrong mask"
        )

        self.assertEqual(code, 0)
        listed = set(document) | set(document["leaving"]) | {"leaving", "entering"}
        self.assertEqual(listed, names_in_docs("label"))
        kept = Verdict.objects.get()
        self.assertEqual((kept.made_by, kept.reason), (user, "wrong_mask"))
        self.assertEqual((kept.leaving_frame, kept.entering_frame), (49, 100))

    def test_the_frames_a_search_matched_are_the_ones_judged(self):
        add_candidate(
            self.match_set,
            self.shots[0],
            self.shots[2],
            leaving_frame=25,
            entering_frame=125,
        )

        document, _ = run("label", *self.keys, "good")

        self.assertEqual(document["leaving"]["frame"], 25)
        self.assertEqual(document["entering"]["frame"], 125)

    def test_each_mistake_has_its_sentence_and_nothing_is_written(self):
        a, b = self.keys
        other = add_title(self.production)
        add_user("viewer", "viewer", [self.production])
        add_user("stranger", "editor", [add_production()])
        for words, said in (
            ((a, "999999", "good"), "There is no shot 999999."),
            ((a, "one", "good"), "There is no shot one."),
            ((a, a, "good"), "A shot cannot be cut to itself; name two shots."),
            ((a, b, "fine"), "'fine' is not a verdict: say good or bad."),
            (
                (a, b, "good", "--kind", "smell"),
                "No search has sought the kind 'smell'; there are frame, motion.",
            ),
            (
                (a, b, "good", "--title", str(other.pk)),
                f"Shot {a} is not a shot of {other}.",
            ),
            ((a, b, "good", "--user", "nobody"), "There is no user nobody."),
            (
                (a, b, "good", "--user", "viewer"),
                "viewer may not judge matches; editors and admins may.",
            ),
            (
                (a, b, "good", "--user", "stranger"),
                f"There is no shot {a} that stranger may see.",
            ),
        ):
            with self.subTest(said):
                self.assertEqual(self.refused(*words), said)
        self.assertIn("is no reason", self.refused(a, b, "bad", "--reason", "smell"))


class EvaluateCommandTests(TestCase):
    def written(self, text: str) -> str:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "pairs.csv"
        path.write_text(text)
        return str(path)

    def test_a_file_of_labelled_pairs_gives_the_document_of_the_docs(self):
        rows = ["title,shot_a,shot_b,label,iou"]
        rows += [f"t{n % 4},{n},{n + 1},{int(n % 3 == 0)},{n % 7}" for n in range(60)]
        path = self.written("\n".join(rows))
        other = self.written("\n".join(rows).replace("\nt", "\nu"))

        document, code = run("evaluate", "--pairs", path, "--train", other)

        self.assertEqual(code, 0)
        self.assertEqual(set(document), set(EVALUATE & names_in_docs("evaluate")))
        self.assertTrue({"ap", "low", "high"} <= set(document["columns"]["iou"]))
        self.assertTrue(set(document["learned"]) <= names_in_docs("evaluate"))

    def test_a_file_that_cannot_be_used_is_one_sentence(self):
        document, code = run("evaluate", "--pairs", self.written("title,shot_a\n"))

        self.assertEqual(code, 1)
        self.assertEqual(document, {"error": "pairs.csv has no column shot_b, label."})
        document, code = run("evaluate", "--train", self.written(""))
        self.assertIn("needs --pairs", document["error"])

    def test_the_catalogues_own_labels_are_measured_by_kind(self):
        production = add_production()
        production.may_train = True
        production.save()
        for number in range(6):
            title = add_title(production)
            shots = add_shots(title, 50, 50, 50, 50)
            match_set = add_match_set(title)
            for at, value in ((1, "bad"), (2, "good"), (3, "bad")):
                score = 0.9 if value == "good" else 0.4 + 0.01 * number
                add_candidate(match_set, shots[0], shots[at], score=score)
                verdict_on(shots[0], shots[at], value).save()

        document, code = run("evaluate")

        self.assertEqual(code, 0)
        found = document["kinds"]["frame"]
        self.assertEqual((found["pairs"], found["positives"]), (18, 6))
        self.assertEqual(found["columns"]["score"]["ap"], 1.0)
        self.assertIsNone(found["columns"]["learned"])
        self.assertEqual(found["columns"]["score_held_out"]["pairs"], 6)
        self.assertIsNone(document["kinds"]["motion"])


EVALUATE = {
    "pairs",
    "positives",
    "titles",
    "keepers",
    "cards_by_chance",
    "columns",
    "learned",
}


class EncoderCommandTests(TestCase):
    def test_versions_are_listed_with_their_metrics(self):
        version = add_encoder("ranker-frame", status="candidate")
        version.metrics = {"candidate": {"ap": 0.3, "low": 0.2, "high": 0.4}}
        version.save()

        document, code = run("encoders", "list")

        self.assertEqual(code, 0)
        (one,) = document["encoders"]
        self.assertEqual(set(one) | {"encoders"}, names_in_docs("encoders list"))
        self.assertEqual((one["ap"], one["status"]), (0.3, "candidate"))

    def test_what_cannot_be_promoted_or_rolled_back_is_one_sentence(self):
        mask = add_encoder("mask", status="candidate")
        live = add_encoder("ranker-frame")
        library = add_encoder("component", status="candidate")
        for words, said in (
            (("promote", "999"), "There is no encoder version 999."),
            (("promote", str(mask.pk)), "mask is not trained here"),
            (("promote", str(live.pk)), "is live already"),
            (("weigh", "999"), "There is no encoder version 999."),
            (("weigh", str(live.pk)), "is live already"),
            (("weigh", str(library.pk)), "No board rests on versions of component."),
            (("rollback", "mask"), "mask is not trained here"),
            (("rollback", "ranker-frame"), "there is no way back"),
        ):
            document, code = run("encoders", *words)
            with self.subTest(words):
                self.assertEqual(code, 1)
                self.assertRegex(document["error"], re.escape(said))
        self.assertEqual(Job.objects.count() + Promotion.objects.count(), 0)

    def test_training_without_labels_says_how_many_are_missing(self):
        add_match_set(add_title())

        document, code = run("train-ranking")

        self.assertEqual(code, 1)
        self.assertIn("20 more labels", document["error"])
        document, _ = run("train-ranking", "--kind", "smell")
        self.assertIn("there are frame, motion, learned", document["error"])
        self.assertEqual(Job.objects.count(), 0)

    def test_the_documents_of_the_docs_are_those_of_the_commands(self):
        text = (settings.BASE / "docs" / "cli.md").read_text()

        for command in ("label", "evaluate", "encoders list", "train-ranking"):
            self.assertIn(f"    {command} ", text)
