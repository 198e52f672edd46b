import re
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.suggesting.table import lines
from mlcore.components.suggesting.choosing import choose
from mlcore.components.suggesting.context import Contexts, Measure, contexts_of
from mlcore.components.suggesting.holding_out import foresight, places
from mlcore.components.suggesting.keeping import (
    Kept,
    load_recommenders,
    save_recommenders,
)
from mlcore.components.suggesting.learning import PLAIN, LearningConfig, learn
from mlcore.components.suggesting.recommender import recommender_from
from tests.full_disk import check_saved_whole

KINDS, DIMS, MEASURES = 20, 8, 5
NAMES = tuple(
    Measure(f"m{n}", f"much of {n}", f"little of {n}") for n in range(MEASURES)
)

FIGURE = r"R@1 +([\d.]+)% \[ *([\d.]+)%, +([\d.]+)%\]"


class House:
    """A house that chooses by a rule on what components are like, with some whim."""

    def __init__(self, seed=0, whim=0.3, warm=KINDS):
        self.chance = np.random.default_rng(seed)
        raw = self.chance.normal(size=(KINDS, DIMS))
        self.embeddings = raw / np.linalg.norm(raw, axis=1, keepdims=True)
        self.rule = 6 * self.chance.normal(size=(MEASURES, DIMS))
        self.whim, self.warm = whim, warm

    def cuts(self, many, plain=0.5, warm=None):
        x = self.chance.normal(size=(many, MEASURES))
        liked = x @ self.rule @ self.embeddings.T
        used = liked[:, : warm or self.warm].argmax(axis=1)
        whim = self.chance.random(many) < self.whim
        used[whim] = self.chance.integers(0, warm or self.warm, whim.sum())
        # A cut between like shots stays plain.
        used[x[:, 0] < np.quantile(x[:, 0], plain)] = PLAIN
        return Contexts(NAMES, x), used


class LearningTests(unittest.TestCase):
    def test_a_rule_is_learned_that_random_embeddings_cannot_carry_to_new_components(
        self,
    ):
        house = House(warm=14)
        contexts, used = house.cuts(3000)
        scattered = np.random.default_rng(9).normal(size=(KINDS, DIMS))
        scattered /= np.linalg.norm(scattered, axis=1, keepdims=True)
        asked, truth = house.cuts(3000, warm=KINDS)
        cold = truth >= 14
        counts = np.ones(KINDS)  # in the menu for equally long

        hits = {}
        for name, embeddings in (("own", house.embeddings), ("random", scattered)):
            model = learn(contexts, used, embeddings, LearningConfig())
            log_p = model.log_probabilities(asked.of(cold), embeddings, counts)
            hits[name] = (log_p[:, :-1].argmax(1) == truth[cold]).mean()

        self.assertGreater(hits["own"], 3 / KINDS)
        self.assertLess(hits["random"], 2 / KINDS)

    def test_how_often_choices_follow_no_rule_is_learned_too(self):
        for whim in (0.0, 0.3):
            house = House(seed=4, whim=whim)
            contexts, used = house.cuts(2000)
            model = learn(contexts, used, house.embeddings, LearningConfig())
            self.assertAlmostEqual(model.whim, whim, delta=0.1)

    def test_it_beats_popularity_and_knows_when_a_cut_stays_plain(self):
        house = House(seed=1)
        contexts, used = house.cuts(2000)
        model = learn(contexts, used, house.embeddings, LearningConfig())
        asked, truth = house.cuts(2000)
        counts = np.bincount(used[used != PLAIN], minlength=KINDS).astype(float)

        log_p = model.log_probabilities(asked, house.embeddings, counts)

        something = truth != PLAIN
        best = log_p[something, :-1].argmax(1)
        popular = (truth[something] == counts.argmax()).mean()
        self.assertGreater((best == truth[something]).mean(), popular + 0.3)
        right = (log_p[:, -1] > np.log(0.5)) == ~something
        self.assertGreater(right.mean(), 0.9)
        np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1.0)

    def test_without_any_context_the_most_used_comes_first(self):
        house = House(seed=2)
        contexts, used = house.cuts(500)
        nothing = Contexts(NAMES, np.full_like(contexts.values, np.nan))
        model = learn(nothing, used, house.embeddings, LearningConfig(ridge=1e6))
        counts = np.bincount(used[used != PLAIN], minlength=KINDS).astype(float)

        log_p = model.log_probabilities(nothing.of([0]), house.embeddings, counts)

        self.assertEqual(log_p[0, :-1].argmax(), counts.argmax())

    def test_too_few_examples_are_refused(self):
        house = House()
        contexts, used = house.cuts(20)

        with self.assertRaisesRegex(ValueError, "too few"):
            learn(contexts, np.full(20, PLAIN), house.embeddings, LearningConfig())
        with self.assertRaisesRegex(ValueError, "too few"):
            learn(contexts, np.abs(used), house.embeddings, LearningConfig())
        with self.assertRaisesRegex(ValueError, "above 0"):
            LearningConfig(ridge=0)

    def test_what_is_kept_of_it_suggests_the_same(self):
        house = House(seed=3)
        contexts, used = house.cuts(300)
        model = learn(contexts, used, house.embeddings, LearningConfig())

        again = recommender_from(model.arrays())

        counts = np.ones(KINDS)
        np.testing.assert_array_equal(
            model.log_probabilities(contexts, house.embeddings, counts),
            again.log_probabilities(contexts, house.embeddings, counts),
        )

    def test_one_kept_before_whim_was_learned_is_read_as_it_was(self):
        house = House(seed=3)
        contexts, used = house.cuts(300)
        arrays = learn(contexts, used, house.embeddings, LearningConfig()).arrays()
        del arrays["whim"]

        before = recommender_from(arrays)

        self.assertEqual(before.whim, 0.0)
        log_p = before.log_probabilities(contexts, house.embeddings, np.ones(KINDS))
        np.testing.assert_allclose(np.exp(log_p).sum(axis=1), 1.0)


