"""Rows of two versions beside one another: every answer is of the live one alone, then of the new."""

from dataclasses import asdict, replace

import numpy as np
from django.test import TestCase

from catalog.models import EncoderVersion, Job, MatchCandidate, MatchSet, Shot
from catalog.services import ask_across, ask_promotion, promote_version, roll_back
from mlcore.matching.kinds import CLIP
from mlcore.matching.moments import Slot
from pipelines.across import across
from pipelines.boards import write_set
from pipelines.filters import Filters
from pipelines.indexes import ensure_indexes, forms_of, is_indexed
from pipelines.kinds import VECTOR_COLUMNS
from pipelines.match import LIMITS, find_matches
from pipelines.nearest import near_rows, query_rows, reach_of
from pipelines.promoting import rank_boards
from pipelines.rows import copy_rows, text
from pipelines.sought import live_search
from tests.catalog.pages import card_ids, logged_in
from tests.catalogues import add_catalogue, frame_of, live_encoders, settle
from tests.components import add_component, add_embedding, add_finding
from tests.factories import add_encoder, add_production, add_shots, add_title, add_user
from tests.pipelines.test_across import claimed
from tests.pipelines.test_search import answer

SHOTS = 12


def one_way(shot: Shot) -> int:
    """Of which sort a shot is to the live version."""
    return shot.index % 3


def other_way(shot: Shot) -> int:
    """Of which sort it is to the version that is coming: no pair of a title is to both."""
    return shot.index // 3


class SideBySideTests(TestCase):
    def setUp(self):
        live_encoders()
        production = add_production()
        self.shots = add_catalogue(2, SHOTS, production)
        self.live = add_encoder("clip")
        self.coming = add_encoder("clip", status="candidate")
        for version, sort in ((self.live, one_way), (self.coming, other_way)):
            self.write_rows(version, sort)
        self.client = logged_in(add_user("", "editor", [production]))

    def write_rows(self, version, sort):
        rows = [
            (
                *(shot.pk, shot.title_id, version.pk, slot, frame_of(shot, slot)),
                *(text(np.eye(8, dtype=np.float32)[sort(shot)]), None),
            )
            for shot in self.shots
            for slot in ("head", "tail")
        ]
        copy_rows("catalog_shotvector", VECTOR_COLUMNS, rows)
        settle()

    def of_sort(self, pairs, sort):
        """Some pairs, all of shots that are of one sort to a version."""
        self.assertTrue(pairs)
        for a, b in pairs:
            self.assertEqual(sort(a), sort(b), (a, b))

    def test_searches_boards_and_pairs_across_are_of_the_live_version_alone(self):
        self.boards_made_ready()
        self.everything_is_of(self.live, one_way)

        promote_version(self.coming, user=None, reason="Better.")
        self.everything_is_of(self.coming, other_way)

        roll_back("clip", user=None)
        self.everything_is_of(self.live, one_way)

    def boards_made_ready(self):
        """What is shown by the live version, and beside it what is ready by the other."""
        titles = {shot.title for shot in self.shots}
        for title in titles:
            sought = live_search()
            rows = find_matches(title, sought)
            write_set(title, MatchSet.Scope.TITLE, rows, sought, asdict(LIMITS))
        for title in titles:
            across(claimed(ask_across(title)))
        rank_boards(claimed(ask_promotion(self.coming, user=None, reason="Better.")))
        self.assertEqual(MatchSet.objects.filter(live=False).count(), 2 * len(titles))

    def everything_is_of(self, version, sort):
        named = {shot.pk: shot for shot in self.shots}
        for shot in (self.shots[0], self.shots[SHOTS + 5]):
            found = answer(shot=shot, kind="clip", filters={"min_score": 0.5}, top=50)
            others = [named[each["shot"]] for each in found["shots"]]
            self.of_sort([(shot, other) for other in others], sort)
        self.assertEqual(live_search().versions["clip"], version.pk)
        shown = card_ids(self.client.get("/?kind=clip"))
        pairs = MatchCandidate.objects.in_bulk(shown).values()
        self.of_sort([(each.leaving, each.entering) for each in pairs], sort)
        for each in pairs:
            self.assertEqual(each.match_set.versions["clip"], version.pk)
        for scope in MatchSet.Scope.values:
            sets = MatchSet.objects.filter(live=True, scope=scope)
            self.assertEqual({each.versions["clip"] for each in sets}, {version.pk})
            live = MatchCandidate.objects.filter(match_set__in=sets, kind="clip")
            pairs = [(each.leaving, each.entering) for each in live]
            self.of_sort(pairs, sort)
        # Nothing of what is shown has to be found again, pairs across titles included.
        self.assertFalse(Job.objects.filter(state=Job.State.READY).exists())

    def test_each_index_holds_the_rows_of_one_version(self):
        named = {shot.pk: shot for shot in self.shots}
        for version in (self.live, self.coming):
            forms = forms_of(CLIP, version)
            ensure_indexes(forms, from_rows=1)
            self.assertTrue(all(map(is_indexed, forms)))
        for version, sort in ((self.live, one_way), (self.coming, other_way)):
            reach = replace(
                reach_of(CLIP, version, Filters()), scanned=frozenset(), many=4
            )
            asked = self.shots[0]
            queries = query_rows(reach, [asked.pk])[asked.pk]
            (tail,) = (each for each in queries if each.slot == Slot.TAIL)
            (lookup,) = (e for e in reach.lookups if Slot.TAIL in e.own)
            near = near_rows(reach, tail, lookup, many=4)
            self.assertFalse(near.exact)
            others = [named[pk] for pk in near.shots if named[pk].index != asked.index]
            self.of_sort([(asked, other) for other in others], sort)


class FindingTests(TestCase):
    def test_what_is_found_on_a_title_is_said_by_the_live_version_alone(self):
        production = add_production()
        title = add_title(production)
        add_shots(title, 50, 50)
        old, new = add_component(), add_component("transition/wipe/0", label="Wipe")
        live = add_embedding(old, [1.0, 0.0]).version
        coming = add_embedding(new, [0.0, 1.0], status="candidate").version
        add_finding(title, 50, old)
        add_finding(title, 50, new, version=coming)
        client = logged_in(add_user("", "editor", [production]))

        def said() -> tuple[str, list[str]]:
            page = client.get(f"/titles/{title.pk}/components/").content.decode()
            rows = client.get(f"/api/titles/{title.pk}/findings/").json()["results"]
            return page, [row["component"] for row in rows]

        for version, there, not_there in (
            (live, old, new), (coming, new, old), (live, old, new),
        ):  # fmt: skip
            if EncoderVersion.objects.actives().get(family="component") != version:
                promote_version(version, user=None, reason="Asked for.")
            page, found = said()
            self.assertIn(there.label, page)
            self.assertNotIn(not_there.label, page)
            self.assertEqual(found, [there.key])
