"""What the API does: its answers are those of its schema, its lists those of the board."""

import json
from typing import Any

import jsonschema
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from catalog.api.urls import urlpatterns
from catalog.files import local_path
from catalog.models import BinItem, Job, Title, Verdict
from catalog.services import give_verdict
from tests.catalog.boards import BoardTestCase
from tests.catalog.pages import logged_in
from tests.catalog.test_api_access import LISTS, WRITES_ALONE, EveryCall
from tests.catalog.test_commands import names_in_docs
from tests.factories import (
    add_bin,
    add_bin_item,
    add_pair,
    add_shots,
    add_title,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class SchemaTests(EveryCall):
    def setUp(self):
        self.client = logged_in(self.owner)
        accept = {"Accept": "application/vnd.oai.openapi+json"}
        self.schema = self.client.get("/api/schema/", headers=accept).json()

    def test_the_schema_is_valid_and_says_everything(self):
        call_command(
            "spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null"
        )

        self.assertEqual(len(self.schema["paths"]), len(urlpatterns) - 2)

    def test_every_answer_is_what_the_schema_says(self):
        give_verdict(self.pair, "good", user=self.owner)
        for pattern in urlpatterns:
            if pattern.name in WRITES_ALONE | {
                "schema",
                "docs",
                "export-file",
                "edit-file",
            }:
                continue
            with self.subTest(name=pattern.name):
                query = {"verdict": "all"} if pattern.name == "matches" else {}
                answer = self.client.get(self.address(pattern.name), query)
                self.check(answer.json(), self.said_of(pattern.name, "get", "200"))
                if pattern.name in LISTS - {"searches"}:
                    self.assertTrue(answer.json()["results"])

    def test_answers_to_changes_are_what_the_schema_says(self):
        for name, method, code in (
            ("judge", "post", "201"), ("undo", "post", "200"), ("bins", "post", "201"),
            ("bin", "patch", "200"), ("items", "post", "201"),
            ("move-item", "post", "200"), ("searches", "post", "202"),
            ("cancel-job", "post", "202"), ("choices", "post", "201"),
            ("take-back", "post", "200"), ("suggestions", "post", "202"),
            ("edits", "post", "202"), ("cancel-edit", "post", "202"),
            ("resume-edit", "post", "202"), ("reproduce-edit", "post", "202"),
        ):  # fmt: skip
            with self.subTest(name=name):
                answer = self.ask(self.client, name, method)
                self.assertEqual(str(answer.status_code), code)
                self.check(answer.json(), self.said_of(name, method, code))

    def said_of(self, name: str, method: str, code: str) -> Any:
        """The schema of an answer."""
        pattern = next(each for each in urlpatterns if each.name == name)
        path = f"/api/{pattern.pattern}".replace("<int:pk>", "{id}")
        call = self.schema["paths"][path][method]
        return call["responses"][code]["content"]["application/json"]["schema"]

    def check(self, document: Any, schema: dict[str, Any]) -> None:
        """Validate a document, references resolved within the whole schema."""
        whole = {**schema, "components": self.schema["components"]}
        jsonschema.Draft202012Validator(whole).validate(document)

    def test_matches_and_shots_are_the_documents_of_the_command_line(self):
        match = self.client.get(self.address("match")).json()
        shot = self.client.get(self.address("shots")).json()["results"][0]

        sides = set(match["leaving"]) | set(match) | {"matches"}
        self.assertEqual(
            sides | {"scale", "dx", "dy", "rotation"}, names_in_docs("matches")
        )
        self.assertEqual({*shot, "title", "rate", "shots"}, names_in_docs("shots"))


class MatchListTests(BoardTestCase):
    def listed(self, query: str = "") -> list[int]:
        answer = self.client.get(f"/api/matches/?{query}").json()
        return [match["id"] for match in answer["results"]]

    def test_it_lists_what_the_board_lists_in_its_order(self):
        for at in range(2, 6):
            self.pair(0, at, score=at / 10, kind="frame" if at % 2 else "motion")
        judged = self.pair(1, 3, score=0.9)
        give_verdict(judged, "good", user=self.editor)
        for query in ("", "kind=frame", "verdict=good", "score=0.35", "sort=score"):
            with self.subTest(query=query):
                self.assertTrue(self.listed(query))
                self.assertEqual(self.listed(query), self.board(query))

    def test_pages_follow_one_another_without_gap_or_repeat(self):
        pairs = [self.pair(a, b, score=0.5) for a in range(3) for b in (4, 5)]
        for sort in ("standing", "score", "newest"):
            seen, link = [], f"/api/matches/?page_size=4&sort={sort}"
            while link:
                page = self.client.get(link).json()
                seen += [match["id"] for match in page["results"]]
                link = page["next"]
            self.assertEqual(seen, [pair.pk for pair in pairs])

    def test_a_filter_that_makes_no_sense_is_refused_in_one_sentence(self):
        answer = self.client.get("/api/matches/?score=much&kind=none")

        self.assertEqual(answer.status_code, 400)
        self.assertIn("score: Enter a number.", answer.json()["error"])
        self.assertEqual(set(answer.json()["fields"]), {"score", "kind"})
        gone = self.client.get("/api/matches/?after=999999999")
        self.assertIn("begin with the first page", gone.json()["error"])

    def test_the_number_of_queries_does_not_grow_with_the_pairs(self):
        self.pair(0, 2)
        self.client.get("/api/matches/")
        with self.assertNumQueries(10):
            self.client.get("/api/matches/")
        for at in range(3, 6):
            self.pair(0, at)
        with self.assertNumQueries(10):
            self.client.get("/api/matches/")


class ChangeTests(BoardTestCase):
    def send(self, call_name: str, row: Any = None, method: str = "post", **body: Any):
        address = reverse(f"api:{call_name}", args=[row.pk] if row else [])
        call = getattr(self.client, method)
        return call(address, json.dumps(body), content_type="application/json")

    def test_a_pair_is_judged_with_its_reason_and_the_word_is_taken_back(self):
        pair = self.pair(0, 2)

        said = self.send("judge", pair, value="bad", reason="wrong_mask").json()

        self.assertEqual((said["value"], said["reason"]), ("bad", "wrong_mask"))
        self.assertEqual(Verdict.objects.get().made_by, self.editor)
        self.assertEqual(self.send("undo").json()["id"], said["id"])
        self.assertEqual(self.send("undo").status_code, 404)

    def test_a_word_or_a_reason_that_is_none_changes_nothing(self):
        pair = self.pair(0, 2)
        for body in ({"value": "maybe"}, {"value": "bad", "reason": "rain"}, {}):
            with self.subTest(body=body):
                self.assertEqual(self.send("judge", pair, **body).status_code, 400)
        self.assertEqual(Verdict.objects.count(), 0)

    def test_a_bin_is_made_filled_with_nudged_frames_ordered_and_emptied(self):
        made = self.send("bins", production=self.production.pk, name="Doors").json()
        kept_in = self.production.bins.get(pk=made["id"])
        first, second = self.pair(0, 2), self.pair(1, 3)

        one = self.send("items", kept_in, match=first.pk).json()
        two = self.send(
            "items", kept_in, match=second.pk, leaving_frame=90, note="on the turn"
        ).json()

        self.assertEqual((two["leaving"]["frame"], two["place"]), (90, 2))
        self.assertEqual(two["leaving"]["handle_frames"], 9)
        self.assertEqual(two["note"], "on the turn")
        item = BinItem.objects.get(pk=two["id"])
        self.assertEqual(self.send("move-item", item, place=1).json()["place"], 1)
        renamed = self.send("bin", kept_in, method="patch", name="Gates").json()
        self.assertEqual((renamed["name"], renamed["items"]), ("Gates", 2))
        self.client.delete(reverse("api:item", args=[item.pk]))
        listed = self.client.get(reverse("api:items", args=[kept_in.pk])).json()
        self.assertEqual([each["id"] for each in listed["results"]], [one["id"]])

    def test_what_cannot_be_kept_says_one_sentence(self):
        kept_in = add_bin(self.production, "Doors")
        wrong = self.send("items", kept_in, match=self.pair(0, 2).pk, leaving_frame=200)
        taken = self.send("bins", production=self.production.pk, name="Doors")
        other = self.send("items", kept_in, match=add_pair().pk)

        self.assertIn("Frame 200 is not inside the shot", wrong.json()["error"])
        self.assertIn("already has a bin called Doors", taken.json()["error"])
        self.assertIn("does not exist", other.json()["error"])
        self.assertEqual(kept_in.items.count(), 0)

    def test_items_of_a_title_that_left_ones_sight_are_not_shown(self):
        kept_in = add_bin(self.production)
        add_bin_item(add_pair(), kept_in)

        listed = self.client.get(reverse("api:items", args=[kept_in.pk])).json()

        self.assertEqual(listed["results"], [])

    def test_a_title_is_added_by_path_and_answers_with_its_job(self):
        root = local_path("import")
        root.mkdir(parents=True, exist_ok=True)
        (root / "a.mp4").write_bytes(b"film")
        body = {"path": str(root / "a.mp4"), "production": self.production.pk}

        with override_settings(IMPORT_ROOTS=[root]):
            answer = self.send("titles", **body)

        (added,) = answer.json()
        title = Title.objects.get(pk=added["title"]["id"])
        self.assertEqual(title.jobs.get().pk, added["job"])
        self.assertEqual((added["title"]["name"], title.added_by), ("a", self.editor))
        outside = self.send("titles", **{**body, "path": "/etc/passwd"})
        self.assertIn("not under a folder", outside.json()["error"])

    def test_a_search_is_asked_for_in_each_way_and_read_by_its_asker(self):
        shot = self.shots[0]
        by_shot = self.send(
            "searches", kind="frame", by="shot", shot=shot.pk,
            filters={"not_titles": [self.title.pk], "added_from": "2026-01-02"},
        )  # fmt: skip
        drawn = self.send("searches", kind="frame", by="silhouette", mask="0f" * 512)
        still = {"kind": "light", "picture": SimpleUploadedFile("a.png", PNG)}
        given = self.client.post("/api/searches/", {**still, "filters": "{}"})

        for answer in (by_shot, drawn, given):
            self.assertEqual(answer.status_code, 202, answer.content)
        job = Job.objects.get(pk=given.json()["id"])
        self.assertEqual(local_path(job.subject["picture"]).read_bytes(), PNG)
        job = Job.objects.get(pk=by_shot.json()["id"])
        self.assertEqual(job.subject["filters"]["not_titles"], [self.title.pk])
        job.result = {"kind": "frame", "exact": True, "shots": []}
        job.state = Job.State.DONE
        job.save()
        read = self.client.get(reverse("api:search", args=[job.pk])).json()
        self.assertEqual((read["state"], read["result"]), ("done", job.result))

    def test_a_search_that_makes_no_sense_is_refused(self):
        text = SimpleUploadedFile("a.png", b"no picture at all")
        hidden = add_shots(add_title(), 50)[0]
        refused = [
            self.send("searches", kind="frame", by="shot", shot=hidden.pk),
            self.send("searches", kind="frame", by="silhouette", mask="00" * 512),
            self.send("searches", kind="frame", by="dream"),
            self.client.post("/api/searches/", {"kind": "light", "picture": text}),
        ]

        for answer in refused:
            self.assertEqual(answer.status_code, 400)
            self.assertTrue(answer.json()["error"])
        self.assertFalse(Job.objects.exists())
