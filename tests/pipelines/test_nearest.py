"""Near rows of a catalogue of 6,000 shots in 1,000 titles, against numpy's truth."""

from dataclasses import replace
from unittest import mock

import numpy as np
from django.db import connection, transaction
from django.test import TestCase

from catalog.models import DuplicateGroup, Shot, Title
from mlcore.matching.kinds import FRAME, MOTION
from mlcore.matching.masks import iou, pack, to_bit_string
from mlcore.matching.moments import Slot
from pipelines import nearest
from pipelines.filters import Filters, Lookup, lookups_of
from pipelines.indexes import ensure_indexes, forms_of
from pipelines.nearest import (
    QueryRow,
    choose_way,
    near_query,
    near_rows,
    reach_of,
    shortlist,
)
from pipelines.rows import read_rows, text
from tests.catalogues import add_catalogue, blob, blobs, copy_flows, copy_masks
from tests.factories import add_encoder, add_production, add_title

TO_HEADS = Lookup(
    frozenset({Slot.TAIL}), frozenset({Slot.HEAD}), enters=True, leaves=False
)
WANTED = 20


class StarvationTests(TestCase):
    """A filter never starves a result: as many rows come as there are, up to the limit."""

    @classmethod
    def setUpTestData(cls):
        cls.shots = add_catalogue(1_000, 6)
        cls.drawn = blobs(len(cls.shots), seed=5)
        copy_masks(cls.shots, cls.drawn)
        cls.version = add_encoder("mask")
        cls.form = forms_of(FRAME, cls.version)[0]
        ensure_indexes([cls.form])
        cls.titles = list(Title.objects.order_by("pk").values_list("pk", flat=True))
        cls.sought = blobs(5, seed=6)

    def query(self, mask):
        return QueryRow("placed", Slot.TAIL, to_bit_string(pack(mask)), "person")

    def truth(self, mask, titles, many=WANTED):
        """(shots, distances) of the nearest, by numpy."""
        far = [
            (1 - iou(mask, drawn), shot.pk)
            for shot, drawn in zip(self.shots, self.drawn, strict=True)
            if shot.title_id in titles
        ]
        return sorted(far)[:many]

    def plain(self, mask, filters):
        """What an index gives without iterating."""
        statement, values = near_query(
            self.form, self.query(mask), TO_HEADS, filters, by_index=True
        )
        with transaction.atomic():
            choose_way(by_index=True)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL hnsw.iterative_scan = off")
                cursor.execute("SET LOCAL hnsw.ef_search = 40")
            return read_rows(statement, [*values, WANTED])

    def test_narrow_filters_get_every_row_that_a_plain_search_loses(self):
        for titles in (10, 1):  # 1 % and .1 % of all
            allowed = tuple(self.titles[100 : 100 + titles])
            filters = Filters(titles=allowed)
            wanted = min(WANTED, 6 * titles)
            reach = reach_of(FRAME, self.version, filters)
            plain = 0
            for mask in self.sought:
                with self.subTest(titles=titles):
                    near = near_rows(reach, self.query(mask), TO_HEADS, many=WANTED)
                    self.assertEqual(len(near.shots), wanted)
                    self.assertTrue(near.exact)
                    far = [one[0] for one in self.truth(mask, set(allowed))]
                    np.testing.assert_allclose(near.distances, far, atol=1e-6)
                plain += len(self.plain(mask, filters))
            self.assertLess(plain, 0.3 * wanted * len(self.sought))

    def test_a_wide_filter_is_answered_by_the_index_with_all_of_the_truth(self):
        allowed = tuple(self.titles[:500])
        reach = replace(
            reach_of(FRAME, self.version, Filters(titles=allowed)), scanned=frozenset()
        )
        for mask in self.sought:
            near = near_rows(reach, self.query(mask), TO_HEADS, many=WANTED)
            self.assertFalse(near.exact)
            worst = self.truth(mask, set(allowed))[-1][0]
            found = sum(far <= worst + 1e-6 for far in near.distances)
            self.assertGreaterEqual(found, 0.95 * WANTED)

    def test_where_the_index_gives_up_a_scan_takes_over(self):
        allowed = tuple(self.titles[:10])
        reach = replace(
            reach_of(FRAME, self.version, Filters(titles=allowed)), scanned=frozenset()
        )
        with mock.patch.dict(nearest.BY_INDEX, {"hnsw.max_scan_tuples": "50"}):
            near = near_rows(reach, self.query(self.sought[0]), TO_HEADS, many=WANTED)

        self.assertTrue(near.exact)
        truth = self.truth(self.sought[0], set(allowed))
        self.assertEqual(set(near.shots), {shot for _, shot in truth})

    def test_a_filter_is_narrow_by_what_passes_not_by_what_it_names(self):
        self.assertTrue(Filters(titles=tuple(self.titles[:10])).is_narrow(2))
        self.assertFalse(Filters(titles=tuple(self.titles[:500])).is_narrow(2))
        self.assertFalse(Filters(min_seconds=1.0).is_narrow(2))
        self.assertTrue(Filters(min_seconds=5.0).is_narrow(2))
        self.assertTrue(Filters(min_handles=51).is_narrow(2))


