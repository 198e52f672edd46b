import unittest
from collections import Counter

import numpy as np

from mlcore.matching.pairs import Candidates
from mlcore.matching.rank import MOST_IN_TOP, TOP, partners, rank


def candidates(pairs, frames=None):
    """Candidates of {(leaving, entering): score}, frames of their shots if given."""
    order = sorted(pairs)
    leaving = np.array([a for a, _ in order], np.int64).reshape(-1)
    entering = np.array([b for _, b in order], np.int64).reshape(-1)
    at = frames or {}
    return Candidates(
        leaving=leaving,
        entering=entering,
        score=np.array([pairs[p] for p in order], np.float32),
        leaving_frame=np.array([at.get(p, (10 * p[0], 0))[0] for p in order], np.int64),
        entering_frame=np.array(
            [at.get(p, (0, 10 * p[1] + 5))[1] for p in order], np.int64
        ),
        leaving_slot=np.zeros(len(order), np.uint8),
        entering_slot=np.zeros(len(order), np.uint8),
        parts={},
    )


def board(found, shots, adjacent=(), groups=None, **more):
    order = rank(
        found,
        adjacent=list(adjacent),
        groups=np.arange(shots) if groups is None else groups,
        **more,
    )
    return [(int(found.leaving[at]), int(found.entering[at])) for at in order]


def many(shots, seed=0):
    chance = np.random.default_rng(seed)
    return {
        (a, b): float(chance.random())
        for a in range(shots)
        for b in range(shots)
        if a != b
    }


class BoardTests(unittest.TestCase):
    def test_the_best_come_first(self):
        found = candidates({(0, 1): 0.2, (2, 3): 0.9, (4, 5): 0.5})

        self.assertEqual(board(found, 6), [(2, 3), (4, 5), (0, 1)])

    def test_pairs_that_are_cut_together_already_are_left_out(self):
        found = candidates({(0, 1): 0.9, (1, 0): 0.8, (2, 3): 0.5})

        self.assertEqual(board(found, 4, adjacent=[(0, 1)]), [(1, 0), (2, 3)])

    def test_repeats_of_a_shot_are_left_out_and_stand_for_it(self):
        found = candidates({(0, 2): 0.9, (0, 3): 0.8, (2, 0): 0.7, (4, 3): 0.6})
        groups = [0, 1, 0, 3, 4]  # shot 2 repeats shot 0, and is cut to shot 3

        self.assertEqual(board(found, 5, [(2, 3)], groups), [(4, 3)])

    def test_one_shot_stands_three_times_at_most_in_the_top_hundred(self):
        found = candidates(many(120))

        order = board(found, 120, total=3000)

        top = Counter(shot for pair in order[:TOP] for shot in pair)
        self.assertEqual(len(order), 3000)
        self.assertEqual(max(top.values()), MOST_IN_TOP)

    def test_what_had_to_wait_follows_by_score(self):
        found = candidates(many(120, seed=1))
        score = {
            (int(a), int(b)): float(s)
            for a, b, s in zip(found.leaving, found.entering, found.score, strict=True)
        }

        rest = [score[pair] for pair in board(found, 120, total=3000)[TOP:]]

        self.assertEqual(rest, sorted(rest, reverse=True))

    def test_a_small_title_ends_where_its_shots_are_used_up(self):
        order = board(candidates(many(6, seed=2)), 6)

        seen = Counter(shot for pair in order for shot in pair)
        self.assertLessEqual(max(seen.values()), MOST_IN_TOP)
        self.assertLessEqual(len(order), 6 * MOST_IN_TOP // 2)

    def test_the_same_two_frames_the_other_way_round_are_shown_once(self):
        frames = {(0, 1): (7, 8), (1, 0): (8, 7), (2, 3): (1, 2), (3, 2): (3, 4)}
        found = candidates({(0, 1): 0.9, (1, 0): 0.9, (2, 3): 0.5, (3, 2): 0.5}, frames)

        self.assertEqual(board(found, 4), [(0, 1), (2, 3), (3, 2)])

    def test_total_ends_the_list(self):
        self.assertEqual(len(board(candidates(many(40)), 40, total=10)), 10)

    def test_equal_scores_have_one_order_whatever_the_order_of_candidates(self):
        pairs = dict.fromkeys(many(30), 0.5)
        found = candidates(pairs)
        expected = board(found, 30)
        for seed in range(5):
            mixed = np.random.default_rng(seed).permutation(len(found))
            shuffled = Candidates(
                leaving=found.leaving[mixed],
                entering=found.entering[mixed],
                score=found.score[mixed],
                leaving_frame=found.leaving_frame[mixed],
                entering_frame=found.entering_frame[mixed],
                leaving_slot=found.leaving_slot[mixed],
                entering_slot=found.entering_slot[mixed],
                parts={},
            )

            self.assertEqual(board(shuffled, 30), expected)

    def test_nothing_to_rank_is_an_empty_board(self):
        self.assertEqual(board(candidates({}), 3), [])

    def test_input_without_sense_is_refused(self):
        found = candidates({(0, 5): 0.5})
        with self.assertRaisesRegex(ValueError, "outside"):
            board(found, 3)
        with self.assertRaisesRegex(ValueError, "group"):
            board(found, 6, groups=[0, 0, 1, 3, 4, 5])


class PartnerTests(unittest.TestCase):
    def test_every_shot_keeps_its_best_as_leaving_and_as_entering(self):
        pairs = many(12, seed=3)
        found = candidates(pairs)

        kept = {
            (int(found.leaving[at]), int(found.entering[at]))
            for at in partners(found, adjacent=[], groups=np.arange(12), per_shot=2)
        }

        expected = set()
        for shot in range(12):
            for side in (0, 1):
                own = [p for p in pairs if p[side] == shot]
                expected |= set(sorted(own, key=lambda p: -pairs[p])[:2])
        self.assertEqual(kept, expected)

    def test_they_are_best_first(self):
        found = candidates(many(12, seed=4))

        scores = found.score[partners(found, adjacent=[], groups=np.arange(12))]

        self.assertTrue((np.diff(scores) <= 0).all())


if __name__ == "__main__":
    unittest.main()
