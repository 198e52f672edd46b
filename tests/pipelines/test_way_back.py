"""How long the way back takes where there are many titles."""

import time

import numpy as np
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from catalog.models import Job, MatchSet, Promotion, Title
from catalog.services import promote_version, roll_back
from pipelines.kinds import VECTOR_COLUMNS
from pipelines.rows import copy_rows, text
from tests.catalogues import add_catalogue, frame_of, settle
from tests.factories import add_encoder

TITLES = 1000
PROBE = {"streams": [{"index": n, "tags": "x" * 100} for n in range(20)]}
"""Two kilobytes, as of a real file: what is read needlessly has to show."""
SCOPES = MatchSet.Scope.values


class ManyTitlesTests(TestCase):
    """Each title has both boards of each version, and some rows of both."""

    @classmethod
    def setUpTestData(cls):
        shots = add_catalogue(TITLES, 2)
        Title.objects.update(probe=PROBE)
        cls.titles = list(dict.fromkeys(shot.title_id for shot in shots))
        cls.first = add_encoder("clip")
        cls.second = add_encoder("clip", status="candidate")
        cls.flow = add_encoder("flow")
        vector = text(np.ones(8, dtype=np.float32))
        for version in (cls.first, cls.second):
            copy_rows(
                "catalog_shotvector",
                VECTOR_COLUMNS,
                [
                    (
                        *(shot.pk, shot.title_id, version.pk, slot),
                        *(frame_of(shot, slot), vector, None),
                    )
                    for shot in shots
                    for slot in ("head", "tail")
                ],
            )
        settle()
        cls.boards(cls.first, live=True)
        # An older one that is ready too, and one that rests on another version of flow.
        cls.boards(cls.second)
        cls.boards(cls.second)
        cls.boards(cls.second, flow=0)

    @classmethod
    def boards(cls, version, *, live=False, flow=None):
        versions = {"clip": version.pk, "flow": cls.flow.pk if flow is None else flow}
        MatchSet.objects.bulk_create(
            MatchSet(title_id=title, scope=scope, live=live, versions=versions)
            for title in cls.titles
            for scope in SCOPES
        )

    def shown(self):
        return dict(
            MatchSet.objects.filter(live=True).values_list("pk", "versions__clip")
        )

    def test_the_way_back_takes_less_than_a_second_of_a_thousand_titles(self):
        before = self.shown()
        self.assertEqual(len(before), TITLES * len(SCOPES))
        promote_version(self.second, user=None, reason="Better.")
        switched = self.shown()
        self.assertEqual(set(switched.values()), {self.second.pk})
        newest = MatchSet.objects.filter(
            versions={"clip": self.second.pk, "flow": self.flow.pk}
        )
        chosen = newest.order_by("title_id", "scope", "-pk").distinct(
            "title_id", "scope"
        )
        self.assertEqual(set(switched), set(chosen.values_list("pk", flat=True)))

        with CaptureQueriesContext(connection) as asked:
            took = [self.seconds_back()]

        # However many titles there are.
        self.assertLess(len(asked), 20)
        self.assertEqual(self.shown(), before)
        self.assertFalse(Job.objects.exists())
        # A tenth of a second alone; what runs beside it may hold one of them up, not each.
        for _ in range(2):
            promote_version(self.second, user=None, reason="Better.")
            took.append(self.seconds_back())
        self.assertLess(min(took), 0.5)

    def seconds_back(self) -> float:
        began = time.monotonic()
        roll_back("clip", user=None)
        return time.monotonic() - began


class OtherVersionSinceTests(TestCase):
    def test_boards_that_rest_on_an_older_ranking_are_shown_until_they_are_found_again(
        self,
    ):
        title, bare = {shot.title for shot in add_catalogue(2, 2)}
        first, second = add_encoder("clip", status="retired"), add_encoder("clip")
        Promotion.objects.note("clip", second, first, "Better.", None)
        older = add_encoder("ranker-frame", status="retired")
        ranker = add_encoder("ranker-frame")
        scope = MatchSet.Scope.TITLE
        for each in (title, bare):
            versions = {"clip": second.pk, "ranker-frame": ranker.pk}
            each.match_sets.create(scope=scope, live=True, versions=versions)
        kept = title.match_sets.create(
            scope=scope, versions={"clip": first.pk, "ranker-frame": older.pk}
        )

        roll_back("clip", user=None)

        # What is taken back is not shown where there is anything else.
        self.assertEqual(title.match_sets.get(live=True), kept)
        self.assertEqual(bare.match_sets.get(live=True).versions["clip"], second.pk)
        asked = Job.objects.filter(kind=Job.Kind.REMATCH)
        self.assertEqual({job.title for job in asked}, {title, bare})
