import tempfile
import unittest
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from mlcore.matching.masks import area, centred, iou, placed
from mlcore.matching.segmenters import (
    ForegroundSegmenter,
    PeopleFirst,
    PersonSegmenter,
    choose_segmenter,
)
from mlcore.matching.segmenters.saliency import geodesic_saliency, to_lab
from tests.mlcore.drawn import bust, compressed, figure, flat, painted, texture
from tests.mlcore.photographs import photographs, sample, weights_folder

PEOPLE = ["woman grieving", "driver", "man smiling", "listener", "two men", "cyclist"]
NOBODY = ["robot", "tower", "city pan", "bridge pan", "clouds", "rabbit rising"]


@cache
def people_first():
    return PeopleFirst(weights_folder())


@cache
def film_frames():
    return sample("reel_one").middles(PEOPLE + NOBODY)


class PersonTests(unittest.TestCase):
    def test_people_in_film_frames_are_people(self):
        for name in PEOPLE:
            with self.subTest(name):
                found = people_first().segment(film_frames()[name])

                self.assertEqual(found.subject, "person")
                self.assertGreaterEqual(found.score, 0.6)
                self.assertLessEqual(found.score, 1.0)

    def test_things_places_and_animals_are_not(self):
        segmenter = PersonSegmenter(weights_folder())
        for name, picture in {
            **photographs(),
            **{name: film_frames()[name] for name in NOBODY},
        }.items():
            with self.subTest(name):
                self.assertIsNone(segmenter.segment(picture))

    def test_without_the_gate_the_mask_would_cover_a_flower(self):
        segmenter = PersonSegmenter(weights_folder())

        coverage = segmenter.coverage(photographs()["flower"])

        self.assertGreater(area(coverage >= 0.5), 0.1)

    def test_the_mask_is_where_the_person_is(self):
        found = people_first().segment(film_frames()["woman grieving"])

        mask = placed(found.coverage)
        _, columns = np.nonzero(mask)
        # Her head is right of the middle, and the wall to the left of her is wall.
        self.assertGreater(columns.mean(), 38)
        self.assertFalse(mask[:, :12].any())

    def test_a_wide_picture_keeps_its_people(self):
        title = sample("reel_two")
        for name, picture in title.middles(["listener", "man at door"]).items():
            with self.subTest(name):
                self.assertEqual(picture.shape[:2], (272, 640))
                found = people_first().segment(picture)

                self.assertEqual(found.subject, "person")
                self.assertEqual(found.coverage.shape, (109, 256))

    def test_two_masks_of_one_moment_in_another_copy_agree(self):
        picture = film_frames()["driver"]
        copies = {
            "jpeg": compressed(picture, 60),
            "half": cv2.resize(picture, (320, 180), interpolation=cv2.INTER_AREA),
            "bright": np.clip(picture * 1.1, 0, 255).astype(np.uint8),
        }
        one = people_first().segment(picture).coverage
        for name, copy in copies.items():
            with self.subTest(name):
                other = people_first().segment(copy).coverage

                self.assertGreater(iou(placed(one), placed(other)), 0.93)

    def test_planted_likenesses_have_more_in_common_than_others(self):
        masks = {
            name: placed(people_first().segment(film_frames()[name]).coverage)
            for name in ("woman grieving", "man smiling", "two men", "cyclist")
        }

        like = iou(masks["woman grieving"], masks["man smiling"])

        self.assertGreater(like, 0.75)
        for other in ("two men", "cyclist"):
            with self.subTest(other):
                self.assertLess(iou(masks["woman grieving"], masks[other]), like - 0.2)

    def test_the_same_picture_always_gives_the_same_mask(self):
        picture = film_frames()["man smiling"]

        one = people_first().segment(picture)
        two = PeopleFirst(weights_folder()).segment(picture)

        self.assertTrue(np.array_equal(one.coverage, two.coverage))
        self.assertEqual(one.score, two.score)


