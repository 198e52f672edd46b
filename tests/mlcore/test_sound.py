import unittest

import numpy as np

from mlcore.matching.kinds import SOUND
from mlcore.matching.kinds.sound import SOUND_DIMS
from mlcore.matching.moments import Slot
from mlcore.matching.observation import SAMPLE_RATE
from mlcore.matching.pairs import score_pairs
from tests.mlcore.moving import heard
from tests.mlcore.test_action import stored

TIME = np.arange(SAMPLE_RATE) / SAMPLE_RATE


def tone(pitch, level=0.1, rate=0.0, start=0.0):
    time = TIME + start
    wave = sum(np.sin(2 * np.pi * pitch * n * time) / n for n in range(1, 8))
    if rate:
        wave = wave * 10 ** (0.8 * (np.sin(2 * np.pi * rate * time) - 1))
    return (level * wave).astype(np.float32)


def hiss(seed, level=0.1):
    return np.random.default_rng(seed).normal(0, level, SAMPLE_RATE).astype(np.float32)


def rows_of(*sounds, slots=None):
    slots = slots or [Slot.HEAD] * len(sounds)
    kept = [
        (n, slot, row)
        for n, (samples, slot) in enumerate(zip(sounds, slots, strict=True))
        for row in SOUND.represent(heard(samples, slot))
    ]
    return SOUND.rows(stored(kept))


class SoundTests(unittest.TestCase):
    def test_the_sound_that_goes_on_wins_over_every_other_sound(self):
        leaving = tone(300, rate=6)
        others = {
            "higher": tone(410, rate=6),
            "steady": tone(300),
            "far softer": tone(300, level=0.008, rate=6),
            "hiss": hiss(1),
        }
        sounds = [leaving, tone(300, rate=6, start=0.37), *others.values()]
        slots = [Slot.TAIL] + [Slot.HEAD] * 5

        found = score_pairs(SOUND, rows_of(*sounds, slots=slots), 6)

        scores = dict(zip(found.entering.tolist(), found.score.tolist(), strict=True))
        self.assertEqual(set(found.leaving.tolist()), {0})
        self.assertGreater(scores.pop(1), 0.85)
        for name, (_, score) in zip(others, sorted(scores.items()), strict=False):
            with self.subTest(name):
                self.assertLess(score, 0.65)

    def test_silence_no_track_and_a_moment_of_sound_have_no_row(self):
        silent = np.zeros(SAMPLE_RATE, np.float32)
        for case, samples in {
            "silence": silent, "faint": silent + 5e-4, "no track": None,
            "too short": tone(300)[: SAMPLE_RATE // 10],
        }.items():  # fmt: skip
            with self.subTest(case):
                self.assertEqual(SOUND.represent(heard(samples, Slot.TAIL)), [])

    def test_a_second_is_kept_as_a_spectrum_a_beat_and_a_loudness(self):
        (row,) = SOUND.represent(heard(tone(440, rate=9), Slot.HEAD))

        self.assertEqual(row.vector.shape, (SOUND_DIMS,))
        self.assertAlmostEqual(float(row.vector[:40].sum()), 0.0, places=4)
        # Between the harmonics it is as silent as 60 dB below the loudest.
        depth = float(np.ptp(row.vector[:40])) * 8 * 40**0.5
        self.assertTrue(30 < depth <= 60.01, depth)
        # 9 beats a second fall into the fifth band, 8.3 to 11.7.
        self.assertEqual(int(row.vector[40:].argmax()), 4)
        level = float(np.sqrt(np.mean(tone(440, rate=9) ** 2)))
        self.assertAlmostEqual(row.magnitude, level, places=5)

    def test_what_lies_beside_the_cut_counts_most_on_either_side(self):
        half = SAMPLE_RATE // 2
        near_end = np.concatenate([hiss(1)[:half], tone(300)[half:]])
        rows = rows_of(near_end, tone(300), near_end, slots=[Slot.TAIL, Slot.HEAD, Slot.HEAD])  # fmt: skip

        tail, _, head = rows.pick([0]), None, rows.pick([2])
        wanted = rows.pick([1])

        self.assertGreater(
            SOUND.scores(tail, wanted)[0, 0], SOUND.scores(head, wanted)[0, 0]
        )

    def test_the_formula_by_hand(self):
        parts = {"spectrum": np.float32([0.9]), "pulse": np.float32([0.5]), "loudness": np.float32([0.0625])}  # fmt: skip

        self.assertAlmostEqual(
            float(SOUND.score_from_parts(parts)[0]), 0.9**2 * 0.5 * 0.5, places=6
        )

    def test_scores_and_parts_agree_to_the_last_bit_in_any_grouping(self):
        rows = rows_of(*(tone(100 + 40 * n, rate=n) for n in range(9)), hiss(3))
        every = SOUND.scores(rows, rows)
        i, j = (at.ravel() for at in np.indices(every.shape))

        each = SOUND.score_from_parts(SOUND.parts(rows.pick(i), rows.pick(j)))
        pieces = [SOUND.scores(rows.pick([n]), rows) for n in range(len(rows))]

        self.assertTrue(np.array_equal(every.ravel(), each))
        self.assertTrue(np.array_equal(every, np.concatenate(pieces)))

    def test_an_octave_up_by_a_resampled_film_is_another_sound(self):
        rows = rows_of(tone(200), tone(400))

        self.assertLess(SOUND.scores(rows, rows)[0, 1], 0.3)

    def test_a_duller_sound_is_another_and_a_softer_one_nearly_the_same(self):
        loud = hiss(1)
        dull = np.convolve(loud, np.full(12, 1 / 12), "same").astype(np.float32)
        dull *= np.std(loud) / np.std(dull)
        rows = rows_of(hiss(2), loud, dull, loud / 4)

        _, same, duller, softer = SOUND.scores(rows.pick([0]), rows)[0].tolist()
        parts = SOUND.parts(rows.pick([1]), rows.pick([3]))

        self.assertGreater(same, 0.9)
        self.assertLess(duller, 0.4)
        self.assertAlmostEqual(softer, same * 0.25**0.25, delta=0.01)
        self.assertAlmostEqual(float(parts["spectrum"][0]), 1.0, places=4)


if __name__ == "__main__":
    unittest.main()
