import unittest

import cv2
import numpy as np

from mlcore.matching.kinds import LIGHT
from mlcore.matching.kinds.light import LIGHT_DIMS, measure_light
from mlcore.matching.likeness import likeness_each, nearness_each, whole_steps
from mlcore.matching.moments import Slot
from mlcore.matching.pairs import score_pairs
from mlcore.matching.stored import StoredVectors, VectorRow
from tests.mlcore.drawn import flat, texture
from tests.mlcore.moving import observed
from tests.mlcore.test_action import stored

WARM, COOL = (1.0, 0.8, 0.5), (0.5, 0.8, 1.0)


def lit(seed, at=(0.25, 0.3), colour=WARM, level=1.0):
    """A texture under a pool of light."""
    y, x = np.mgrid[:90, :160] / 160
    pool = 0.15 + np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 0.03)
    shown = texture(seed, (90, 160), 12.0).mean(axis=2) / 255
    light = level * 190 * pool[..., None] * np.array(colour)
    return (shown[..., None] * 2 * light).clip(0, 255).astype(np.uint8)


def rows_of(*pictures, slots=None):
    slots = slots or [Slot.TAIL] * len(pictures)
    kept = [
        (n, slot, VectorRow(vector=measure_light(picture)))
        for n, (picture, slot) in enumerate(zip(pictures, slots, strict=True))
    ]
    return LIGHT.rows(stored(kept))


