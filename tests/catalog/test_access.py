"""Every address, as everybody: nothing is reachable that should not be."""

from collections.abc import Iterator

from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from catalog.loops import loop_key
from catalog.matchcuts import cut_of_candidate
from catalog.models import (
    Acceptance,
    Bin,
    BinItem,
    EditingComponent,
    EditJob,
    EncoderVersion,
    ImportedCut,
    Job,
    MatchCandidate,
    RetrainSchedule,
    Title,
    TrainingRun,
    Verdict,
)
from catalog.tryouts import tryout_on_cut
from tests.catalog.pages import HTMX, PageTestCase, logged_in, text
from tests.components import (
    add_acceptance,
    add_component,
    add_suggestion,
    roomy_pair,
    write_preview,
)
from tests.edits import done_edit
from tests.factories import (
    add_bin,
    add_bin_item,
    add_cut,
    add_encoder,
    add_export,
    add_job,
    add_production,
    add_user,
    write_file,
    write_still,
    write_times,
)
from tests.offsets import write_offsets

# No login: these have nothing to show but themselves.
OPEN = {"login", "health"}
# A change: POST alone.
CHANGES = {"judge", "undo", "redetect", "rematch", "split", "merge", "job-cancel"}
CHANGES |= {"job-retry", "keep", "bin-add", "bin-rename", "bin-put-back"}
CHANGES |= {"item-move", "item-note", "item-drop", "chain-keep"}
CHANGES |= {"lay", "take-back", "suggest", "try", "title-detect"}
CHANGES |= {"edit-cancel", "edit-resume", "edit-reproduce", "edit-accept"}
# For admins, about nobody's footage.
ADMINS = {"ranking-train", "ranking-promote", "ranking-rollback", "components-render"}
ADMINS |= {"components-learn", "retraining-start", "retraining-cancel"}
ADMINS |= {"retraining-resume", "schedule-drop", "versions-promote"}
ADMINS |= {"versions-rollback", "versions-weigh"}
CHANGES |= ADMINS
# For admins, also to look at.
FORMS = {"schedule-add", "schedule"}
# For editors, also to look at.
EDITORS = CHANGES | FORMS | {"title-add", "cut-add", "ranking", "retraining"}
EDITORS |= {"retraining-run", "versions", "versions-churn"}
EDITORS |= {"edit-new", "edit-again", "edit-estimate"}
# About nobody's footage.
GENERAL = {"login", "logout", "password", "health", "keys", "board", "titles", "jobs"}
GENERAL |= {"undo", "bins", "bin-add", "cuts", "export", "search", "ranking", *ADMINS}
GENERAL |= {"chains", "chain-keep", "retraining", "retraining-run", *FORMS}
GENERAL |= {"versions", "versions-churn"}
GENERAL |= {"edits"}
# The house's: what programs draw, on photographs that are nobody's footage.
GENERAL |= {"components", "component", "component-map", "component-preview"}
GENERAL |= {"component-clip", "component-still"}
# Nobody's but who asked.
OWN = {"search-found"}
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def own_patterns() -> Iterator[str]:
    """Names of all addresses but the admin's."""
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name


def admin_addresses() -> Iterator[str]:
    """Every address under /admin/ that can be built, rows named by 1."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace == "admin":
            for name in resolver.reverse_dict:
                if isinstance(name, str):
                    yield from _built(f"{resolver.namespace}:{name}")


def _built(name: str) -> Iterator[str]:
    for arguments in ([], ["1"], ["catalog"], ["1", "1"]):
        try:
            yield reverse(name, args=arguments)
        except NoReverseMatch:
            continue


def moved(pair: MatchCandidate) -> dict[str, object]:
    """What is known of a version by which a pair of the owner's would rise."""
    rising = [[pair.leaving.pk, pair.entering.pk]]
    churn = {"kind": "learned", "top": 100, "changed": 1, "falling": []}
    return {"reason": "Better.", "churn": churn | {"rising": rising}}


class EveryAddress(PageTestCase):
    pair: MatchCandidate
    title: Title
    item: BinItem
    job: Job
    export: Job
    cut: ImportedCut
    search: Job
    component: EditingComponent
    choice: Acceptance
    schedule: RetrainSchedule
    version: EncoderVersion
    training: TrainingRun
    edit: EditJob

    @classmethod
    def setUpTestData(cls):
        production = add_production("Secret Harbour")
        cls.owner = add_user("owner", "editor", [production])
        cls.viewer = add_user("viewer", "viewer", [production])
        cls.stranger = add_user("stranger", "editor", [add_production()])
        cls.pair = roomy_pair(production)
        cls.title = cls.pair.leaving.title
        cls.item = add_bin_item(cls.pair, add_bin(production, "Secret Harbour bin"))
        cls.job = add_job(cls.title)
        cls.search = add_job(None, kind=Job.Kind.SEARCH, asked_by=cls.owner)
        cls.export = add_export([cls.title])
        cls.cut = add_cut(cls.title)
        cls.component = add_component()
        cls.choice = add_acceptance(cls.pair, cls.component, cls.owner)
        add_suggestion(cls.pair, cls.component)
        cls.schedule = RetrainSchedule.objects.create(name="Nightly", family="learned")
        cls.version = add_encoder("learned", status="candidate")
        cls.version.metrics = moved(cls.pair)
        cls.version.save()
        cls.training = TrainingRun.objects.create(
            family="learned", outcome=cls.version.metrics, version=cls.version
        )
        cls.edit = done_edit(cls.title, target_prompt="Secret Harbour's disc")
        write_preview(cls.component)
        plan = tryout_on_cut(cut_of_candidate(cls.pair), cls.component, 4, 4)
        write_file(plan.key, b"tryout")
        write_file(cls.title.proxy_key, b"proxy")
        write_file(cls.title.poster_key, b"poster")
        write_file(loop_key(cls.pair), b"loop")
        write_offsets(cls.pair)
        write_still(cls.title, 0)
        write_times(cls.title, range(300))

    def address(self, name: str) -> str:
        """The address of a pattern, about the owner's rows."""
        known = {
            "title_id": self.title.pk,
            "shot_id": self.pair.entering.pk,
            "candidate_id": self.pair.pk,
            "bin_id": self.item.bin_id,
            "item_id": self.item.pk,
            "job_id": (self.search if name in OWN else self.job).pk,
            "export_id": self.export.pk,
            "cut_id": self.cut.pk,
            "frame": 0,
            "component_id": self.component.pk,
            "acceptance_id": self.choice.pk,
            "run_id": self.training.pk,
            "schedule_id": self.schedule.pk,
            "family": self.version.family,
            "version_id": self.version.pk,
            "edit_id": self.edit.pk,
        }
        pattern = next(
            each
            for each in get_resolver().url_patterns
            if isinstance(each, URLPattern) and each.name == name
        )
        wanted = pattern.pattern.converters
        address = reverse(name, kwargs={key: known[key] for key in wanted})
        return address + ("?before=4&after=4" if name.startswith("tryout") else "")

    def ask(self, client: Client, name: str, method: str = "get", **headers: str):
        return getattr(client, method)(self.address(name), headers=headers)


