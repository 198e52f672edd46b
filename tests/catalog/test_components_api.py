"""Components through the API and from the command line."""

from catalog.models import Acceptance
from tests.catalog.boards import BoardTestCase
from tests.catalog.test_commands import names_in_docs, run
from tests.catalogues import live_encoders
from tests.components import (
    add_component,
    add_embedding,
    add_finding,
    add_shot_suggestion,
    add_suggestion,
    roomy_pair,
)
from tests.worker import WorkerTestCase


class ComponentApiTests(BoardTestCase):
    def setUp(self):
        super().setUp()
        self.pair = roomy_pair(self.production)
        self.dissolve = add_component()
        self.noir = add_component("filter/noir/0", split="unseen")
        self.here = f"/api/matches/{self.pair.pk}"

    def listed(self, query=""):
        answer = self.client.get(f"/api/components/?{query}").json()
        return [row["key"] for row in answer["results"]]

    def test_components_are_listed_by_class_name_and_split(self):
        add_component("effect/gone/0", offered=False)
        dissolve, noir = self.dissolve.key, self.noir.key
        for query, wanted in (
            ("", [noir, dissolve]),
            ("category=filter", [noir]),
            ("name=dissolve+cross", [dissolve]),
            ("split=unseen", [noir]),
            ("base=noir", [noir]),
        ):
            with self.subTest(query):
                self.assertEqual(self.listed(query), wanted)
        refused = self.client.get("/api/components/?category=none")
        self.assertEqual(refused.status_code, 400)

    def test_what_is_similar_comes_with_its_likeness(self):
        add_embedding(self.dissolve, [1, 0])
        add_embedding(self.noir, [0.6, 0.8])
        (row,) = self.client.get(f"/api/components/{self.dissolve.pk}/similar/").json()
        self.assertEqual(row["component"]["key"], self.noir.key)
        self.assertAlmostEqual(row["likeness"], 0.6, places=3)

    def test_findings_of_a_title_are_those_of_the_live_version(self):
        title = self.pair.leaving.title
        add_finding(title, 100, self.dissolve)
        add_finding(title, 200, nearest=self.dissolve)
        rows = self.client.get(f"/api/titles/{title.pk}/findings/").json()["results"]
        self.assertEqual(
            [(row["cut_frame"], row["answer"], row["component"]) for row in rows],
            [(100, "known", self.dissolve.key), (200, "unknown", None)],
        )
        self.assertEqual(rows[0]["tc"], title.tc(94))
        self.assertEqual([row["nearest"] for row in rows], [None, self.dissolve.key])
        self.assertTrue(rows[1]["label"].startswith("Unknown transition, most like"))

    def test_suggestions_are_those_that_the_handles_allow(self):
        add_suggestion(self.pair, self.dissolve)
        wipe = add_component("transition/clock wipe/0")
        add_suggestion(self.pair, wipe, before=21)
        add_suggestion(self.pair, None)
        add_shot_suggestion(self.pair.entering, self.noir)
        said = self.client.get(f"{self.here}/suggestions/").json()
        keys = {on: [row["component"] for row in rows] for on, rows in said.items()}
        self.assertEqual(
            keys,
            {
                "cut": [self.dissolve.key, None],
                "leaving": [],
                "entering": [self.noir.key],
            },
        )

    def post(self, **given):
        return self.client.post(
            f"{self.here}/components/", given, content_type="application/json"
        )

    def test_a_component_is_laid_at_nudged_frames_listed_and_taken_back(self):
        answer = self.post(
            component=self.dissolve.key, before=4, after=5, leaving_frame=70
        )
        self.assertEqual(answer.status_code, 201)
        row = answer.json()
        self.assertEqual((row["leaving"]["frame"], row["after"]), (70, 5))
        self.post(component=self.noir.key, on="entering")
        standing = self.client.get(f"{self.here}/components/").json()
        self.assertEqual(
            [each["component"] for each in standing],
            [self.dissolve.key, self.noir.key],
        )
        self.assertIsNone(standing[1]["entering"])

        back = self.client.post(f"/api/choices/{row['id']}/take-back/").json()

        self.assertIsNotNone(back["undone_at"])
        self.assertEqual(Acceptance.objects.standing().count(), 1)
        self.assertEqual(self.post(component=None).json()["label"], "Plain cut")

    def test_what_cannot_be_laid_is_refused_in_one_sentence(self):
        for given, sentence in (
            ({"component": self.dissolve.key, "before": 21}, "The handles allow 20"),
            ({"component": self.dissolve.key}, "at least one frame"),
            ({"component": self.noir.key, "before": 1}, "is no transition"),
            ({"component": self.dissolve.key, "on": "leaving"}, "is a transition"),
            ({"component": "filter/none/0"}, "filter/none/0"),
            ({}, "component"),
            ({"component": None, "on": "here"}, "on"),
            ({"component": None, "leaving_frame": 300}, "not inside the shot"),
        ):
            with self.subTest(given):
                answer = self.post(**given)
                self.assertEqual(answer.status_code, 400)
                self.assertIn(sentence, answer.json()["error"])
        self.assertEqual(Acceptance.objects.count(), 0)

    def test_an_export_says_what_is_accepted_for_its_cuts_and_shots(self):
        self.post(component=self.dissolve.key, before=6, after=6)
        self.post(component=self.noir.key, on="leaving")
        answer = self.client.post(
            "/api/exports/",
            {"matches": [self.pair.pk], "format": "edl"},
            content_type="application/json",
        )
        text = b"".join(answer) if answer.streaming else answer.content
        self.assertIn(b" V     D    012 ", text)
        self.assertIn(b"Lay Noir (filter/noir/0) on this shot.", text)


class RecommendCommandTests(WorkerTestCase):
    def setUp(self):
        super().setUp()
        self.pair = roomy_pair()
        self.shots = [str(self.pair.leaving_id), str(self.pair.entering_id)]

    def test_what_was_learned_is_said_of_a_pair_and_of_a_shot(self):
        live_encoders()
        dissolve, noir = add_component(), add_component("filter/noir/0")
        add_embedding(dissolve, [1.0, 0.0])
        add_embedding(noir, [0.0, 1.0])
        learned, code = run("learn")
        self.assertEqual(code, 0)
        self.assertEqual(learned["by"], {"cut": "popularity", "shot": "popularity"})
        # In the docs a recommender that had titles to be held out.
        self.assertLessEqual(set(learned), names_in_docs("learn"))

        document, code = run("recommend", "--pair", *self.shots)
        self.assertEqual(code, 0)
        self.assertEqual(
            {*document, *document["suggestions"][0]}, names_in_docs("recommend")
        )
        said = [(row["rank"], row["component"]) for row in document["suggestions"]]
        self.assertEqual(said, [(1, None), (2, dissolve.key)])
        self.assertEqual(document["pair"], [int(shot) for shot in self.shots])

        document, code = run("recommend", "--shot", self.shots[0])
        self.assertEqual(code, 0)
        said = [row["component"] for row in document["suggestions"]]
        self.assertEqual(said, [None, noir.key])

    def test_what_cannot_be_said_is_one_sentence(self):
        for words, sentence in (
            (["--shot", "999999"], "There is no shot 999999."),
            (["--pair", self.shots[0], self.shots[0]], "cannot be cut to itself"),
            (["--shot", self.shots[0], "--top", "0"], "Ask for 1 to 200"),
            (["--pair", *self.shots], "No recommender is in use"),
        ):
            with self.subTest(words):
                document, code = run("recommend", *words)
                self.assertEqual(code, 1)
                self.assertIn(sentence, document["error"])
