"""Weights that are placed, or not quite; memory that is there, or not; marks on a frame."""

import unittest
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from django.test import override_settings

from catalog.back_ends import BACK_ENDS, TOY, UNCLIP, VACE
from mlcore.editing.backends.toy import toy_config
from mlcore.editing.backends.unclip import CONFIG
from mlcore.editing.backends.vace import VaceConfig
from mlcore.editing.network.toy import ToyConfig
from mlcore.editing.stages import NoShelf
from pipelines.editing.back_ends import load_back_end
from pipelines.editing.reading import BYTES_A_PIXEL, check_memory
from pipelines.editing.regions import boxed, clicked, drawn
from pipelines.errors import PipelineError
from pipelines.media.limits import Limits
from pipelines.media.pictures import read_cutout
from tests.edits import HIGH, SIDE, WIDE, box_at, corner, pictures, target_png
from tests.mlcore.editing.placed import place_unclip, place_vace


class WordsTests(unittest.TestCase):
    def test_sizes_in_words_are_those_that_back_ends_work_at(self):
        configs = {
            TOY: toy_config(ToyConfig().size),
            UNCLIP: CONFIG,
            VACE: VaceConfig(),
        }
        for key, config in configs.items():
            with self.subTest(key):
                said = BACK_ENDS[key]
                self.assertEqual(
                    (said.longest, said.at_once), (config.longest, config.at_once)
                )


class WeightsTests(unittest.TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        settings = override_settings(WEIGHTS_ROOT=self.root)
        settings.enable()
        self.addCleanup(settings.disable)

    def test_what_is_placed_is_loaded_and_known_by_its_digest(self):
        for key, place in ((UNCLIP, place_unclip), (VACE, place_vace)):
            with self.subTest(key):
                folder = self.root / BACK_ENDS[key].folder
                place(folder)
                calls = []
                told = partial(calls.append, None)
                loaded = load_back_end(key, NoShelf(), told)
                # Between parts, and in the digest after each block of each file.
                self.assertGreater(
                    len(calls), 2 * len(list(folder.rglob("*.safetensors")))
                )
                self.assertEqual(loaded.back_end.name, key)
                self.assertEqual(len(loaded.weights_sha256), 64)

    def test_what_is_missing_is_named_with_size_licence_and_folder(self):
        for key in (UNCLIP, VACE):
            with self.subTest(key), self.assertRaises(PipelineError) as raised:
                load_back_end(key, NoShelf())
            wanted = BACK_ENDS[key]
            for words in (wanted.weights, wanted.size, wanted.licence, wanted.folder):
                self.assertIn(words, str(raised.exception))

    def test_a_part_that_is_missing_and_another_class_are_said(self):
        folder = self.root / BACK_ENDS[UNCLIP].folder
        place_unclip(folder)
        (folder / "vae").rename(self.root / "elsewhere")
        with self.assertRaisesRegex(PipelineError, "lack vae"):
            load_back_end(UNCLIP, NoShelf())
        place_vace(folder)
        with self.assertRaisesRegex(PipelineError, "holds weights of WanVACEPipeline"):
            load_back_end(UNCLIP, NoShelf())


class MemoryTests(unittest.TestCase):
    def test_what_does_not_fit_says_how_many_frames_would(self):
        a_frame = BYTES_A_PIXEL * 1920 * 1080
        check_memory(48, 1920 * 1080, available=48 * a_frame)
        with self.assertRaisesRegex(PipelineError, "47 frames would fit"):
            check_memory(48, 1920 * 1080, available=48 * a_frame - 1)
        with self.assertRaisesRegex(PipelineError, "no two frames would fit"):
            check_memory(48, 1920 * 1080, available=a_frame)


class MarkTests(unittest.TestCase):
    def setUp(self):
        self.picture = next(pictures())
        self.truth = np.zeros((HIGH, WIDE), bool)
        x, y = corner(0)
        self.truth[y : y + SIDE, x : x + SIDE] = True

    def overlap(self, found) -> float:
        return float((found & self.truth).sum() / (found | self.truth).sum())

    def test_a_box_around_a_thing_and_a_click_on_it_find_it(self):
        x, y = corner(0)
        at = [(x + SIDE / 2) / WIDE, (y + SIDE / 2) / HIGH]
        for found in (
            boxed(self.picture, box_at(0)["box"]),
            clicked(self.picture, at),
        ):
            self.assertGreater(self.overlap(found), 0.9)

    def test_a_box_in_which_nothing_stands_out_is_the_region_itself(self):
        flat = np.full_like(self.picture, 128)

        found = boxed(flat, [0.25, 0.25, 0.5, 0.5])

        self.assertAlmostEqual(found.mean(), 0.25, delta=0.02)
        self.assertTrue(found[HIGH // 2, WIDE // 2])

    def test_a_drawn_shape_lies_over_the_whole_picture(self):
        right_half = "00000000ffffffff" * 64

        found = drawn(self.picture, right_half)

        self.assertFalse(found[:, : WIDE // 2 - 2].any())
        self.assertTrue(found[:, WIDE // 2 + 2 :].all())


class TargetTests(unittest.TestCase):
    def read(self, content: bytes) -> np.ndarray:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "target"
            path.write_bytes(content)
            return read_cutout(path, Limits())

    def test_a_transparent_ground_comes_as_a_fourth_channel(self):
        picture = self.read(target_png())

        self.assertEqual(picture.shape, (96, 96, 4))
        self.assertEqual(picture[48, 48].tolist(), [40, 70, 225, 255])
        self.assertEqual(picture[2, 2, 3], 0)

    def test_an_opaque_picture_has_three(self):
        grey = cv2.imencode(".jpg", np.full((20, 30, 3), 90, np.uint8))[1]

        self.assertEqual(self.read(grey.tobytes()).shape, (20, 30, 3))
