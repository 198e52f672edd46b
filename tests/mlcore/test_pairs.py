import unittest

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from mlcore.matching.bits import areas, centroids, iou_each, iou_every, to_words
from mlcore.matching.kinds import FRAME, KINDS, MOTION, frame_rows, motion_rows
from mlcore.matching.masks import centred, iou, pack, placed, unpack
from mlcore.matching.moments import COMPARISONS, Slot
from mlcore.matching.pairs import Barred, score_pairs
from mlcore.matching.topk import Limits, TopPairs
from tests.mlcore.drawn import bust, figure

WIDE = 16 / 9


def noise_masks(many, seed=0):
    chance = np.random.default_rng(seed)
    return [
        pack(chance.random((64, 64)) < chance.uniform(0.1, 0.9)) for _ in range(many)
    ]


def random_frame_rows(shots, seed=0, slots=tuple(Slot)):
    """Rows at every slot of every shot, some left out, two people in some pictures."""
    chance = np.random.default_rng(seed)
    shot, slot, frame, place, shape, person = [], [], [], [], [], []
    for number in range(shots):
        for at in slots:
            for _ in range(chance.integers(0, 3)):
                centre = chance.uniform(0.25, 0.75, 2)
                draw = figure if chance.random() < 0.5 else bust
                mask = draw((90, 160), tuple(centre), chance.uniform(0.4, 0.9))
                if (where := placed(mask)) is None:
                    continue
                shot.append(number)
                slot.append(at)
                frame.append(100 * number + 10 * at)
                place.append(pack(where))
                shape.append(pack(centred(mask, WIDE)))
                person.append(bool(chance.random() < 0.7))
    return frame_rows(
        shot=shot, slot=slot, frame=frame, placed=place, centred=shape,
        person=person, aspect=[WIDE] * len(shot),
    )  # fmt: skip


def random_motion_rows(shots, seed=0):
    chance = np.random.default_rng(seed)
    slots = np.tile([Slot.HEAD, Slot.MIDDLE, Slot.TAIL], shots)
    return motion_rows(
        shot=np.repeat(np.arange(shots), 3),
        slot=slots,
        frame=np.arange(3 * shots),
        vector=chance.normal(size=(3 * shots, 12)),
        speed=chance.uniform(0.05, 0.5, 3 * shots),
    )


def naive(kind, rows, shots):
    """Every ordered pair's best score, one comparison after the other."""
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
                parts = kind.parts(rows.pick([i]), rows.pick([j]))
                score = kind.score_from_parts(parts)[0]
                if pair[0] != pair[1] and score > best.get(pair, 0):
                    best[pair] = score
    return best


def as_dict(found):
    pairs = zip(found.leaving.tolist(), found.entering.tolist(), strict=True)
    return dict(zip(pairs, found.score, strict=True))


class BitTests(unittest.TestCase):
    def test_counting_words_is_bit_equal_to_counting_pixels(self):
        a, b = noise_masks(9, 1), noise_masks(7, 2)

        fast = iou_every(to_words(a), to_words(b))

        for i, one in enumerate(a):
            for j, other in enumerate(b):
                shared = np.count_nonzero(unpack(one) & unpack(other))
                union = np.count_nonzero(unpack(one) | unpack(other))
                self.assertEqual(fast[i, j], np.float32(shared) / np.float32(union))
                self.assertAlmostEqual(
                    fast[i, j], iou(unpack(one), unpack(other)), places=6
                )

    def test_one_by_one_and_all_at_once_are_bit_equal(self):
        a, b = to_words(noise_masks(6, 3)), to_words(noise_masks(6, 4))

        self.assertTrue(np.array_equal(np.diag(iou_every(a, b)), iou_each(a, b)))

    def test_empty_masks_give_zero_and_not_nan(self):
        empty = to_words([bytes(512)])

        self.assertEqual(iou_every(empty, empty).tolist(), [[0.0]])
        self.assertEqual(areas(empty).tolist(), [0.0])

    def test_centroids_by_hand(self):
        mask = np.zeros((64, 64), np.bool_)
        mask[0:16, 32:64] = True

        (found,) = centroids(to_words([pack(mask)]))

        np.testing.assert_allclose(found, [0.75, 0.125, np.sqrt(1 / 8)], atol=1e-6)

    def test_half_a_mask_is_refused(self):
        with self.assertRaisesRegex(ValueError, "512"):
            to_words([bytes(500)])


