import unittest

import numpy as np

from mlcore.matching.bits import areas, centroids, iou_each, iou_every, to_words
from mlcore.matching.frame_rows import mask_rows
from mlcore.matching.kinds import FRAME, MOTION, frame_rows, motion_rows
from mlcore.matching.masks import centred, iou, pack, placed, unpack
from mlcore.matching.moments import Slot
from mlcore.matching.segmenters import Silhouette
from mlcore.matching.variants import CUTS
from tests.mlcore.drawn import bust, figure
from tests.mlcore.rows import (
    WIDE,
    noise_masks,
    random_frame_rows,
    random_motion_rows,
    subject_rows,
)


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
            "placed_iou": 0.3 * one, "centred_iou": 0.7 * one, "same_class": one,
            "seen_iou": 0.9 * one, "shared": 0.5 * one,
            "dx": 0.1 * one, "dy": -0.2 * one, "scale": 0.8 * one, "aspect": 1.5 * one,
        }  # fmt: skip

        # shift = max(.1, .2 * 1.5) = .3, reach = min(.8, 1.8 / 2 - .3) = .6.
        expected = 0.9**2 * (0.5 * 0.6) ** 0.25

        self.assertAlmostEqual(
            float(FRAME.score_from_parts(parts)[0]), expected, places=6
        )

    def test_people_are_compared_with_people_only(self):
        rows = self.rows(figure(), figure(), person=[True, False])

        self.assertEqual(FRAME.scores(rows, rows).tolist(), [[1.0, 0.0], [0.0, 1.0]])

    def test_estimates_one_by_one_and_all_at_once_are_bit_equal(self):
        rows = random_frame_rows(12, seed=5)

        every = FRAME.scores(rows, rows)

        i, j = (at.ravel() for at in np.indices(every.shape))
        each = FRAME.estimates(rows.pick(i), rows.pick(j))
        self.assertTrue((rows.edges > 0).any() and (rows.cut >= 0).any())
        self.assertTrue(np.array_equal(every.ravel(), each))

    def test_the_second_look_gives_the_same_bits_alone_and_among_many(self):
        rows = random_frame_rows(10, seed=6)
        i, j = (at.ravel() for at in np.indices((len(rows), len(rows))))

        many = FRAME.score_from_parts(FRAME.parts(rows.pick(i), rows.pick(j)))

        for at in range(0, len(i), 37):
            alone = FRAME.parts(rows.pick(i[[at]]), rows.pick(j[[at]]))
            self.assertEqual(FRAME.score_from_parts(alone)[0], many[at])

    def test_figures_that_stand_free_are_scored_as_estimated(self):
        rows = subject_rows([figure(height=0.6), bust(height=0.5), figure(lean=0.1)])
        i, j = (at.ravel() for at in np.indices((3, 3)))

        exact = FRAME.score_from_parts(FRAME.parts(rows.pick(i), rows.pick(j)))

        self.assertEqual(rows.edges.tolist(), [0, 0, 0])
        self.assertEqual(exact.tolist(), FRAME.scores(rows, rows).ravel().tolist())

    def test_a_waist_shot_finds_the_whole_figure_and_the_move_that_joins_them(self):
        whole = figure(centre=(0.4, 0.5), height=0.8)
        waist = figure(centre=(0.5, 0.9), height=1.2)
        rows = subject_rows([waist, whole, bust(centre=(0.5, 0.6), height=0.7)])

        parts = FRAME.parts(rows.pick([0, 0]), rows.pick([1, 2]))

        self.assertGreater(float(parts["seen_iou"][0]), 0.85)
        self.assertGreater(parts["seen_iou"][0], parts["seen_iou"][1] + 0.05)
        self.assertLess(float(parts["shared"][0]), 0.75)
        self.assertAlmostEqual(float(parts["scale"][0]), 1.5, delta=0.06)
        # From .1 left of the middle, times 1.5, to the middle.
        self.assertAlmostEqual(float(parts["dx"][0]), 0.15, delta=0.02)
        self.assertAlmostEqual(float(parts["dy"][0]), 0.4 * 9 / 16, delta=0.02)
        whole_only = frame_rows(
            shot=[0, 1], slot=[Slot.TAIL] * 2, frame=[0, 0], aspect=[WIDE] * 2,
            placed=[pack(placed(m)) for m in (waist, whole)], person=[True] * 2,
            centred=[pack(centred(m, WIDE)) for m in (waist, whole)],
        )  # fmt: skip
        without = FRAME.estimates(whole_only.pick([0]), whole_only.pick([1]))[0]
        self.assertGreater(FRAME.scores(rows, rows)[0, 1], without + 0.1)

    def test_one_mask_a_subject_and_one_a_cut_is_kept(self):
        seen = figure(centre=(0.5, 0.5), height=0.9).astype(np.float32)

        rows = mask_rows(Silhouette(seen, "person", 0.9), WIDE, number=2)

        self.assertEqual([row.variant for row in rows], list(range(len(CUTS) + 1)))
        self.assertEqual({row.instance for row in rows}, {2})
        self.assertEqual(len({row.placed for row in rows}), 1)
        self.assertEqual(len({row.centred for row in rows}), len(rows))
        small = figure(centre=(0.5, 0.5), height=0.4).astype(np.float32)
        few = mask_rows(Silhouette(small, "person", 0.9), WIDE)
        self.assertLess(len(few), len(rows))


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
        expected = min((3 / 4) ** 5, 0.25)
        self.assertAlmostEqual(
            float(MOTION.score_from_parts(parts)[0]), expected, places=6
        )
        self.assertAlmostEqual(
            float(
                MOTION.score_from_parts(parts | {"speed_ratio": np.float32([0.9])})[0]
            ),
            (3 / 4) ** 5,
            places=6,
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
            with (
                self.subTest(vector),
                self.assertRaisesRegex(ValueError, "moments out"),
            ):
                self.rows(vector)


if __name__ == "__main__":
    unittest.main()
