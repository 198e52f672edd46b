import unittest

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from mlcore.matching.kinds import (
    FRAME,
    KINDS,
    MOTION,
    LooksTwice,
    frame_rows,
    motion_rows,
)
from mlcore.matching.masks import centred, pack, placed
from mlcore.matching.moments import COMPARISONS, Slot
from mlcore.matching.pairs import Barred, explain_pairs, score_pairs
from mlcore.matching.topk import Limits, TopPairs
from tests.mlcore.drawn import bust, figure
from tests.mlcore.rows import WIDE, random_frame_rows, random_motion_rows


def naive(kind, rows):
    """Every ordered pair's best score, one comparison after the other."""
    twice = isinstance(kind, LooksTwice)
    best = {}
    for leaving_slots, entering_slots in COMPARISONS:
        for i in range(len(rows)):
            for j in range(len(rows)):
                if (
                    rows.slot[i] not in leaving_slots
                    or rows.slot[j] not in entering_slots
                ):
                    continue
                pair = int(rows.shot[i]), int(rows.shot[j])
                sides = rows.pick([i]), rows.pick([j])
                score = kind.score_from_parts(kind.parts(*sides))[0]
                first = kind.estimates(*sides)[0] if twice else score
                if pair[0] != pair[1] and first > best.get(pair, (0, 0))[0]:
                    best[pair] = first, score
    return {pair: score for pair, (_, score) in best.items()}


def as_dict(found):
    pairs = zip(found.leaving.tolist(), found.entering.tolist(), strict=True)
    return dict(zip(pairs, found.score, strict=True))


def as_pairs(scores):
    return {
        (int(a), int(b)): scores[a, b] for a, b in zip(*np.nonzero(scores), strict=True)
    }


