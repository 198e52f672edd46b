import json
import threading
from itertools import repeat

import numpy as np
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext

from catalog.models import EncoderVersion, Job, ShotVector
from catalog.services import ask_promotion
from mlcore.matching.kinds import CLIP, FRAME, MOTION
from mlcore.matching.masks import pack, to_bit_string
from mlcore.matching.moments import Slot
from pipelines.filters import Filters, Lookup
from pipelines.indexes import (
    INDEX_FROM,
    drop_gone_indexes,
    ensure_indexes,
    forms_of,
    is_indexed,
)
from pipelines.jobs import Claim
from pipelines.kinds import VECTOR_COLUMNS
from pipelines.nearest import QueryRow, choose_way, near_query
from pipelines.retraining.job import retrain
from pipelines.rows import copy_rows, read_rows, text
from tests.catalogues import (
    add_catalogue,
    blobs,
    copy_flows,
    copy_masks,
    frame_of,
    live_encoders,
    settle,
)
from tests.factories import add_encoder

TO_HEADS = Lookup(
    frozenset({Slot.TAIL}), frozenset({Slot.HEAD}), enters=True, leaves=False
)

LOCKS = """
    SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND d.datname = current_database()
"""


def plan_of(form, query, *, by_index):
    """The nodes of the plan, outermost first, with the index each reads."""
    statement, values = near_query(
        form, query, TO_HEADS, Filters(min_seconds=1.0), by_index=by_index
    )
    with transaction.atomic():
        choose_way(by_index=by_index)
        with connection.cursor() as cursor:
            explained = statement.as_string(connection.connection)
            cursor.execute(f"EXPLAIN (FORMAT JSON) {explained}", [*values, 20])
            said = cursor.fetchone()[0]
    plan = said if isinstance(said, list) else json.loads(said)
    return list(_nodes(plan[0]["Plan"]))


def _nodes(plan):
    yield plan.get("Index Name", plan["Node Type"])
    for below in plan.get("Plans", []):
        yield from _nodes(below)


class IndexUseTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        shots = add_catalogue(4, 50)
        cls.drawn = blobs(200, seed=1)
        copy_masks(shots, cls.drawn)
        cls.moved = np.random.default_rng(2).normal(size=(200, 24)).astype(np.float32)
        copy_flows(shots, cls.moved)

    def test_a_search_by_index_reads_it_and_a_scan_does_not(self):
        mask, flow = to_bit_string(pack(self.drawn[0])), text(self.moved[0])
        wanted = [
            *zip(forms_of(FRAME, add_encoder("mask")), repeat(mask)),
            *zip(forms_of(MOTION, add_encoder("flow")), repeat(flow)),
        ]
        self.assertEqual([f.name for f, _ in wanted], ["placed", "centred", "vector"])
        for form, value in wanted:
            with self.subTest(form.name):
                ensure_indexes([form], from_rows=100)
                query = QueryRow(form.name, Slot.TAIL, value)
                by_index = plan_of(form, query, by_index=True)
                self.assertIn(form.index, by_index)
                self.assertNotIn("Sort", by_index)
                self.assertNotIn(form.index, plan_of(form, query, by_index=False))

    def test_few_rows_get_no_index(self):
        (form, _) = forms_of(FRAME, add_encoder("mask"))

        ensure_indexes([form], from_rows=201)

        self.assertFalse(is_indexed(form))

    def test_a_version_without_vectors_has_nothing_to_index(self):
        self.assertEqual(forms_of(MOTION, add_encoder("light")), [])

    def test_an_index_goes_with_its_version(self):
        (form, _) = forms_of(FRAME, add_encoder("mask"))
        ensure_indexes([form], from_rows=100)

        self.assertEqual(drop_gone_indexes(), [])
        EncoderVersion.objects.filter(family="mask").delete()
        self.assertEqual(drop_gone_indexes(), [form.index])
        self.assertFalse(is_indexed(form))

    def test_an_index_goes_with_its_rows_where_the_version_stays_in_the_log(self):
        version = add_encoder("flow")
        forms = forms_of(MOTION, version)
        ensure_indexes(forms, from_rows=100)
        self.assertEqual(drop_gone_indexes(), [])

        ShotVector.objects.filter(version=version).delete()

        self.assertEqual(drop_gone_indexes(), [forms[0].index])

    def test_what_a_killed_build_left_is_made_again(self):
        (form, _) = forms_of(FRAME, add_encoder("mask"))
        ensure_indexes([form], from_rows=100)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
                [form.index],
            )
        self.assertFalse(is_indexed(form))

        ensure_indexes([form], from_rows=100)

        self.assertTrue(is_indexed(form))


class TwoWorkersTests(TransactionTestCase):
    def test_one_builds_beside_the_work_while_the_other_waits(self):
        copy_masks(add_catalogue(4, 100), blobs(400, seed=3))
        (form, _) = forms_of(FRAME, add_encoder("mask"))
        ended = []

        def ask():
            try:
                ensure_indexes([form], from_rows=100)
                ended.append(is_indexed(form))
            finally:
                connection.close()

        workers = [threading.Thread(target=ask) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)

        self.assertEqual(ended, [True] * 3)
        # Other programs that share the tests have databases of the same cluster.
        locks = read_rows(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            [],
        )
        self.assertEqual(locks[0][0], 0)


class PutLiveTests(TransactionTestCase):
    """Clip versions of so many rows that the job of going live makes their indexes."""

    def setUp(self):
        live_encoders()
        self.shots = add_catalogue(10, INDEX_FROM // 20 + 1)

    def goes_live(self, number):
        """A version with rows of every shot; and what its job asked of the database."""
        version = add_encoder("clip", status="candidate")
        chance = np.random.default_rng(number)
        vectors = iter(chance.normal(size=(2 * len(self.shots), 16)).astype(np.float32))
        rows = [
            (
                *(shot.pk, shot.title_id, version.pk, slot, frame_of(shot, slot)),
                *(text(next(vectors)), None),
            )
            for shot in self.shots
            for slot in ("head", "tail")
        ]
        copy_rows("catalog_shotvector", VECTOR_COLUMNS, rows)
        settle()
        job = ask_promotion(version, user=None, reason="By hand.")
        claimed = Job.objects.claim(job.pk, worker="test", device="cpu")
        with CaptureQueriesContext(connection) as asked:
            retrain(Claim(claimed))
        claimed.end(Job.State.DONE)
        return version, [each["sql"] for each in asked]

    def test_it_is_built_beside_the_work_used_and_dropped_with_the_rows(self):
        versions = []
        for number in range(3):
            version, asked = self.goes_live(number)
            (form,) = forms_of(CLIP, version)
            self.assertTrue(is_indexed(form))
            (built,) = [each for each in asked if "CREATE INDEX" in each]
            self.assertIn(f'CONCURRENTLY IF NOT EXISTS "{form.index}"', built)
            self.assertIn("USING hnsw", built)
            query = QueryRow(form.name, Slot.TAIL, text(np.ones(16, np.float32)))
            self.assertIn(form.index, plan_of(form, query, by_index=True))
            versions.append((version, form))

        # A rollback leads from the third to the second: the first has nothing any more.
        self.assertEqual(
            [is_indexed(form) for _, form in versions], [False, True, True]
        )
        first, _ = versions[0]
        self.assertFalse(ShotVector.objects.filter(version=first).exists())
        self.assertTrue(EncoderVersion.objects.filter(pk=first.pk).exists())
