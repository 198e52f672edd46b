"""What is burned in is found, and what only looks like it is not."""

import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np

from mlcore.painting import painted_over
from pipelines.media.child.overlays import OverlayFinder
from pipelines.media.probe import Probe, probe
from tests.films import planted_film, write_film
from tests.footage import Clip, write_clip
from tests.mlcore.drawn import texture

WHOLE = (0.0, 0.0, 1.0, 1.0)


def window(picture, number):
    """The picture with a running timecode in a black window, and where that lies."""
    marked = picture.copy()
    cv2.rectangle(marked, (210, 316), (430, 346), (0, 0, 0), -1)
    text = f"01:00:{number % 60:02d}:{number * 7 % 25:02d}"
    at, white = (226, 338), (235.0, 235.0, 235.0)
    cv2.putText(marked, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.75, white, 2, cv2.LINE_AA)
    return marked


def grey(picture):
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


class OverlayTests(unittest.TestCase):
    def grounds(self, many=14):
        return [texture(number, (360, 640)) for number in range(many)]

    def found(self, grounds):
        finder = OverlayFinder()
        for ground in grounds:
            finder.add(grey(ground))
        return finder.boxes(WHOLE)

    def test_a_timecode_window_is_found_where_it_is(self):
        marked = [window(ground, n) for n, ground in enumerate(self.grounds())]

        (box,) = self.found(marked)

        x, y, w, h = box
        self.assertAlmostEqual(x, 210 / 640, delta=0.015)
        self.assertAlmostEqual(x + w, 430 / 640, delta=0.015)
        self.assertAlmostEqual(y, 316 / 360, delta=0.03)
        self.assertAlmostEqual(y + h, 346 / 360, delta=0.03)

    def test_pictures_alone_have_nothing_burned_in(self):
        self.assertEqual(self.found(self.grounds()), [])

    def test_one_scene_seen_again_and_again_is_no_overlay(self):
        scene = window(texture(3, (360, 640)), 0)
        moving = [np.roll(scene, shift, axis=0) for shift in range(14)]

        self.assertEqual(self.found([scene] * 14), [])
        self.assertEqual(self.found(moving), [])

    def test_few_pictures_say_nothing(self):
        marked = [window(ground, n) for n, ground in enumerate(self.grounds(6))]

        self.assertEqual(self.found(marked), [])

    def test_painting_over_changes_the_box_alone_and_leaves_no_edge_in_it(self):
        ground = texture(5, (360, 640))
        box = (210 / 640, 316 / 360, 220 / 640, 30 / 360)

        painted = painted_over(window(ground, 1), box)

        inside = np.zeros((360, 640), np.bool_)
        inside[314:348, 208:432] = True
        self.assertTrue(np.array_equal(painted[~inside], ground[~inside]))
        apart = np.abs(painted.astype(int) - ground)[320:342, 216:424].mean()
        self.assertLess(apart, 35.0)

    def test_the_probe_of_a_file_says_what_is_burned_in(self):
        with tempfile.TemporaryDirectory() as name:
            film = planted_film()
            plain = write_film(Path(name) / "plain.mp4", film)
            marked = write_film(Path(name) / "marked.mp4", film, window)

            self.assertEqual(probe(plain).overlays, ())
            (box,) = probe(marked).overlays

        self.assertAlmostEqual(box[0], 210 / 640, delta=0.02)
        self.assertAlmostEqual(box[1], 316 / 360, delta=0.03)

    def test_titles_that_were_looked_at_before_can_still_be_read(self):
        with tempfile.TemporaryDirectory() as name:
            written = probe(write_clip(Path(name) / "a.mp4", Clip())).as_json()

        del written["overlays"]

        self.assertEqual(Probe.from_json(written).overlays, ())
