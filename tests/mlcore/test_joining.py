import unittest

import numpy as np

from mlcore.matching.duplicates import find_lookalikes, show_one_picture
from mlcore.matching.joining import (
    join_candidates,
    join_rows,
    pick_candidates,
    renumbered,
)
from mlcore.matching.kinds import FRAME, MOTION
from mlcore.matching.masks import unpack
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from mlcore.matching.pairs import explain_pairs, score_pairs
from mlcore.matching.queries import EVERY_MOMENT, held
from mlcore.matching.segmenters import Silhouette
from mlcore.matching.stored import VectorRow
from tests.mlcore.drawn import figure
from tests.mlcore.rows import random_frame_rows, random_motion_rows


def same(first, second):
    return all(
        np.array_equal(getattr(first, name), getattr(second, name))
        for name in ("leaving", "entering", "score", "leaving_frame", "entering_frame")
    )


class JoiningTests(unittest.TestCase):
    def test_rows_read_in_two_parts_are_scored_as_if_read_in_one(self):
        rows = random_frame_rows(12, seed=1)
        first, then = rows.pick(rows.shot < 5), rows.pick(rows.shot >= 5)
        joined = join_rows(first, renumbered(renumbered(then, -5), 5))

        whole = score_pairs(FRAME, rows, 12)
        self.assertTrue(same(score_pairs(FRAME, joined, 12), whole))
        self.assertIs(join_rows(first.pick(first.shot < 0), then), then)

    def test_candidates_come_apart_and_together_again(self):
        found = score_pairs(MOTION, random_motion_rows(9, seed=2), 9)
        middle = len(found) // 2
        parts = [
            pick_candidates(found, np.arange(middle)),
            pick_candidates(found, np.arange(len(found)) >= middle),
        ]
        again = join_candidates(parts)

        self.assertTrue(same(again, found))
        np.testing.assert_array_equal(again.parts["cosine"], found.parts["cosine"])


class HeldTests(unittest.TestCase):
    def observed(self):
        subject = Silhouette(figure().astype(np.float32), "person", 0.9)
        return Observation(
            slot=Slot.MIDDLE,
            rate=25,
            aspect=16 / 9,
            picture=np.zeros((90, 160, 3), np.uint8),
            subjects=(subject,),
            appearance=np.zeros(4, np.float32),
            flow=np.zeros((0, 9, 16, 2), np.float16),
            stretch=lambda: np.zeros((0, 9, 16, 3), np.uint8),
            sound=None,
        )

    def test_a_still_meets_every_moment_of_a_shot_it_is_a_frame_of(self):
        kept = FRAME.represent(self.observed())
        self.assertTrue(unpack(kept[0].placed).any())
        query = held(FRAME, kept, 16 / 9)
        self.assertEqual(set(query.slot.tolist()), set(EVERY_MOMENT))
        for slot in (Slot.HEAD, Slot.MIDDLE, Slot.TAIL):
            with self.subTest(slot):
                other = renumbered(query.in_slots(frozenset({slot})), 1)
                rows = join_rows(query, other).sorted()
                ways = (np.array([0]), np.array([1])), (np.array([1]), np.array([0]))
                best = max(
                    float(score)
                    for way in ways
                    for score in explain_pairs(FRAME, rows, *way).score
                )
                self.assertEqual(best, 1.0)

    def test_vectors_keep_their_size_beside_them(self):
        row = VectorRow(vector=np.ones(8, np.float32), magnitude=0.3)
        query = held(MOTION, [row], 1.5)

        self.assertEqual(query.speed.tolist(), [np.float32(0.3)] * len(EVERY_MOMENT))


class OnePictureTests(unittest.TestCase):
    def test_of_given_pairs_it_says_what_looking_at_all_would(self):
        from tests.mlcore.test_duplicates import looks, texture  # noqa: PLC0415

        shots = [[texture(1), texture(2)], [texture(3)], [texture(2)], [texture(4)]]
        rows = looks(shots)
        every = np.array([(a, b) for a in range(5) for b in range(5) if a != b])

        alike = every[show_one_picture(rows, 5, every)]  # of shot 4 nothing is known

        found = find_lookalikes(rows, np.arange(5))
        self.assertEqual(set(map(tuple, alike)), set(map(tuple, found)))
        self.assertIn((0, 2), set(map(tuple, alike)))
