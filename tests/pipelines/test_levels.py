"""A flat picture is found, and compared as if it were not."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

from bench.matchcuts.forms import in_log
from catalog.models import Title
from mlcore.painting import stretched
from pipelines.media.child.levels import LevelsFinder
from pipelines.media.probe import Probe, probe
from pipelines.stills import crop_to_picture
from tests.films import planted_film, write_film
from tests.footage import Clip, write_clip
from tests.mlcore.drawn import texture

WHOLE = (0.0, 0.0, 1.0, 1.0)


def scene(number):
    """A picture with every shade from black to white in it."""
    ground = texture(number, (180, 320)).mean(axis=2)
    rank = ground.ravel().argsort().argsort().reshape(ground.shape)
    shades = np.round(255 * rank / rank.max()).astype(np.uint8)
    return np.repeat(shades[..., None], 3, axis=2)


def found(pictures, active=WHOLE, overlays=()):
    finder = LevelsFinder()
    for picture in pictures:
        finder.add(picture.mean(axis=2).astype(np.uint8))
    return finder.levels(active, list(overlays))


class LevelsTests(unittest.TestCase):
    def test_a_film_in_log_is_flat_and_the_film_itself_is_not(self):
        scenes = [scene(number) for number in range(6)]

        black, white = found([in_log(one, 0) for one in scenes])

        self.assertIsNone(found(scenes))
        self.assertAlmostEqual(black, 0.093, delta=0.06)
        self.assertAlmostEqual(white, 0.57, delta=0.06)

    def test_bars_and_what_is_burned_in_are_not_asked(self):
        flat = [in_log(scene(number), 0) for number in range(6)]
        for one in flat:
            one[:20] = one[-20:] = 0
            one[100:110, 40:120] = 255
        active = (0.0, 20 / 180, 1.0, 140 / 180)
        window = (40 / 320, 100 / 180, 80 / 320, 10 / 180)

        self.assertIsNone(found(flat))
        self.assertIsNotNone(found(flat, active, [window]))

    def test_a_night_and_a_wall_of_fog_are_not_flat(self):
        night = [(0.4 * scene(number)).astype(np.uint8) for number in range(6)]
        fog = [np.uint8(120) + scene(number) // 8 for number in range(6)]

        self.assertIsNone(found(night))
        self.assertIsNone(found(fog))

    def test_stretching_brings_a_picture_in_log_near_to_what_it_was(self):
        shown = scene(3)
        flat = in_log(shown, 0)

        near = stretched(flat, (24 / 255, 145 / 255))

        apart = np.abs(near.astype(int) - shown).mean()
        self.assertLess(apart, 0.25 * np.abs(flat.astype(int) - shown).mean())

    def test_a_flat_title_is_compared_stretched_unless_it_has_a_look(self):
        flat = in_log(scene(2), 0)
        probed = {"active_picture": list(WHOLE), "levels": [0.093, 0.57]}

        title, looked_at = Title(probe=probed), Title(probe=probed, look_id=1)

        self.assertGreater(np.ptp(crop_to_picture(flat, title)), 1.8 * np.ptp(flat))
        self.assertTrue(np.array_equal(crop_to_picture(flat, looked_at), flat))

    def test_the_probe_of_a_file_says_its_levels_and_they_can_be_kept(self):
        with tempfile.TemporaryDirectory() as name:
            film = planted_film()
            plain = probe(write_film(Path(name) / "plain.mp4", film))
            flat = probe(write_film(Path(name) / "flat.mp4", film, in_log))

        self.assertIsNone(plain.levels)
        self.assertIsNotNone(flat.levels)
        self.assertEqual(Probe.from_json(flat.as_json()), flat)

    def test_levels_that_do_not_rise_are_none(self):
        with tempfile.TemporaryDirectory() as name:
            written = probe(write_clip(Path(name) / "a.mp4", Clip())).as_json()

        with self.assertRaisesRegex(ValueError, "do not add up"):
            Probe.from_json({**written, "levels": [0.6, 0.1]})


if __name__ == "__main__":
    unittest.main()