class PairTests(unittest.TestCase):
    def test_all_pairs_are_bit_equal_to_the_naive_reference(self):
        for name, rows in {
            "frame": random_frame_rows(8, seed=7),
            "motion": random_motion_rows(15, seed=8),
        }.items():
            with self.subTest(name):
                limits = Limits(per_shot=15, total=1000)
                found = score_pairs(KINDS[name], rows, 15, limits=limits)

                self.assertEqual(as_dict(found), naive(KINDS[name], rows))

    def test_the_score_can_be_made_again_from_the_stored_parts(self):
        for name, rows in {
            "frame": random_frame_rows(30, seed=9),
            "motion": random_motion_rows(30, seed=10),
        }.items():
            with self.subTest(name):
                found = score_pairs(KINDS[name], rows, 30)

                again = KINDS[name].score_from_parts(found.parts)

                self.assertTrue(np.array_equal(found.score, again))

    def test_the_best_of_each_shot_and_of_all_are_kept_and_no_others(self):
        rows = random_motion_rows(90, seed=11)
        everything = naive(MOTION, rows)
        limits = Limits(per_shot=3, total=40)

        found = score_pairs(MOTION, rows, 90, limits=limits)

        def first(pairs, many):
            order = sorted(pairs, key=lambda p: (-everything[p], p))
            return set(order[:many])

        expected = first(everything, 40)
        for shot in range(90):
            expected |= first([p for p in everything if p[0] == shot], 3)
            expected |= first([p for p in everything if p[1] == shot], 3)
        self.assertEqual(set(as_dict(found)), expected)

    def test_a_second_look_changes_the_order_and_keeps_the_best_of_a_longer_list(self):
        rows = random_frame_rows(40, seed=3).sorted()
        few = Limits(per_shot=1, total=20)

        kept = as_dict(score_pairs(FRAME, rows, 40, limits=few))

        estimate = np.zeros((40, 40), np.float32)
        for slots in COMPARISONS:
            leaving, entering = (rows.in_slots(side) for side in slots)
            at = leaving.shot[:, None], entering.shot[None, :]
            np.maximum.at(estimate, at, FRAME.scores(leaving, entering))
        np.fill_diagonal(estimate, 0)
        listed = self.best(as_pairs(estimate), FRAME.wider, 20 * FRAME.wider)
        leaving, entering = np.array(sorted(listed)).T
        exact = as_dict(explain_pairs(FRAME, rows, leaving, entering))
        self.assertEqual(set(kept), self.best(exact, 1, 20))
        self.assertEqual(kept, {pair: exact[pair] for pair in kept})
        self.assertNotEqual(set(kept), self.best(as_pairs(estimate), 1, 20))

    def best(self, scores, per_shot, total):
        """The best pairs of all and of each shot, as leaving and as entering."""
        order = sorted(scores, key=lambda pair: (-scores[pair], pair))
        kept = set(order[:total])
        for shot in {shot for pair in scores for shot in pair}:
            for side in (0, 1):
                kept |= set([pair for pair in order if pair[side] == shot][:per_shot])
        return kept

    def test_equal_scores_are_decided_by_the_shots_whatever_the_order_of_rows(self):
        alike = motion_rows(
            shot=np.repeat(np.arange(80), 2),
            slot=np.tile([Slot.HEAD, Slot.TAIL], 80),
            frame=np.arange(160),
            vector=np.ones((160, 3)),
            speed=np.full(160, 0.1),
        )
        limits = Limits(per_shot=2, total=5)
        one = score_pairs(MOTION, alike, 80, limits=limits)
        for seed in range(5):
            shuffled = alike.pick(np.random.default_rng(seed).permutation(160))

            two = score_pairs(MOTION, shuffled, 80, limits=limits)

            self.assertEqual(as_dict(one), as_dict(two))
            self.assertTrue(np.array_equal(one.leaving_frame, two.leaving_frame))

    def test_the_number_of_threads_changes_nothing(self):
        rows = random_motion_rows(70, seed=12)
        with threadpool_limits(1):
            one = score_pairs(MOTION, rows, 70)
        with threadpool_limits(4):
            four = score_pairs(MOTION, rows, 70)

        self.assertEqual(as_dict(one), as_dict(four))

    def test_the_moments_of_the_best_comparison_are_told(self):
        stands, moved = figure(centre=(0.3, 0.55)), bust(centre=(0.7, 0.5), height=0.6)
        masks = [moved, stands, stands, stands, moved, moved]
        rows = frame_rows(
            shot=[0, 0, 0, 1, 1, 1],
            slot=[Slot.HEAD, Slot.MIDDLE, Slot.TAIL] * 2,
            frame=[10, 15, 19, 50, 55, 59],
            placed=[pack(placed(m)) for m in masks],
            centred=[pack(centred(m, WIDE)) for m in masks],
            person=[True] * 6,
            aspect=[WIDE] * 6,
        )

        found = score_pairs(FRAME, rows, 2)

        self.assertEqual(as_dict(found), {(0, 1): 1.0, (1, 0): 1.0})
        self.assertEqual(found.leaving_frame.tolist(), [19, 59])
        self.assertEqual(found.entering_frame.tolist(), [50, 10])
        self.assertEqual(found.leaving_slot.tolist(), [Slot.TAIL] * 2)
        self.assertEqual(found.entering_slot.tolist(), [Slot.HEAD] * 2)

    def test_moments_every_two_seconds_meet_the_middles(self):
        rows = motion_rows(
            shot=[0, 0, 1],
            slot=[Slot.MIDDLE, Slot.INNER, Slot.MIDDLE],
            frame=[1, 2, 3],
            vector=np.array([[1.0, 0], [0, 1.0], [0, 1.0]]),
            speed=[0.1] * 3,
        )

        found = score_pairs(MOTION, rows, 2)

        self.assertEqual(as_dict(found), {(0, 1): 1.0, (1, 0): 1.0})
        self.assertEqual(found.leaving_frame.tolist(), [2, 3])

    def test_barred_shots_and_pairs_do_not_come(self):
        rows = random_motion_rows(20, seed=13)
        out = Barred(shots=np.arange(20) == 4, pairs=np.array([[0, 1], [7, 3]]))

        found = as_dict(
            score_pairs(MOTION, rows, 20, barred=out, limits=Limits(per_shot=20))
        )

        expected = naive(MOTION, rows)
        for pair in list(expected):
            if 4 in pair or pair in {(0, 1), (7, 3)}:
                del expected[pair]
        self.assertEqual(found, expected)

    def test_no_rows_and_no_shots_give_no_pairs(self):
        none = random_motion_rows(0)

        self.assertEqual(len(score_pairs(MOTION, none, 0)), 0)
        self.assertEqual(len(score_pairs(MOTION, none, 5)), 0)
        self.assertEqual(len(score_pairs(FRAME, random_frame_rows(0), 5)), 0)

    def test_shots_outside_are_refused(self):
        with self.assertRaisesRegex(ValueError, "outside"):
            score_pairs(MOTION, random_motion_rows(5), 3)

    def test_limits_without_sense_are_refused(self):
        for wrong in ({"per_shot": 0}, {"total": 0}):
            with self.subTest(wrong), self.assertRaises(ValueError):
                Limits(**wrong)
        with self.assertRaisesRegex(ValueError, "65535"):
            TopPairs(70_000, Limits())


if __name__ == "__main__":
    unittest.main()
