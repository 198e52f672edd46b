"""Every address of the API, as everybody: nothing is reachable that should not be."""

import json
from typing import Any

from django.test import Client
from django.urls import reverse

from catalog.api.urls import urlpatterns
from catalog.models import (
    Acceptance,
    Bin,
    BinItem,
    CutEvent,
    EditingComponent,
    EditJob,
    ImportedCut,
    Job,
    MatchCandidate,
    Production,
    Title,
    Verdict,
)
from tests.catalog.pages import PageTestCase, logged_in, text
from tests.components import (
    add_acceptance,
    add_component,
    add_embedding,
    add_finding,
    add_suggestion,
    roomy_pair,
)
from tests.edits import add_edit, done_edit
from tests.factories import (
    add_bin,
    add_bin_item,
    add_export,
    add_job,
    add_production,
    add_title,
    add_user,
)

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
# What each change is told; all others are only read.
CHANGES = {
    ("titles", "post"),
    ("judge", "post"),
    ("undo", "post"),
    ("bins", "post"),
    ("bin", "patch"),
    ("items", "post"),
    ("carry-bin", "post"),
    ("item", "delete"),
    ("move-item", "post"),
    ("cancel-job", "post"),
    ("retry-job", "post"),
    ("choices", "post"),
    ("take-back", "post"),
    ("suggestions", "post"),
    ("edits", "post"),
    ("cancel-edit", "post"),
    ("resume-edit", "post"),
    ("reproduce-edit", "post"),
    ("accept-edit", "post"),
}
ASKS = {("searches", "post"), ("exports", "post")}
WRITES_ALONE = {
    "judge", "undo", "carry-bin", "move-item", "cancel-job", "retry-job", "exports",
    "take-back", "cancel-edit", "resume-edit", "reproduce-edit", "accept-edit",
}  # fmt: skip
# What they are about is named in what they are sent, not in their address.
NAMED_INSIDE = {"bins", "titles", "edits"}
ABOUT_NOBODY = {"schema", "docs", "encoders", "components", "component", "similar"}
LISTS = {
    "productions",
    "titles",
    "matches",
    "bins",
    "searches",
    "jobs",
    "cuts",
    "edits",
}
NAMES = [pattern.name for pattern in urlpatterns]


class EveryCall(PageTestCase):
    production: Production
    pair: MatchCandidate
    title: Title
    newer: Title
    bin: Bin
    item: BinItem
    job: Job
    search: Job
    loops: Job
    cut: ImportedCut
    component: EditingComponent
    choice: Acceptance
    edit: EditJob
    stopped: EditJob
    going: EditJob

    @classmethod
    def setUpTestData(cls):
        cls.production = add_production("Secret Harbour")
        cls.owner = add_user("owner", "editor", [cls.production])
        cls.viewer = add_user("viewer", "viewer", [cls.production])
        cls.stranger = add_user("stranger", "editor", [add_production()])
        cls.pair = roomy_pair(cls.production)
        cls.title = cls.pair.leaving.title
        cls.newer = add_title(cls.production, supersedes=cls.title, version=2)
        cls.bin = add_bin(cls.production, "Secret bin")
        cls.item = add_bin_item(cls.pair, cls.bin)
        cls.component = add_component()
        cls.choice = add_acceptance(cls.pair, cls.component, cls.owner)
        add_suggestion(cls.pair, cls.component)
        add_finding(cls.title, 100, cls.component)
        add_embedding(cls.component, [1, 0])
        add_embedding(add_component("filter/noir/0"), [0.6, 0.8])
        cls.edit = done_edit(cls.title)
        cls.going, cls.stopped = add_edit(cls.title), add_edit(cls.title)
        Job.objects.filter(edit=cls.stopped).update(state=Job.State.CANCELLED)
        cls.job = add_job(cls.title)
        cls.search = add_job(None, kind=Job.Kind.SEARCH, asked_by=cls.owner)
        cls.loops = add_export([cls.title])
        cls.cut = ImportedCut.objects.create(
            production=cls.production, name="Secret cut", form="edl", sha256="0" * 64
        )
        CutEvent.objects.create(
            cut=cls.cut, place=1, source=cls.title, source_first=0, source_end=9,
            record_first=0, record_end=9,
        )  # fmt: skip

    def address(self, name: str) -> str:
        row: Any = {
            "title": self.title,
            "shots": self.title,
            "match": self.pair,
            "judge": self.pair,
            "bin": self.bin,
            "items": self.bin,
            "carry-bin": self.bin,
            "item": self.item,
            "move-item": self.item,
            "search": self.search,
            "export-file": self.loops,
            "job": self.job,
            "cancel-job": self.job,
            "retry-job": self.job,
            "cut": self.cut,
            "events": self.cut,
            "findings": self.title,
            "component": self.component,
            "similar": self.component,
            "suggestions": self.pair,
            "choices": self.pair,
            "take-back": self.choice,
            "edit": self.edit,
            "edit-file": self.edit,
            "cancel-edit": self.going,
            "resume-edit": self.stopped,
            "reproduce-edit": self.edit,
            "accept-edit": self.edit,
        }.get(name)
        address = reverse(f"api:{name}", args=[row.pk] if row else [])
        if name != "foretell-edit":
            return address
        return f"{address}?title={self.title.pk}&frames=24&back_end=composite"

    def body(self, name: str) -> dict[str, Any]:
        bodies: dict[str, dict[str, Any]] = {
            "titles": {"path": "/nowhere/a.mov", "production": self.production.pk},
            "judge": {"value": "good"},
            "bins": {"production": self.production.pk, "name": "Another"},
            "bin": {"name": "Renamed"},
            "items": {"match": self.pair.pk, "leaving_frame": 90},
            "carry-bin": {"title": self.newer.pk},
            "move-item": {"place": 1},
            "choices": {"component": self.component.key, "before": 2, "after": 2},
            "edits": {"again": self.edit.pk, "seed": 7},
            "exports": {"bin": self.bin.pk, "format": "edl"},
            "searches": {
                "kind": "frame",
                "by": "shot",
                "shot": self.pair.leaving.pk,
            },
        }
        return bodies.get(name, {})

    def ask(self, client: Client, name: str, method: str = "get", **headers: str):
        call = getattr(client, method)
        if method in ("get", "head", "options"):
            return call(self.address(name), headers=headers)
        body = json.dumps(self.body(name))
        return call(
            self.address(name), body, content_type="application/json", headers=headers
        )