class LightTests(unittest.TestCase):
    def test_the_same_light_on_another_picture_wins_over_every_other_light(self):
        others = {
            "mirrored": lit(3, at=(0.75, 0.3)),
            "cool": lit(4, colour=COOL),
            "dim": lit(5, level=0.3),
            "flat": texture(6, (90, 160)),
        }
        rows = rows_of(lit(1), lit(2), *others.values())

        same, *rest = LIGHT.scores(rows.pick([0]), rows)[0, 1:].tolist()

        self.assertGreater(same, 0.6)
        for name, score in zip(others, rest, strict=True):
            with self.subTest(name):
                self.assertLess(score, 0.3)

    def test_a_picture_matches_itself_wholly_and_the_search_finds_the_planted_pair(
        self,
    ):
        rows = rows_of(lit(1), lit(9, at=(0.7, 0.4)), lit(2), slots=[Slot.TAIL, Slot.HEAD, Slot.HEAD])  # fmt: skip

        found = score_pairs(LIGHT, rows, 3)

        self.assertAlmostEqual(LIGHT.scores(rows, rows)[0, 0], 1.0, places=3)
        best = int(found.score.argmax())
        self.assertEqual((found.leaving[best], found.entering[best]), (0, 2))

    def test_a_blank_picture_has_no_row(self):
        blank = observed(np.stack([flat((40, 40, 40), (90, 160))] * 2), None)

        self.assertEqual(LIGHT.represent(blank), [])
        (row,) = LIGHT.represent(observed(np.stack([lit(1)] * 2), None))
        self.assertEqual(row.vector.shape, (LIGHT_DIMS,))

    def test_where_light_falls_is_measured_in_parts_of_the_picture(self):
        half = flat((0, 0, 0), (90, 160))
        half[:, :80] = 255

        vector = measure_light(half)

        # Half of it at L 100, half at 0: the mean less 50 is 0, and a step is, across, a
        # cosine of half a wave times 50 * 4 / pi, of root mean square 1 / sqrt(2).
        self.assertAlmostEqual(float(vector[0]), 0.0, delta=0.01)
        self.assertAlmostEqual(float(vector[1]), 0.5 * 4 / np.pi / 2**0.5, delta=0.01)
        self.assertLess(np.abs(vector[2:]).max(), 0.01)
        with self.assertRaisesRegex(ValueError, "uint8"):
            measure_light(half.astype(np.float32))

    def test_colour_of_light_is_measured_in_logarithms_of_linear_light(self):
        orange = flat((188, 137, 99), (90, 160))
        orange[:, ::16] //= 2
        blue = orange[..., ::-1].copy()

        warm, cool = measure_light(orange), measure_light(blue)

        # Linear red is .503, green .251, blue .125: two octaves from red to blue.
        octaves = np.log((0.503 + 0.01) / (0.125 + 0.01)) / 10
        self.assertAlmostEqual(float(warm[8]), octaves, delta=0.01)
        self.assertAlmostEqual(float(cool[8]), -octaves, delta=0.01)
        self.assertAlmostEqual(float(warm[16]), float(cool[16]), places=6)
        self.assertLess(abs(float(warm[16])), 0.01)

    def test_the_same_light_on_things_of_other_colours_is_the_same_light(self):
        grey = lit(1)
        things = grey.astype(np.float32)
        things[20:50, 90:130] *= (1.0, 0.6, 0.6)
        things[60:80, 20:60] *= (0.6, 0.6, 1.0)
        cool = lit(1, colour=COOL)

        rows = rows_of(grey, things.astype(np.uint8), cool)

        self.assertGreater(LIGHT.scores(rows, rows)[0, 1], 0.6)
        self.assertLess(LIGHT.scores(rows, rows)[0, 2], 0.1)

    def test_size_and_compression_change_next_to_nothing(self):
        small = cv2.resize(lit(1), (96, 54), interpolation=cv2.INTER_AREA)

        rows = rows_of(lit(1), small)

        self.assertGreater(LIGHT.scores(rows, rows)[0, 1], 0.9)

    def test_the_formula_by_hand(self):
        names = ("key", "layout", "colour", "tint")
        parts = dict(zip(names, np.float32([[0.8], [0.5], [0.25], [0.5]]), strict=True))
        rows = rows_of(lit(1), lit(1, level=0.7))
        found = LIGHT.parts(rows.pick([0]), rows.pick([1]))
        keys = [measure_light(lit(1, level=level))[0] for level in (1.0, 0.7)]

        self.assertAlmostEqual(
            float(LIGHT.score_from_parts(parts)[0]), 0.8 * 0.5 * 0.25 * 0.5, places=6
        )
        distance = (keys[0] - keys[1]) / 0.075
        self.assertAlmostEqual(float(found["key"][0]), 1 / (1 + distance**2), places=3)

    def test_scores_and_parts_agree_to_the_last_bit_in_any_grouping(self):
        rows = rows_of(
            *(lit(n, at=(n / 12, 0.3), level=0.5 + n / 20) for n in range(12))
        )
        every = LIGHT.scores(rows, rows)
        i, j = (at.ravel() for at in np.indices(every.shape))

        each = LIGHT.score_from_parts(LIGHT.parts(rows.pick(i), rows.pick(j)))
        pieces = [LIGHT.scores(rows.pick([n]), rows) for n in range(12)]

        self.assertTrue(np.array_equal(every.ravel(), each))
        self.assertTrue(np.array_equal(every, np.concatenate(pieces)))

    def test_no_rows_at_all_are_no_pairs(self):
        none = np.zeros(0)
        empty = StoredVectors(
            shot=none.astype(int), slot=none.astype(np.uint8), frame=none.astype(int),
            vector=np.zeros((0, 0), np.float32), magnitude=none, aspect=none,
        )  # fmt: skip

        self.assertEqual(len(score_pairs(LIGHT, LIGHT.rows(empty), 3)), 0)


class LikenessTests(unittest.TestCase):
    def test_by_hand(self):
        a, b = whole_steps(np.array([[1.0, 0.5]])), whole_steps(np.array([[0.5, 1.0]]))

        # Twice the product is 2, the squares are 1.25 each; the slack is .5.
        self.assertAlmostEqual(float(likeness_each(a, b, 0.5)[0]), 2.5 / 3, places=6)

    def test_nearness_by_hand(self):
        a, b = whole_steps(np.array([[1.0, 0.5]])), whole_steps(np.array([[0.5, 1.0]]))

        self.assertAlmostEqual(float(nearness_each(a, b)[0]), 1 / 1.5, places=6)
        self.assertEqual(float(nearness_each(a, a)[0]), 1.0)

    def test_what_is_no_number_is_refused(self):
        for wrong in (np.nan, np.inf, 9.0):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, "-8..8"):
                whole_steps(np.array([[wrong]]))


if __name__ == "__main__":
    unittest.main()