class ForegroundTests(unittest.TestCase):
    def test_a_drawn_subject_is_cut_out_where_it_stands(self):
        for seed, (name, mask) in enumerate(
            {
                "figure": figure(centre=(0.3, 0.55)),
                "bust": bust(centre=(0.6, 0.4), height=0.6),
                "small": figure(centre=(0.7, 0.5), height=0.5),
            }.items()
        ):
            with self.subTest(name):
                ground = texture(seed, (180, 320), swing=20)
                picture = painted(ground, mask, (235, 225, 200))

                found = ForegroundSegmenter().segment(picture)

                self.assertEqual(found.subject, "foreground")
                self.assertGreater(iou(placed(found.coverage), placed(mask)), 0.8)
                self.assertGreater(
                    iou(centred(found.coverage, 16 / 9), centred(mask, 16 / 9)), 0.75
                )

    def test_a_flower_and_a_palace_are_clear(self):
        for name, share in {"flower": (0.15, 0.3), "china": (0.12, 0.3)}.items():
            with self.subTest(name):
                found = ForegroundSegmenter().segment(photographs()[name])

                self.assertGreater(area(found.coverage), share[0])
                self.assertLess(area(found.coverage), share[1])
                self.assertGreater(found.coverage[30:60, 30:70].mean(), 0.3)

    def test_a_texture_a_flat_field_and_a_landscape_have_no_subject(self):
        brick = np.full((180, 320, 3), 120, np.uint8)
        brick[::20] = brick[:, ::40] = 60
        for name, picture in {
            "texture": texture(9, (180, 320)),
            "flat": flat((90, 90, 90), (180, 320)),
            "wall": brick,
            "two tones": np.vstack(
                [flat((160, 190, 230), (90, 320)), flat((50, 90, 40), (90, 320))]
            ),
        }.items():
            with self.subTest(name):
                self.assertIsNone(ForegroundSegmenter().segment(picture))

    def test_a_hint_finds_what_colours_alone_do_not_show(self):
        mask = bust(centre=(0.5, 0.45), height=0.7)
        motley, coat = texture(0, (180, 320), 120), texture(50, (180, 320), 60)
        motley[..., 0] //= 3
        coat[..., 2] //= 4
        coat[..., 0] = np.maximum(coat[..., 0], 150)
        picture = np.where(mask[..., None], coat, motley)

        alone = ForegroundSegmenter().segment(picture)
        told = ForegroundSegmenter().segment(picture, hint=mask.astype(np.float32))

        self.assertIsNone(alone)
        self.assertGreater(iou(placed(told.coverage), placed(mask)), 0.9)

    def test_the_same_picture_always_gives_the_same_mask(self):
        flower = photographs()["flower"]
        one = ForegroundSegmenter().segment(flower)
        ForegroundSegmenter().segment(photographs()["china"])

        two = ForegroundSegmenter().segment(flower)

        self.assertTrue(np.array_equal(one.coverage, two.coverage))

    def test_saliency_by_hand(self):
        lab = np.zeros((5, 5, 3), np.float32)
        lab[2, 2, 0] = 12.0

        found = geodesic_saliency(lab)

        # From the edge inwards: .02 a step, then 12 less the 2 that nobody sees.
        self.assertAlmostEqual(float(found[0, 0]), 0.02, places=5)
        self.assertAlmostEqual(float(found[1, 1]), 0.04, places=5)
        self.assertAlmostEqual(float(found[2, 2]), 0.04 + 10.02, places=4)

    def test_lab_is_on_its_usual_scale(self):
        white, black = (
            to_lab(flat((255, 255, 255), (4, 4))),
            to_lab(flat((0, 0, 0), (4, 4))),
        )

        self.assertAlmostEqual(float(white[0, 0, 0]), 100.0, places=2)
        self.assertAlmostEqual(float(black[0, 0, 0]), 0.0, places=2)


class ChoiceTests(unittest.TestCase):
    def test_without_a_person_the_foreground_is_taken(self):
        found = people_first().segment(photographs()["flower"])

        self.assertEqual(found.subject, "foreground")

    def test_people_come_first_where_nothing_else_is_placed(self):
        segmenter = choose_segmenter(weights_folder())

        self.assertIsInstance(segmenter, PeopleFirst)
        self.assertEqual(len(segmenter.weights), 4)
        self.assertTrue(all(file.is_file() for file in segmenter.weights))

    def test_a_missing_file_is_named(self):
        with (
            tempfile.TemporaryDirectory() as empty,
            self.assertRaises(FileNotFoundError) as caught,
        ):
            choose_segmenter(Path(empty))

        self.assertTrue(
            caught.exception.filename.endswith("selfie_segmentation.tflite")
        )

    def test_what_is_no_picture_is_refused(self):
        for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)):
            with self.subTest(wrong.shape), self.assertRaisesRegex(ValueError, "uint8"):
                people_first().segment(wrong)


if __name__ == "__main__":
    unittest.main()
