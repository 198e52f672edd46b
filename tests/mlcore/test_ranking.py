"""Rankings learned from labels: classifiers, their keeping, chance."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from mlcore.boosted import boosting, exported
from mlcore.matching.chance import EVERY, with_chance
from mlcore.matching.moments import Slot
from mlcore.matching.pairs import Candidates
from mlcore.matching.rank import MOST_IN_TOP
from mlcore.matching.ranking.choosing import choose_ranker
from mlcore.matching.ranking.keeping import load_projection
from mlcore.matching.ranking.logistic import fit_logistic
from mlcore.matching.ranking.pairfeatures import PairFeatures, part_columns
from mlcore.matching.ranking.ranker import (
    RankerConfig,
    fit_ranker,
    load_ranker,
    save_ranker,
)
from mlcore.metrics import average_precision
from tests.full_disk import check_saved_whole


def noisy(n=400, features=5, seed=0):
    """Features of which the first two decide, with noise."""
    chance = np.random.default_rng(seed)
    x = chance.normal(size=(n, features))
    labels = (x[:, 0] - 0.7 * x[:, 1] + chance.normal(size=n) > 0.5).astype(np.int64)
    return x, labels


def features_of(x, looks=0, seed=0):
    chance = np.random.default_rng(seed)
    sides = chance.normal(size=(2, len(x), looks)).astype(np.float32)
    names = tuple(f"f{number}" for number in range(x.shape[1]))
    return PairFeatures(names=names, plain=x, leaving=sides[0], entering=sides[1])


class NamedTests(unittest.TestCase):
    def test_columns_come_in_the_order_that_is_asked_for_and_a_clip_s_may_lack(self):
        x, _ = noisy(n=6, features=3)

        found = features_of(x).named(("f2", "clip 7", "f0"))

        self.assertEqual(found.names, ("f2", "clip 7", "f0"))
        np.testing.assert_array_equal(found.plain[:, [0, 2]], x[:, [2, 0]])
        self.assertTrue(np.isnan(found.plain[:, 1]).all())
        with self.assertRaisesRegex(ValueError, "no iou of these pairs"):
            features_of(x).named(("f0", "iou"))


class ClassifierTests(unittest.TestCase):
    def test_logistic_regression_says_what_scikit_learn_says(self):
        x, labels = noisy()
        ours = fit_logistic(x, labels, strength=0.1)
        scaled = (x - x.mean(axis=0)) / x.std(axis=0)
        theirs = LogisticRegression(C=0.1 / np.sqrt(5), max_iter=1000)

        theirs.fit(scaled, labels)

        np.testing.assert_allclose(
            ours.log_odds(x), theirs.decision_function(scaled), atol=1e-12
        )

    def test_exported_trees_say_what_scikit_learn_says(self):
        x, labels = noisy(features=80)
        fitted = boosting(3, features=80).fit(x, labels)
        fresh = np.random.default_rng(4).normal(size=(500, 80))

        ours = exported(fitted).log_odds(fresh)

        np.testing.assert_allclose(ours, fitted.decision_function(fresh), atol=1e-12)

    def test_what_is_said_of_a_pair_does_not_depend_on_the_others(self):
        x, labels = noisy(n=2500)
        features = features_of(x, looks=40)
        for model in ("logistic", "boosted"):
            config = RankerConfig(model=model, embedding="concat")
            ranker = fit_ranker(features, labels, x[:, 0], config)
            whole = ranker.probability(features)
            alone = [ranker.probability(features.pick([at]))[0] for at in (0, 7, 2499)]
            with self.subTest(model):
                self.assertEqual(alone, whole[[0, 7, 2499]].tolist())


class RankerTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.weights = Path(folder.name) / "weights.safetensors"

    def test_a_kept_ranking_says_the_same_to_the_last_bit(self):
        x, labels = noisy()
        x[3, 2] = np.nan
        features = features_of(x, looks=8)
        for model in ("logistic", "boosted"):
            config = RankerConfig(model=model, embedding="difference", seed=5)
            ranker = fit_ranker(features, labels, x[:, 0], config)
            save_ranker(ranker, self.weights)
            again = load_ranker(self.weights)
            with self.subTest(model):
                self.assertEqual(again.config, config)
                np.testing.assert_array_equal(
                    again.probability(features), ranker.probability(features)
                )

    def test_a_full_disk_is_one_sentence_and_the_ranking_before_stays(self):
        x, labels = noisy()
        ranker = fit_ranker(features_of(x), labels, x[:, 0], RankerConfig())

        check_saved_whole(self, self.weights, lambda: save_ranker(ranker, self.weights))

    def test_weights_of_something_else_are_refused(self):
        x, labels = noisy()
        save_ranker(
            fit_ranker(features_of(x), labels, x[:, 0], RankerConfig()), self.weights
        )
        for text in ('{"config": {"model": "forest"}}', "{}", "no JSON"):
            self.weights.with_suffix(".json").write_text(text)
            with self.subTest(text), self.assertRaisesRegex(ValueError, "no ranking"):
                load_ranker(self.weights)
        with self.assertRaisesRegex(ValueError, "no projection"):
            load_projection(self.weights)

    def test_other_features_than_those_it_learned_are_refused(self):
        x, labels = noisy()
        ranker = fit_ranker(features_of(x), labels, x[:, 0], RankerConfig())

        with self.assertRaisesRegex(ValueError, "looks at f0, f1"):
            ranker.probability(replace(features_of(x), names=("a", "b", "c", "d", "e")))

    def test_one_sort_of_label_teaches_nothing(self):
        x, _ = noisy()

        with self.assertRaisesRegex(ValueError, "good and bad"):
            fit_ranker(features_of(x), np.ones(400, np.int64), x[:, 0], RankerConfig())

    def test_three_hundred_labels_with_thirty_good_ones_are_enough_to_train(self):
        x, _ = noisy(n=300)
        labels = np.zeros(300, np.int64)
        labels[np.argsort(-x[:, 0])[:30]] = 1
        titles = np.arange(300) % 12

        ranker, trials = choose_ranker(
            features_of(x, looks=4), labels, x[:, 1], titles, seed=0
        )

        self.assertEqual(len(trials), 8)
        best = max(trials, key=lambda trial: trial.ap).config
        self.assertEqual(ranker.config, best)
        fresh = np.random.default_rng(9).normal(size=(400, 5))
        truth = (fresh[:, 0] > 1.3).astype(np.int64)
        said = ranker.probability(features_of(fresh, looks=4))
        self.assertGreater(average_precision(truth, said), 0.8)

    def test_a_standing_lies_on_the_scale_of_the_scores_and_keeps_the_order(self):
        x, labels = noisy()
        scores = np.random.default_rng(1).uniform(0.3, 0.9, 400)
        ranker = fit_ranker(features_of(x), labels, scores, RankerConfig())
        said = ranker.probability(features_of(x))

        standing = ranker.standing(said)

        self.assertAlmostEqual(standing.max(), scores.max())
        self.assertAlmostEqual(float(np.median(standing)), float(np.median(scores)), 2)
        self.assertTrue((np.diff(standing[np.argsort(said)]) >= 0).all())

    def test_a_move_to_the_left_is_worth_one_to_the_right(self):
        parts = {"dx": np.float32([-0.2, 0.2]), "scale": np.float32([0.5, 2.0])}

        columns = part_columns(parts)

        np.testing.assert_allclose(columns["dx"], [0.2, 0.2], atol=1e-6)
        np.testing.assert_allclose(columns["scale"], np.log([2, 2]), atol=1e-6)


class ChanceTests(unittest.TestCase):
    def candidates(self, pairs):
        n = len(pairs)
        leaving, entering = np.array(pairs).T
        return Candidates(
            leaving=leaving,
            entering=entering,
            score=np.linspace(1, 0.3, n).astype(np.float32),
            leaving_frame=100 * leaving + 99,
            entering_frame=100 * entering,
            leaving_slot=np.full(n, Slot.TAIL, np.uint8),
            entering_slot=np.full(n, Slot.HEAD, np.uint8),
            parts={},
        )

    def setUp(self):
        # 100 pairs of shots of their own, and 100 more to draw from.
        self.found = self.candidates([(2 * n, 2 * n + 1) for n in range(200)])
        self.order, self.pool = np.arange(100), np.arange(100, 200)

    def board(self, seed="frame:1", total=60):
        return with_chance(self.order, self.found, self.pool, seed=seed, total=total)

    def test_every_twentieth_place_is_drawn_and_the_rest_keep_their_order(self):
        board, drawn = self.board()

        self.assertEqual(np.flatnonzero(drawn).tolist(), [19, 39, 59])
        self.assertEqual(board[~drawn].tolist(), list(range(57)))
        self.assertTrue((board[drawn] >= 100).all())
        self.assertEqual(EVERY, 20)

    def test_the_same_seed_draws_the_same_and_another_seed_others(self):
        first, again, other = self.board(), self.board(), self.board("frame:2")

        self.assertEqual(first[0].tolist(), again[0].tolist())
        self.assertNotEqual(first[0].tolist(), other[0].tolist())

    def test_no_shot_that_stands_there_often_and_no_pair_turned_round_is_drawn(self):
        pairs = [(0, n) for n in range(1, 1 + MOST_IN_TOP)]
        pairs += [(2 * n, 2 * n + 1) for n in range(10, 30)]
        turned = [(b, a) for a, b in pairs]
        often = [(0, 200 + n) for n in range(5)]
        self.found = self.candidates([*pairs, *turned, *often, (300, 301)])
        self.order = np.arange(len(pairs))
        self.pool = np.arange(len(pairs), len(self.found))

        board, drawn = self.board()

        self.assertEqual(board[drawn].tolist(), [len(self.found) - 1])


if __name__ == "__main__":
    unittest.main()