class ChoosingTests(unittest.TestCase):
    def setUp(self):
        self.house = House(seed=4)
        contexts, used = self.house.cuts(1000)
        self.model = learn(contexts, used, self.house.embeddings, LearningConfig())
        self.context = contexts.of([int(np.argmax(contexts.values[:, 0]))])
        self.counts = np.ones(KINDS)

    def choices(self, top, few=KINDS):
        return choose(
            self.model,
            self.context,
            self.house.embeddings[:few],
            self.counts[:few],
            top=top,
        )

    def test_the_plain_cut_is_always_among_them(self):
        for top in (1, 3, KINDS + 1):
            with self.subTest(top=top):
                places = [each.place for each in self.choices(top)]
                self.assertEqual(places.count(None), 1)
                self.assertEqual(len(places), top)

    def test_they_are_ranked_and_share_out_one(self):
        sure = [each.confidence for each in self.choices(KINDS + 1)]

        self.assertEqual(sure, sorted(sure, reverse=True))
        self.assertAlmostEqual(sum(sure), 1.0)

    def test_those_that_nobody_used_and_that_are_all_alike_are_left_out(self):
        nothing = np.full_like(self.context.values, np.nan)
        self.context = Contexts(NAMES, nothing)
        self.model = replace(self.model, bias=np.zeros(DIMS))
        self.counts = np.zeros(KINDS)
        self.counts[[3, 7]] = 1

        def places(top):
            return {each.place for each in self.choices(top)}

        self.assertEqual(places(6), {3, 7, None})
        # Where all have room none is left out.
        self.assertEqual(places(KINDS + 1), {*range(KINDS), None})
        # Those that were used stay, though others that were have no room.
        self.counts[:] = 1
        self.assertEqual(len(places(6)), 6)

    def test_where_nothing_is_possible_a_plain_cut_is_all(self):
        only = self.choices(5, few=0)

        self.assertEqual(
            [(each.place, each.confidence) for each in only], [(None, 1.0)]
        )

    def test_reasons_are_what_made_the_lead(self):
        best = self.choices(KINDS + 1)[0]
        x = self.model.standardised(self.context)
        liked = (x @ self.model.matrix @ self.house.embeddings.T)[0]

        added = self.model.reasons(self.context, self.house.embeddings, best.place)

        self.assertAlmostEqual(added.sum(), liked[best.place] - liked.mean())
        strongest = NAMES[int(np.argmax(added))]
        self.assertIn(best.measures[0], (strongest.high, strongest.low))

    def test_at_least_one_must_be_asked_for(self):
        with self.assertRaisesRegex(ValueError, "at least one"):
            self.choices(0)


