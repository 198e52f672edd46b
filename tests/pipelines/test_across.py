"""One title against all others, on rows: what meets, what may not, and what stands once."""

import numpy as np
from django.test import TestCase

from catalog.models import DuplicateGroup, Job, MatchCandidate, MatchSet, Shot
from catalog.services import ask_across
from pipelines.across import across, own_shots, still_there
from pipelines.jobs import Claim
from tests.catalogues import (
    add_catalogue,
    blob,
    blobs,
    copy_looks,
    copy_masks,
    live_encoders,
)
from tests.factories import add_production, add_user

FIGURE = blob(0.3, 0.5, 0.25, 0.8)


def claimed(job: Job) -> Claim:
    """The job, taken by a worker that is this test."""
    mine = Job.objects.claim(job.pk, worker="test", device="cpu")
    if mine is None:
        raise AssertionError(f"{job} is not to be had")
    return Claim(mine)


def pairs(title):
    """(leaving, entering) keys of the title's live set across, best first."""
    live = title.match_sets.get(live=True, scope=MatchSet.Scope.ACROSS)
    return list(live.candidates.best_first().values_list("leaving", "entering"))


class AcrossTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        live_encoders()
        cls.one, cls.two = add_production(), add_production()
        cls.mine = add_catalogue(1, 3, cls.one)
        cls.theirs = add_catalogue(3, 4, cls.two)
        cls.title = cls.mine[0].title
        everybody = [*cls.mine, *cls.theirs]
        drawn = blobs(len(everybody), seed=21)
        cls.planted = cls.theirs[5]
        drawn[0] = drawn[everybody.index(cls.planted)] = FIGURE
        for slot in ("head", "middle", "tail"):
            copy_masks(everybody, drawn, slot=slot)
        cls.looks = np.random.default_rng(22)

    def run_across(self, title=None):
        title = title or self.title
        claim = claimed(ask_across(title))
        across(claim)
        claim.job.end(Job.State.DONE)
        return pairs(title)

    def test_the_planted_pair_across_titles_is_first_both_ways(self):
        found = self.run_across()

        own, other = self.mine[0].pk, self.planted.pk
        self.assertEqual(set(found[:2]), {(own, other), (other, own)})
        sides = {shot.pk for shot in self.mine}
        self.assertTrue(all(len(sides & set(pair)) == 1 for pair in found))
        best = MatchCandidate.objects.live().best_first()[0]
        self.assertEqual((best.score, best.rank), (1.0, 1))
        self.assertEqual(best.leaving_frame, best.leaving.end_frame - 1)
        self.assertEqual(best.entering_frame, best.entering.first_frame)

    def test_a_new_search_replaces_only_the_set_of_its_scope(self):
        within = MatchSet.objects.create(title=self.title, live=True)
        self.run_across()
        self.run_across()

        within.refresh_from_db()
        self.assertTrue(within.live)
        sets = self.title.match_sets.filter(scope=MatchSet.Scope.ACROSS)
        self.assertEqual(sorted(sets.values_list("live", flat=True)), [False, True])

    def test_a_pair_is_shown_to_who_may_see_both_titles(self):
        self.run_across()
        half = add_user("", "viewer", [self.one])
        both = add_user("", "viewer", [self.one, self.two])
        live = MatchCandidate.objects.live()

        self.assertEqual(live.visible_to(half).count(), 0)
        self.assertEqual(live.visible_to(both).count(), live.count())

    def test_a_pair_that_both_titles_find_stands_once(self):
        self.run_across()
        self.run_across(self.planted.title)
        live = MatchCandidate.objects.live()
        own, other = self.mine[0].pk, self.planted.pk

        twice = live.filter(leaving=own, entering=other)
        self.assertEqual(twice.count(), 2)
        self.assertEqual(twice.one_a_pair().count(), 1)
        self.assertEqual(twice.one_a_group().count(), 1)

    def test_the_copies_of_a_shot_stand_once_by_the_earliest(self):
        own = {shot.pk for shot in self.mine}
        others = sorted({key for pair in self.run_across() for key in pair} - own)
        group = DuplicateGroup.objects.create(production=self.two)
        Shot.objects.filter(pk__in=others[:3]).update(group=group)
        found = {key for pair in self.run_across() for key in pair} - own

        self.assertEqual(found, {others[0], *others[3:]})

    def test_a_copy_of_an_own_shot_is_no_pair_with_another_title(self):
        group = DuplicateGroup.objects.create(production=self.one)
        alike = [self.mine[0].pk, self.mine[1].pk, self.planted.pk]
        Shot.objects.filter(pk__in=alike).update(group=group)

        self.assertEqual(own_shots(self.title), [self.mine[0].pk, self.mine[2].pk])
        found = self.run_across()
        self.assertNotIn(self.planted.pk, {key for pair in found for key in pair})

    def test_the_same_picture_in_another_production_is_no_match(self):
        same = [self.mine[0], self.planted]
        copy_looks(same, self.looks, alike=True)
        found = self.run_across()

        self.assertNotIn((self.mine[0].pk, self.planted.pk), found)

    def test_pairs_with_a_shot_that_another_title_has_replaced_are_left_out(self):
        self.run_across()
        rows = list(MatchCandidate.objects.live())
        gone = {self.planted.pk}
        kept = [r for r in rows if not gone & {r.leaving_id, r.entering_id}]
        Shot.objects.filter(pk__in=gone).delete()

        self.assertLess(len(kept), len(rows))
        self.assertEqual(still_there(rows), kept)

    def test_a_lonely_title_has_an_empty_set(self):
        Shot.objects.exclude(title=self.title).delete()

        self.assertEqual(self.run_across(), [])

    def test_asking_while_one_runs_asks_for_another_after_it(self):
        first = ask_across(self.title)
        self.assertEqual(ask_across(self.title), first)
        claimed(first)

        self.assertNotEqual(ask_across(self.title), first)
