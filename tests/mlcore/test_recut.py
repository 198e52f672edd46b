"""Frames of an older film found in a newer one, on drawn tints with known truth."""

import unittest

import numpy as np

from mlcore.shots.recut import Kept, kept_frames

RATE_OF_CHANGE = 1.5


def shot(seed: int, frames: int, *, still: bool = False):
    """Tints of a take that drifts from its first picture, (frames, 6, 8, 3) float."""
    chance = np.random.default_rng(seed)
    first = chance.uniform(20, 230, (6, 8, 3))
    if still:
        return np.repeat(first[None], frames, axis=0)
    steps = chance.normal(0, RATE_OF_CHANGE, (frames, 6, 8, 3))
    return first + np.cumsum(steps, axis=0)


def film(*shots):
    """(tints, cuts) of shots one after another."""
    cuts = np.cumsum([len(each) for each in shots])[:-1].tolist()
    return np.concatenate(shots), cuts


def coded(tints, seed: int = 0):
    """As another encode has them: noise, a slight grade, whole numbers."""
    noise = np.random.default_rng(900 + seed).normal(0, 0.6, tints.shape)
    return np.clip(np.round(1.02 * tints + 1.5 + noise), 0, 255).astype(np.uint8)


def found(old, new):
    (a, old_cuts), (b, new_cuts) = old, new
    return kept_frames(coded(a, 1), coded(b, 2), old_cuts=old_cuts, new_cuts=new_cuts)


class KeptFrameTests(unittest.TestCase):
    def setUp(self):
        self.shots = [shot(n, 40 + 7 * n) for n in range(8)]
        self.first = np.cumsum([0, *map(len, self.shots)]).tolist()

    def test_a_film_encoded_again_is_kept_whole(self):
        old = film(*self.shots)

        self.assertEqual(found(old, old), [Kept(0, 0, len(old[0]))])

    def test_a_removed_an_inserted_and_two_swapped_shots(self):
        s = self.shots
        new = film(s[0], s[2], shot(50, 30), s[3], s[5], s[4], s[6], s[7])
        at, places = 0, {}
        for n, each in zip((0, 2, 50, 3, 5, 4, 6, 7), new_shots(new), strict=True):
            places[n], at = at, at + each

        kept = found(film(*s), new)

        expected = {
            (self.first[n] + k, places[n] + k)
            for n in (0, 2, 3, 4, 5, 6, 7)
            for k in range(len(s[n]))
        }
        self.assertEqual(frames_of(kept), expected)

    def test_a_trimmed_shot_keeps_what_is_left_of_it_and_a_longer_one_all(self):
        s = self.shots
        longer = shot(3, 90)
        whole = film(s[0], s[1], s[2], longer[:60])
        new = film(s[0], s[1][9:-5], longer, s[2])

        kept = found(whole, new)

        old_at = np.cumsum([0, len(s[0]), len(s[1]), len(s[2])])
        new_at = np.cumsum([0, len(s[0]), len(s[1]) - 14, 90])
        expected = {(k, k) for k in range(len(s[0]))}
        expected |= {(old_at[1] + 9 + k, new_at[1] + k) for k in range(len(s[1]) - 14)}
        expected |= {(old_at[3] + k, new_at[2] + k) for k in range(60)}
        expected |= {(old_at[2] + k, new_at[3] + k) for k in range(len(s[2]))}
        self.assertEqual(frames_of(kept), expected)

    def test_a_piece_cut_out_of_a_shot_leaves_both_its_ends(self):
        whole = shot(9, 120)
        new = film(np.concatenate([whole[:40], whole[70:]]), self.shots[0])

        kept = found(film(whole, self.shots[0]), new)

        self.assertEqual(
            frames_of(kept),
            {(k, k) for k in range(40)}
            | {(70 + k, 40 + k) for k in range(50 + len(self.shots[0]))},
        )

    def test_another_take_of_the_set_up_is_not_taken_for_the_one_before(self):
        one, other = (
            self.shots[0] + drift(seed, len(self.shots[0])) for seed in (1, 2)
        )

        kept = found(
            film(self.shots[1], one, self.shots[2]),
            film(self.shots[1], other, self.shots[2]),
        )

        a = len(self.shots[1])
        gone = range(a, a + len(one))
        self.assertFalse([old for old, _ in frames_of(kept) if old in gone])
        self.assertEqual(len(frames_of(kept)), len(self.shots[1]) + len(self.shots[2]))

    def test_a_shot_that_stands_twice_is_found_among_its_neighbours(self):
        s = self.shots
        new = film(s[0], s[1], s[2], s[1], s[3])

        kept = found(film(s[0], s[1], s[2], s[1], s[3]), new)

        self.assertEqual(kept, [Kept(0, 0, len(new[0]))])

    def test_pictures_that_stand_still_are_kept_with_their_shots(self):
        stills = [shot(60 + n, 50, still=True) for n in range(3)]

        kept = found(film(*stills), film(stills[2], stills[0], stills[1][:30]))

        self.assertEqual(kept, [Kept(0, 50, 80), Kept(100, 0, 50)])

    def test_black_is_never_evidence(self):
        black = np.full((60, 6, 8, 3), 16.0)

        kept = found(film(black, self.shots[0]), film(self.shots[1], black))

        self.assertEqual(kept, [])

    def test_two_films_have_nothing_in_common(self):
        other = [shot(200 + n, 50) for n in range(6)]

        self.assertEqual(found(film(*self.shots), film(*other)), [])
        self.assertEqual(
            kept_frames(np.zeros((0, 6, 8, 3), np.uint8), coded(other[0]),
                        old_cuts=[], new_cuts=[]), []
        )  # fmt: skip


def drift(seed, frames):
    """What moves in a take, beside what stands."""
    chance = np.random.default_rng(300 + seed)
    steps = chance.normal(0, 1.0, (frames, 6, 8, 3))
    return np.cumsum(steps, axis=0)


def new_shots(new):
    tints, cuts = new
    return np.diff([0, *cuts, len(tints)]).tolist()


def frames_of(kept):
    """Every pair of frames (old, new)."""
    return {(k.old + n, k.new + n) for k in kept for n in range(k.frames)}


if __name__ == "__main__":
    unittest.main()