class AccessTests(EveryAddress):
    def test_nobody_is_sent_to_the_login_from_every_address(self):
        for name in set(own_patterns()) - OPEN:
            for method in METHODS:
                with self.subTest(name=name, method=method):
                    response = self.ask(Client(), name, method)
                    self.assertEqual(response.status_code, 302)
                    self.assertTrue(response["Location"].startswith("/login/?next="))

    def test_a_part_asked_for_after_logout_sends_the_page_to_the_login(self):
        for name in set(own_patterns()) - OPEN:
            with self.subTest(name=name):
                here = {"HX-Current-URL": "http://testserver/jobs/"}
                response = self.ask(Client(), name, **HTMX, **here)
                self.assertEqual(response["HX-Redirect"], "/login/?next=/jobs/")
                self.assertEqual(text(response), "")

    def test_strangers_do_not_find_what_is_not_theirs(self):
        client = logged_in(self.stranger)
        for name in set(own_patterns()) - GENERAL - {"title-add", "cut-add"}:
            with self.subTest(name=name):
                method = "post" if name in CHANGES else "get"
                self.assertEqual(self.ask(client, name, method).status_code, 404)
                self.assertEqual(
                    self.ask(client, name, method, **HTMX).status_code, 404
                )

    def test_strangers_see_no_trace_of_it_on_any_page(self):
        client = logged_in(self.stranger)
        for name in set(own_patterns()):
            for method in METHODS:
                with self.subTest(name=name, method=method):
                    shown = text(self.ask(client, name, method))
                    self.assertNotIn("Secret Harbour", shown)
                    self.assertNotIn(self.title.name, shown)
                    client.force_login(self.stranger)

    def test_strangers_change_nothing(self):
        client = logged_in(self.stranger)
        jobs = Job.objects.count()
        for name in set(own_patterns()) - {"login", "logout"}:
            for method in METHODS:
                self.ask(client, name, method)

        self.assertEqual(Job.objects.count(), jobs)
        self.assertEqual(Verdict.objects.count(), 0)
        self.assertEqual(Acceptance.objects.standing().count(), 1)
        self.assertEqual(self.title.shots.count(), 3)
        self.assertEqual((Bin.objects.count(), BinItem.objects.count()), (1, 1))
        self.job.refresh_from_db()
        self.assertEqual(self.job.state, Job.State.READY)
        self.assertIsNone(EditJob.objects.get().accepted)

    def test_viewers_look_and_change_nothing(self):
        client = logged_in(self.viewer)
        for name in set(own_patterns()) - {"logout"} - OWN:
            with self.subTest(name=name):
                if name in EDITORS:
                    self.assertEqual(self.ask(client, name, "post").status_code, 403)
                else:
                    self.assertIn(self.ask(client, name).status_code, {200, 302})

    def test_owners_reach_everything_of_theirs(self):
        client = logged_in(self.owner)
        for name in set(own_patterns()) - CHANGES - FORMS - {"logout"}:
            with self.subTest(name=name):
                self.assertIn(self.ask(client, name).status_code, {200, 302})

    def test_forms_of_admins_are_shown_to_no_editor(self):
        client = logged_in(self.owner)
        for name in FORMS:
            with self.subTest(name=name):
                self.assertEqual(self.ask(client, name).status_code, 403)

    def test_no_method_on_any_address_is_our_mistake(self):
        client = logged_in(self.owner)
        for name in set(own_patterns()) - {"logout", "merge"}:
            for method in METHODS:
                with self.subTest(name=name, method=method):
                    self.assertLess(self.ask(client, name, method).status_code, 500)

    def test_changes_are_made_by_post_alone(self):
        client = logged_in(self.owner)
        for name in CHANGES:
            for method in set(METHODS) - {"post"}:
                with self.subTest(name=name, method=method):
                    self.assertEqual(self.ask(client, name, method).status_code, 405)

    def test_nobody_but_admins_enters_the_admin(self):
        addresses = {*admin_addresses()} - {"/admin/login/", "/admin/logout/"}
        self.assertGreater(len(addresses), 50)
        for client in (Client(), logged_in(self.owner), logged_in(self.viewer)):
            for address in addresses:
                with self.subTest(address=address):
                    response = client.get(address)
                    self.assertIn(response.status_code, {302, 404})
                    self.assertNotIn("Secret Harbour", text(response))
