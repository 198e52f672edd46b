import unittest

import numpy as np

from mlcore.matching.kinds import ACTION, MOTION
from mlcore.matching.kinds.action import measure_action
from mlcore.matching.moments import Slot
from mlcore.matching.pairs import score_pairs
from mlcore.matching.stored import StoredVectors
from tests.mlcore.moving import RATE, WIDE, observed, scene

RIGHT, DOWN, STILL = (3.0, 0.0), (0.0, 3.0), (0.0, 0.0)


def seen(camera, own, slot=Slot.HEAD, seed=1, **given):
    return observed(*scene(camera, own, slot=slot, seed=seed), slot=slot, **given)


def stored(kept):
    """Rows of (shot, slot, VectorRow), as the database gives them back."""
    return StoredVectors(
        shot=np.array([shot for shot, _, _ in kept], np.int64),
        slot=np.array([slot for _, slot, _ in kept], np.uint8),
        frame=np.arange(len(kept)),
        vector=np.stack([row.vector.astype(np.float16) for *_, row in kept]).astype(
            np.float32
        ),
        magnitude=np.array(
            [np.nan if row.magnitude is None else row.magnitude for *_, row in kept],
            np.float32,
        ),
        aspect=np.full(len(kept), WIDE, np.float32),
    )


def random_rows(many, seed=0):
    chance = np.random.default_rng(seed)
    columns = {
        "shot": np.arange(many), "slot": np.full(many, Slot.TAIL, np.uint8),
        "frame": np.arange(many), "aspect": np.full(many, WIDE, np.float32),
        "vector": chance.normal(size=(many, 288)).astype(np.float32) + 0.5,
        "magnitude": chance.uniform(0.05, 0.5, many).astype(np.float32),
    }  # fmt: skip
    return ACTION.rows(StoredVectors(**columns))


class MeasuringTests(unittest.TestCase):
    def test_the_subjects_own_motion_is_what_is_left_of_the_cameras(self):
        (row,) = ACTION.represent(seen((2.0, 1.0), RIGHT))

        right, down = row.vector.reshape(-1, 2).mean(axis=0)
        self.assertLess(abs(np.rad2deg(np.arctan2(down, right))), 8)
        self.assertAlmostEqual(row.magnitude, 3 / 320 * 25, delta=0.04)

    def test_a_tail_is_looked_at_backwards_and_moves_the_same_way(self):
        (head,) = ACTION.represent(seen(STILL, RIGHT))
        (tail,) = ACTION.represent(seen(STILL, RIGHT, slot=Slot.TAIL, seed=4))

        self.assertGreater(float(head.vector @ tail.vector), 0.98)

    def test_where_nobody_moves_of_their_own_nothing_is_kept_or_decoded(self):
        for case, given in {
            "nobody": observed(scene(STILL, STILL)[0], None, unasked=True),
            "still": seen(STILL, STILL, unasked=True),
            "middle": seen(STILL, RIGHT, slot=Slot.MIDDLE, unasked=True),
        }.items():
            with self.subTest(case):
                self.assertEqual(ACTION.represent(given), [])
        self.assertEqual(ACTION.represent(seen((4.0, 2.0), STILL)), [])
        panned = observed(scene((4.0, 2.0), STILL)[0], None)
        self.assertEqual(ACTION.represent(panned), [])

    def test_who_the_segmenter_misses_is_found_by_moving_otherwise_than_the_camera(
        self,
    ):
        shown, mask = scene((2.0, 1.0), RIGHT)
        everything = np.ones((180, 320), np.float32)
        told = measure_action(shown, [mask], RATE, WIDE)

        for case, subjects in {"no mask": [], "too wide": [everything]}.items():
            with self.subTest(case):
                found = measure_action(shown, subjects, RATE, WIDE)

                self.assertGreater(float(found.vector @ told.vector), 0.97)
                self.assertAlmostEqual(found.speed, told.speed, delta=0.03)
        (row,) = ACTION.represent(observed(shown, None))
        self.assertAlmostEqual(row.magnitude, told.speed, delta=0.03)

    def test_a_flicker_in_a_corner_of_the_mask_is_no_movement(self):
        shown, mask = scene(STILL, STILL)
        flickering = shown.copy()
        flickering[4:, 80:104, 140:164] = shown[4:, 80:104, 136:160]

        self.assertIsNone(measure_action(flickering, [mask], RATE, WIDE))

    def test_half_a_picture_or_none_of_it_moving_otherwise_is_nobody(self):
        split = scene(STILL, RIGHT, box=(-60, 90, 440, 120))[0]
        whole = scene(RIGHT, STILL)[0]
        everything = np.ones((180, 320), np.float32)

        for shown in (split, whole, whole[:1]):
            for subjects in ([], [everything]):
                self.assertIsNone(measure_action(shown, subjects, RATE, WIDE))


class ScoreTests(unittest.TestCase):
    def test_one_action_under_two_cameras_is_found_and_motion_does_not_see_it(self):
        ends = [(STILL, RIGHT), ((0, -4.0), RIGHT), ((4.0, 0), DOWN), ((4.0, 0), RIGHT)]
        slots = (Slot.TAIL, Slot.HEAD, Slot.HEAD, Slot.HEAD)
        kept = []
        for n, ((camera, own), slot) in enumerate(zip(ends, slots, strict=True)):
            at = seen(camera, own, slot=slot, seed=10 + n)
            kept += [(n, slot, row) for row in ACTION.represent(at)]

        found = score_pairs(ACTION, ACTION.rows(stored(kept)), 4)

        scores = dict(zip(found.entering.tolist(), found.score.tolist(), strict=True))
        self.assertEqual(set(found.leaving.tolist()), {0})
        self.assertGreater(min(scores[1], scores[3]), 0.6)
        self.assertLess(scores.get(2, 0.0), 0.3)
        self.assertEqual(MOTION.represent(seen(STILL, RIGHT)), [])

    def test_the_formula_by_hand(self):
        parts = {"cosine": np.float32([0.9, 0.99]), "speed_ratio": np.float32([1, 0.5])}

        found = ACTION.score_from_parts(parts)

        np.testing.assert_allclose(found, [0.9**10, 0.5], rtol=1e-5)

    def test_scores_and_parts_agree_to_the_last_bit_in_any_grouping(self):
        rows = random_rows(40)
        every = ACTION.scores(rows, rows)
        i, j = (at.ravel() for at in np.indices(every.shape))

        each = ACTION.score_from_parts(ACTION.parts(rows.pick(i), rows.pick(j)))
        pieces = [ACTION.scores(rows.pick(np.arange(n, n + 5)), rows) for n in range(0, 40, 5)]  # fmt: skip

        self.assertTrue(np.array_equal(every.ravel(), each))
        self.assertTrue(np.array_equal(every, np.concatenate(pieces)))

    def test_a_zero_vector_is_refused(self):
        nothing = StoredVectors(
            shot=np.zeros(1, np.int64), slot=np.zeros(1, np.uint8),
            frame=np.zeros(1, np.int64), vector=np.zeros((1, 288), np.float32),
            magnitude=np.ones(1, np.float32), aspect=np.ones(1, np.float32),
        )  # fmt: skip
        with self.assertRaisesRegex(ValueError, "moments out"):
            ACTION.rows(nothing)


if __name__ == "__main__":
    unittest.main()