class ApiAccessTests(EveryCall):
    def test_nobody_reaches_anything(self):
        for name in NAMES:
            for method in METHODS:
                with self.subTest(name=name, method=method):
                    answer = self.ask(Client(), name, method)
                    self.assertEqual(answer.status_code, 302 if name == "docs" else 401)
                    self.assertNotIn("Secret", text(answer))

    def test_strangers_do_not_find_what_is_not_theirs_and_change_nothing(self):
        client = logged_in(self.stranger)
        for name in set(NAMES) - ABOUT_NOBODY:
            for method in METHODS:
                with self.subTest(name=name, method=method):
                    answer = self.ask(client, name, method)
                    self.assertNotIn("Secret Harbour", text(answer))
                    self.assertNotIn(self.title.name, text(answer))
                    if method == "get" and name in LISTS:
                        mine = 1 if name == "productions" else 0
                        self.assertEqual(len(answer.json()["results"]), mine)
                    elif (name, method) in CHANGES and name not in NAMED_INSIDE:
                        self.assertEqual(answer.status_code, 404)
                    elif (name, method) in CHANGES | ASKS:
                        self.assertEqual(answer.status_code, 400)
                    elif method == "get":
                        wanted = 405 if name in WRITES_ALONE else 404
                        wanted = 400 if name == "foretell-edit" else wanted
                        self.assertEqual(answer.status_code, wanted)
        self.assert_nothing_has_changed()

    def assert_nothing_has_changed(self):
        self.assertEqual(Bin.objects.values_list("name", flat=True)[0], "Secret bin")
        self.assertEqual(Bin.objects.count(), 1)
        self.assertEqual(BinItem.objects.count(), 1)
        self.assertEqual(Verdict.objects.count(), 0)
        self.assertEqual(Acceptance.objects.standing().count(), 1)
        self.assertEqual(Job.objects.filter(state="ready").count(), 3)
        self.assertEqual(EditJob.objects.count(), 3)
        self.assertEqual(Title.objects.count(), 2)

    def test_viewers_look_at_everything_of_theirs_and_change_nothing(self):
        client = logged_in(self.viewer)
        for name in set(NAMES) - WRITES_ALONE - {"search"}:
            with self.subTest(name=name):
                self.assertEqual(self.ask(client, name).status_code, 200)
        for name, method in CHANGES:
            with self.subTest(name=name, method=method):
                answer = self.ask(client, name, method)
                self.assertEqual(answer.status_code, 403)
        self.assert_nothing_has_changed()
        self.assertEqual(self.ask(client, "searches", "post").status_code, 202)
        self.assertEqual(self.ask(client, "exports", "post").status_code, 200)
        self.assertEqual(self.ask(client, "search").status_code, 404)

    def test_owners_reach_and_change_everything_of_theirs(self):
        client = logged_in(self.owner)
        for name in set(NAMES) - WRITES_ALONE:
            with self.subTest(name=name):
                self.assertEqual(self.ask(client, name).status_code, 200)
        # Refused for reasons of their own: outside the import roots, nothing to carry.
        refused = {"titles", "carry-bin"}
        for name, method in sorted(CHANGES - {("item", "delete")} | ASKS):
            with self.subTest(name=name, method=method):
                answer = self.ask(client, name, method)
                self.assertEqual(
                    answer.status_code == 400, name in refused, text(answer)
                )
                self.assertLess(answer.status_code, 401)
        self.assertEqual(self.ask(client, "item", "delete").status_code, 204)

    def test_no_method_on_any_address_is_our_mistake(self):
        client = logged_in(self.owner)
        for name in NAMES:
            for method in METHODS:
                with self.subTest(name=name, method=method):
                    self.assertLess(self.ask(client, name, method).status_code, 500)

    def test_a_session_changes_nothing_without_the_csrf_token(self):
        client = logged_in(self.owner, enforce_csrf_checks=True)
        for name, method in CHANGES | ASKS:
            with self.subTest(name=name, method=method):
                self.assertEqual(self.ask(client, name, method).status_code, 403)
        self.assert_nothing_has_changed()

    def test_every_answer_allows_only_our_own_files(self):
        client = logged_in(self.owner)
        for name in NAMES:
            with self.subTest(name=name):
                policy = self.ask(client, name)["Content-Security-Policy"]
                self.assertIn("default-src 'none'", policy)
                self.assertNotIn("unsafe", policy)