class FilterTests(TestCase):
    """Every filter stands in the query; ten like shots, of which some pass."""

    @classmethod
    def setUpTestData(cls):
        cls.one, cls.other = add_production(), add_production()
        cls.shots = [
            *add_catalogue(1, 5, cls.one),
            *add_catalogue(1, 5, cls.other),
        ]
        circle = [blob(0.5, 0.5, 0.4, 0.6)] * 10
        for slot in ("head", "middle", "tail"):
            copy_masks(cls.shots, circle, slot=slot)
        cls.version = add_encoder("mask")

    def found(self, filters, slot=Slot.MIDDLE):
        reach = reach_of(FRAME, self.version, filters)
        value = to_bit_string(pack(blob(0.5, 0.5, 0.4, 0.6)))
        queries = [QueryRow("placed", slot, value, "person")]
        near = shortlist(reach, queries).shots
        return [at for at, shot in enumerate(self.shots) if shot.pk in near]

    def test_titles_in_and_out(self):
        first, second = self.shots[0].title_id, self.shots[5].title_id

        self.assertEqual(self.found(Filters()), list(range(10)))
        self.assertEqual(self.found(Filters(titles=(first,))), list(range(5)))
        self.assertEqual(self.found(Filters(titles=())), [])
        self.assertEqual(self.found(Filters(not_titles=(second,))), list(range(5)))

    def test_length_in_seconds_of_each_title(self):
        Title.objects.filter(pk=self.shots[5].title_id).update(rate_num=50)

        self.assertEqual(self.found(Filters(min_seconds=3.0)), list(range(5)))
        self.assertEqual(self.found(Filters(max_seconds=3.0)), list(range(5, 10)))

    def test_groups_single_shots_and_what_is_no_picture(self):
        group = DuplicateGroup.objects.create(production=self.one)
        keys = [shot.pk for shot in self.shots]
        Shot.objects.filter(pk__in=keys[1:3]).update(group=group)
        Shot.objects.filter(pk=keys[9]).update(role=Shot.Role.SLATE)

        left = Filters(not_groups=(group.pk,), not_shots=(keys[0],))
        self.assertEqual(self.found(left), list(range(3, 9)))

    def test_handles_beyond_the_row_on_the_side_where_the_cut_is(self):
        self.assertEqual(len(self.found(Filters(min_handles=50))), 10)
        self.assertEqual(self.found(Filters(min_handles=51)), [])
        # A head has nothing before it to be cut into, a tail nothing after it.
        self.assertEqual(self.found(Filters(min_handles=1), Slot.TAIL), [])

    def test_people_never_meet_things(self):
        copy_masks(
            self.shots[:1],
            [blob(0.5, 0.5, 0.4, 0.6)],
            slot="inner",
            subject="foreground",
        )
        reach = reach_of(FRAME, self.version, Filters())
        value = to_bit_string(pack(blob(0.5, 0.5, 0.4, 0.6)))
        thing = QueryRow("placed", Slot.MIDDLE, value, "foreground")

        self.assertEqual(shortlist(reach, [thing]).shots, {self.shots[0].pk})


class FormTests(TestCase):
    def test_a_shape_that_stands_elsewhere_is_found_by_its_centred_form(self):
        shots = add_catalogue(2, 150)
        crowd = blobs(300, seed=8)
        shape = blob(0.5, 0.5, 0.5, 0.9, round_=False)
        moved = [blob(0.2, 0.6, 0.2, 0.4, round_=False), *crowd[1:]]
        copy_masks(shots, moved, centred=[shape, *crowd[1:]])
        reach = reach_of(FRAME, add_encoder("mask"), Filters())
        corner = to_bit_string(pack(blob(0.85, 0.2, 0.2, 0.3, round_=False)))
        sought = [
            QueryRow("placed", Slot.TAIL, corner, "person"),
            QueryRow("centred", Slot.TAIL, to_bit_string(pack(shape)), "person"),
        ]

        self.assertNotIn(shots[0].pk, shortlist(reach, sought[:1], many=5).shots)
        both = shortlist(reach, sought, many=5)
        self.assertIn(shots[0].pk, both.shots)
        self.assertTrue(both.full)

    def test_a_cut_silhouette_is_sought_by_shape_alone(self):
        placed, centred = forms_of(FRAME, add_encoder("mask"))

        self.assertTrue(placed.whole_only)
        self.assertFalse(centred.whole_only)

    def test_movements_are_near_by_their_angle(self):
        shots = add_catalogue(1, 40)
        chance = np.random.default_rng(3)
        moved = chance.normal(size=(40, 24)).astype(np.float32)
        copy_flows(shots, moved)
        reach = reach_of(MOTION, add_encoder("flow"), Filters())
        query = QueryRow("vector", Slot.TAIL, text(7 * moved[17]))

        near = near_rows(reach, query, TO_HEADS, many=3)

        self.assertEqual(near.shots[0], shots[17].pk)
        self.assertAlmostEqual(near.distances[0], 0.0, places=3)

    def test_each_way_of_meeting_is_looked_up_once(self):
        ways = lookups_of(FRAME)

        self.assertEqual(len(ways), 3)
        both = [way for way in ways if way.enters and way.leaves]
        self.assertEqual([way.own for way in both], [way.others for way in both])

    def test_nothing_is_found_where_nothing_is_kept(self):
        add_title()
        reach = reach_of(MOTION, add_encoder("flow"), Filters())

        self.assertEqual(shortlist(reach, []).shots, set())
        self.assertEqual(reach.forms, {})
