"""What breaks into a shot and is gone before it could be one."""

import unittest

import numpy as np

from mlcore.shots.changed import changed_stretches
from mlcore.shots.flashes import BURST, find_flashes, outside, without
from mlcore.spans import Span

SHORTEST = 6


def tint(*runs):
    """(n, 6, 8, 3) of (level, frames) runs, every colour of a frame the same."""
    levels = np.concatenate([np.full(frames, level) for level, frames in runs])
    return np.repeat(levels.astype(np.uint8), 144).reshape(-1, 6, 8, 3)


def flashes(film):
    return find_flashes(film, shortest=SHORTEST, same=10)


class FlashTests(unittest.TestCase):
    def test_one_picture_is_a_flash_while_it_is_shorter_than_a_shot(self):
        for frames in (1, SHORTEST - 1):
            film = tint((50, 20), (200, frames), (55, 20))
            self.assertEqual(flashes(film), [Span(20, 20 + frames)])
        self.assertEqual(flashes(tint((50, 20), (200, SHORTEST), (50, 20))), [])

    def test_several_short_pictures_are_one(self):
        film = tint((50, 20), (200, 3), (120, 5), (220, 4), (50, 20))

        self.assertIn(Span(20, 32), flashes(film))

    def test_a_shot_among_short_pictures_is_none(self):
        film = tint((50, 20), (200, 3), (120, SHORTEST), (220, 2), (50, 20))

        self.assertEqual(flashes(film), [])

    def test_the_picture_before_has_to_be_back_and_soon(self):
        self.assertEqual(flashes(tint((50, 20), (200, 3), (80, 20))), [])
        within, beyond = [(200, 4), (120, 5), (220, 5)], [(200, 5), (120, 5), (220, 5)]
        self.assertEqual(sum(frames for _, frames in within), BURST - 1)
        self.assertIn(Span(20, 34), flashes(tint((50, 20), *within, (50, 20))))
        self.assertNotIn(Span(20, 35), flashes(tint((50, 20), *beyond, (50, 20))))

    def test_one_that_fades_out_or_in_is_a_flash_too(self):
        out = tint((50, 20), (200, 1), (140, 1), (90, 1), (65, 1), (52, 20))

        self.assertEqual(flashes(out), [Span(20, 24)])
        turned = [Span(len(out) - 24, len(out) - 20)]
        self.assertEqual(flashes(out[::-1]), turned)

    def test_films_of_a_frame_or_two_have_none(self):
        for frames in (0, 1, 2):
            self.assertEqual(flashes(tint((50, frames))), [])

    def test_cuts_at_its_ends_and_within_go_and_others_stay(self):
        spans = [Span(20, 26)]

        self.assertEqual(outside({19, 20, 23, 26, 27}, spans), {19, 27})

    def test_without_them_the_picture_before_goes_on(self):
        film = tint((50, 20), (200, 3), (120, 4), (52, 20), (130, 20))

        steady = without(film, flashes(film))

        np.testing.assert_array_equal(steady, tint((50, 27), (52, 20), (130, 20)))
        whole = [Span(0, 47)]
        self.assertTrue(changed_stretches(film, whole, reach=5, least=2))
        self.assertEqual(changed_stretches(steady, whole, reach=5, least=2), [])


if __name__ == "__main__":
    unittest.main()
