"""The sound of a source as it is, from wherever it is asked for."""

import unittest
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pipelines.media.probe import probe
from pipelines.media.samples import read_samples
from tests.edits import ramp, write_moving
from tests.footage.clips import SAMPLE_RATE, Clip, write_clip

FULL_SCALE = 2**31


class SamplesTests(unittest.TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def read(self, path, start, seconds):
        """All sounds of a stretch."""
        return read_samples(path, probe(path), Fraction(start), Fraction(seconds))

    def test_samples_of_a_plain_sound_are_exact_wherever_they_begin(self):
        path = write_moving(self.folder / "square.mov")
        for start in (0, Fraction(1, 25), Fraction(31, 25)):
            (sound,) = self.read(path, start, Fraction(8, 25))
            first, many = int(start * 48_000), 8 * 1920
            self.assertEqual((sound.rate, sound.bits), (48_000, 16))
            np.testing.assert_array_equal(
                sound.samples[:, 0] >> 16, ramp()[first : first + many]
            )

    def test_a_click_far_into_a_coded_sound_is_heard_when_it_was_made(self):
        clip = Clip(frames=300, rate=Fraction(25), click=8.2)
        path = write_clip(self.folder / "click.mp4", clip)

        (sound,) = self.read(path, 8, 1)

        self.assertEqual(sound.samples.shape, (SAMPLE_RATE, 1))
        loud = np.flatnonzero(np.abs(sound.samples[:, 0]) > 0.1 * FULL_SCALE)
        self.assertAlmostEqual(loud[0] / SAMPLE_RATE, 0.2, delta=0.005)

    def test_beyond_its_end_it_is_silent_and_as_long_as_was_asked(self):
        path = write_moving(self.folder / "square.mov")

        (sound,) = self.read(path, Fraction(39, 25), 1)

        self.assertEqual(len(sound.samples), 48_000)
        self.assertFalse(sound.samples[1920:].any())

    def test_a_silent_film_has_none(self):
        path = write_clip(self.folder / "silent.mp4", Clip(frames=10))

        self.assertEqual(self.read(path, 0, 1), [])