class FrameKindTests(unittest.TestCase):
    def rows(self, *masks, person=None, aspect=WIDE):
        return frame_rows(
            shot=list(range(len(masks))),
            slot=[Slot.TAIL] * len(masks),
            frame=[0] * len(masks),
            placed=[pack(placed(mask)) for mask in masks],
            centred=[pack(centred(mask, aspect)) for mask in masks],
            person=person or [True] * len(masks),
            aspect=[aspect] * len(masks),
        )

    def test_a_mask_matches_itself_wholly(self):
        rows = self.rows(figure())

        parts = FRAME.parts(rows, rows)

        self.assertEqual(FRAME.score_from_parts(parts).tolist(), [1.0])
        self.assertAlmostEqual(float(parts["dx"][0]), 0.0, places=6)
        self.assertAlmostEqual(float(parts["scale"][0]), 1.0, places=6)

    def test_the_move_brings_the_entering_mask_onto_the_leaving_one(self):
        leaving = self.rows(bust(centre=(0.6, 0.55), height=0.6))
        entering = self.rows(bust(centre=(0.4, 0.5), height=0.45))

        parts = FRAME.parts(leaving, entering)

        scale = 0.6 / 0.45
        self.assertAlmostEqual(float(parts["scale"][0]), scale, delta=0.03)
        # Its middle stands at -.1 widths from the picture's: scaled, then moved to +.1.
        self.assertAlmostEqual(float(parts["dx"][0]), 0.1 + 0.1 * scale, delta=0.02)

    def test_a_moved_shape_scores_less_than_one_in_place_and_more_than_another_shape(
        self,
    ):
        rows = self.rows(
            figure(centre=(0.5, 0.55)),
            figure(centre=(0.38, 0.55)),
            bust(centre=(0.5, 0.55)),
        )
        scores = FRAME.scores(rows.pick([0]), rows)[0]

        self.assertEqual(scores[0], 1.0)
        self.assertGreater(scores[1], 0.6)
        self.assertLess(scores[1], 0.95)
        self.assertLess(scores[2], scores[1])

    def test_the_formula_by_hand(self):
        one = np.ones(1, np.float32)
        parts = {
            "placed_iou": 0.3 * one, "centred_iou": 0.9 * one, "same_class": one,
            "dx": 0.1 * one, "dy": -0.2 * one, "scale": 0.8 * one, "aspect": 1.5 * one,
        }  # fmt: skip

        # shift = max(.1, .2 * 1.5) = .3, zoom = 1 / .8 = 1.25, reach = 1 / 1.6.
        expected = 0.9**2 * np.sqrt(1 / 1.6)

        self.assertAlmostEqual(
            float(FRAME.score_from_parts(parts)[0]), expected, places=6
        )

    def test_people_are_compared_with_people_only(self):
        rows = self.rows(figure(), figure(), person=[True, False])

        self.assertEqual(FRAME.scores(rows, rows).tolist(), [[1.0, 0.0], [0.0, 1.0]])

    def test_scores_and_parts_agree_to_the_last_bit(self):
        rows = random_frame_rows(12, seed=5)

        every = FRAME.scores(rows, rows)

        i, j = (at.ravel() for at in np.indices(every.shape))
        each = FRAME.score_from_parts(FRAME.parts(rows.pick(i), rows.pick(j)))
        self.assertTrue(np.array_equal(every.ravel(), each))


class MotionKindTests(unittest.TestCase):
    def rows(self, *vectors, speed=None):
        return motion_rows(
            shot=list(range(len(vectors))),
            slot=[Slot.TAIL] * len(vectors),
            frame=[0] * len(vectors),
            vector=np.array(vectors),
            speed=speed or [0.1] * len(vectors),
        )

    def test_the_formula_by_hand(self):
        rows = self.rows([1, 0], [np.sqrt(3) / 2, 0.5], speed=[0.1, 0.4])

        parts = MOTION.parts(rows.pick([0]), rows.pick([1]))

        self.assertAlmostEqual(float(parts["cosine"][0]), np.sqrt(3) / 2, places=6)
        self.assertAlmostEqual(float(parts["speed_ratio"][0]), 0.25, places=6)
        expected = (3 / 4) ** 2 * 0.5
        self.assertAlmostEqual(
            float(MOTION.score_from_parts(parts)[0]), expected, places=6
        )

    def test_moving_apart_is_no_match(self):
        rows = self.rows([1, 0], [-1, 0], [0, 1])

        scores = MOTION.scores(rows, rows)

        self.assertEqual(scores[0].tolist(), [1.0, 0.0, 0.0])

    def test_scores_do_not_depend_on_blocks_or_threads(self):
        rows = random_motion_rows(60, seed=6)
        every = MOTION.scores(rows, rows)
        i, j = (at.ravel() for at in np.indices(every.shape))

        each = MOTION.score_from_parts(MOTION.parts(rows.pick(i), rows.pick(j)))
        in_pieces = np.concatenate(
            [
                MOTION.scores(rows.pick(np.arange(a, min(a + 7, 180))), rows)
                for a in range(0, 180, 7)
            ]
        )

        self.assertTrue(np.array_equal(every.ravel(), each))
        self.assertTrue(np.array_equal(every, in_pieces))

    def test_a_zero_vector_is_refused(self):
        for vector in ([0.0, 0.0], [np.nan, 1.0]):
            with self.subTest(vector), self.assertRaisesRegex(ValueError, "still"):
                self.rows(vector)


class PairTests(unittest.TestCase):
    def test_all_pairs_are_bit_equal_to_the_naive_reference(self):
        for name, rows in {
            "frame": random_frame_rows(25, seed=7),
            "motion": random_motion_rows(25, seed=8),
        }.items():
            with self.subTest(name):
                found = score_pairs(
                    KINDS[name], rows, 25, limits=Limits(per_shot=25, total=1000)
                )

                self.assertEqual(as_dict(found), naive(KINDS[name], rows, 25))

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
        everything = naive(MOTION, rows, 90)
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

        expected = naive(MOTION, rows, 20)
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