class ContextTests(unittest.TestCase):
    def test_what_a_row_lacks_is_not_known_and_says_nothing(self):
        contexts = contexts_of(NAMES[:2], [{"m0": 1.0, "m1": None}, {"m0": 3.0}])

        np.testing.assert_array_equal(contexts.values, [[1, np.nan], [3, np.nan]])
        model = learn(
            Contexts(NAMES[:2], np.repeat(contexts.values, 4, axis=0)),
            np.array([0, 0, 1, PLAIN, 1, 1, PLAIN, 0]),
            np.eye(2),
            LearningConfig(),
        )
        np.testing.assert_array_equal(model.standardised(contexts)[:, 1], [0, 0])

    def test_values_that_do_not_fit_the_measures_are_refused(self):
        with self.assertRaisesRegex(ValueError, "do not fit"):
            Contexts(NAMES, np.zeros((3, 2)))


class ForesightTests(unittest.TestCase):
    def test_places_of_what_was_used_are_counted_and_plain_cuts_left_out(self):
        scores = np.array([[3.0, 2, 1], [3, 2, 1], [1, 1, 0], [3, 2, 1]])
        used = np.array([0, 2, 1, PLAIN])

        np.testing.assert_array_equal(places(scores, used), [1, 3, 1.5])
        found = foresight(scores, used)
        self.assertEqual((found.cuts, found.five, found.place), (3, 1, 5.5 / 3))
        self.assertAlmostEqual(found.first, 1 / 3)
        with self.assertRaisesRegex(ValueError, "no cut has a component"):
            foresight(scores, np.full(4, PLAIN))

    def test_the_bench_prints_each_figure_with_an_interval_over_cuts(self):
        warm = 22
        truth = np.repeat([0, warm, PLAIN], [40, 20, 5])
        # The warm one comes first in half of its cuts, else last; the cold one second.
        scores = np.zeros((65, 30))
        scores[:20, 0], scores[20:40, 0], scores[40:60, warm] = 1, -1, 1
        scores[40:60, 0] = 2

        name, every, known, new = lines("an arm", scores, truth, warm=warm)

        self.assertEqual(name.strip(), "an arm")
        self.assertIn("all  of   60  R@1 33.3% [", every)
        share, low, high = map(float, re.search(FIGURE, known).groups())
        self.assertEqual(share, 50)
        # Binomial: 40 cuts are off by 7.9 points, and 95 % lie within twice that.
        self.assertAlmostEqual(low, 50 - 15.5, delta=3)
        self.assertAlmostEqual(high, 50 + 15.5, delta=3)
        self.assertIn("R@1  0.0% [ 0.0%,  0.0%]  R@5 100.0% [100.0%, 100.0%]", new)
        self.assertIn("rank  2.0 [ 2.0,  2.0]", new)


class KeepingTests(unittest.TestCase):
    def test_recommenders_are_kept_whole_and_say_the_same_when_read_again(self):
        house = House()
        contexts, used = house.cuts(200)
        model = learn(contexts, used, house.embeddings, LearningConfig())
        keys = tuple(f"transition/{n}/0" for n in range(KINDS))
        names = tuple(each.name for each in NAMES)
        kept = {"cut": Kept(model, keys, np.ones(KINDS), names)}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "recommenders.safetensors"
            check_saved_whole(self, path, lambda: save_recommenders(kept, path))
            again = load_recommenders(path, {"cut": NAMES})["cut"]

        self.assertEqual((again.keys, again.measures), (keys, names))
        asked = (contexts, house.embeddings, again.counts)
        np.testing.assert_array_equal(
            again.recommender.log_probabilities(*asked), model.log_probabilities(*asked)
        )
