import unittest

import numpy as np

from mlcore.shots.dissolves import find_dissolves
from tests.mlcore.test_detect import recorded, walker
from tests.mlcore.transitions import draw_film


def tint_of(*shots):
    return recorded(*shots).tint


def mixed(a, b, frames):
    share = (np.arange(frames) + 0.5) / frames
    return [(a * (1 - s) + b * s).astype(np.uint8) for s in share]


class DissolveTests(unittest.TestCase):
    def test_dissolves_of_every_length_are_found_within_two_frames_of_their_middle(
        self,
    ):
        for frames in (8, 12, 24, 48):
            with self.subTest(frames=frames):
                film = draw_film(f"dissolve, {frames} frames", 7, shots=3)

                found = find_dissolves(recorded(film.frames).tint)

                self.assertEqual(len(found), len(film.cuts))
                for gradual, cut in zip(found, film.cuts, strict=True):
                    self.assertLessEqual(abs(gradual.middle - cut), 2)
                    self.assertTrue(gradual.first < gradual.middle < gradual.last)

    def test_nothing_else_that_changes_slowly_is_a_dissolve(self):
        for name in (
            "fade out and in, 2 frames of black",
            "dip to white, 4 frames each way",
            "flash inside a shot",
            "somebody crosses the picture",
        ):
            with self.subTest(name):
                film = draw_film(name, 8, shots=3)

                self.assertEqual(find_dissolves(recorded(film.frames).tint), [])

    def test_a_walk_and_a_change_of_light_are_none(self):
        room = walker(3, 1)[0]
        dimmed = [(room * (1 - n / 60)).astype(np.uint8) for n in range(40)]

        self.assertEqual(find_dissolves(tint_of(walker(4, 60))), [])
        self.assertEqual(find_dissolves(tint_of(dimmed)), [])

    def test_it_is_found_wherever_the_film_is_divided_for_the_search(self):
        a, b = np.random.default_rng(5).integers(40, 220, (2, 6, 8, 3))
        for before in (4088, 4096, 4101):
            tint = np.stack([a.astype(np.uint8)] * before + mixed(a, b, 16) + [b] * 60)

            (found,) = find_dissolves(tint.astype(np.uint8))

            self.assertLessEqual(abs(found.middle - (before + 8)), 1)

    def test_no_frames_have_none(self):
        self.assertEqual(find_dissolves(np.zeros((0, 6, 8, 3), np.uint8)), [])
        self.assertEqual(find_dissolves(np.zeros((9, 6, 8, 3), np.uint8)), [])


if __name__ == "__main__":
    unittest.main()
