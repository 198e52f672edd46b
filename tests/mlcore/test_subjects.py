"""Each subject of a picture, and following them through a shot."""

import unittest
from functools import cache

import cv2
import numpy as np

from mlcore.matching.following import follow_subjects, one_of
from mlcore.matching.masks import area, iou, placed
from mlcore.matching.segmenters import ForegroundSegmenter, PeopleFirst, Silhouette
from mlcore.matching.segmenters.base import MOST_SUBJECTS, largest_first
from tests.mlcore.drawn import bust, figure, painted, texture
from tests.mlcore.photographs import photographs, sample, weights_folder


@cache
def people_first():
    return PeopleFirst(weights_folder())


@cache
def film_frames():
    return sample("reel_one").middles(["woman grieving", "man smiling", "robot"])


@cache
def two_people():
    """Two film frames, small, side by side on a wall: a person in each."""
    wall = np.full((360, 640, 3), 90, np.uint8)
    for left, name in ((0, "woman grieving"), (320, "man smiling")):
        wall[100:280, left : left + 320] = cv2.resize(film_frames()[name], (320, 180))
    return wall


class CountedSegmenter:
    """The real foreground segmenter, which counts how often it is asked anew."""

    def __init__(self):
        self.real, self.asked = ForegroundSegmenter(), 0
        self.name, self.weights = self.real.name, ()

    def segment(self, rgb):
        return self.real.segment(rgb)

    def subjects(self, rgb):
        self.asked += 1
        return self.real.subjects(rgb)

    def follow(self, rgb, before):
        return self.real.follow(rgb, before)


def walk(frames, leave=None):
    """Pictures of a figure that walks to the right, gone from frame `leave` on; its masks."""
    ground = texture(3, (180, 320), swing=20)
    masks = [figure(centre=(0.3 + 0.02 * n, 0.5), height=0.8) for n in range(frames)]
    shown = [
        ground
        if leave is not None and n >= leave
        else painted(ground, m, (235, 225, 200))
        for n, m in enumerate(masks)
    ]
    return shown, masks


class SubjectTests(unittest.TestCase):
    def test_two_people_are_two_subjects_the_larger_first(self):
        found = people_first().subjects(two_people())

        self.assertEqual([one.subject for one in found], ["person", "person"])
        shares = [area(one.coverage >= 0.5) for one in found]
        self.assertEqual(shares, sorted(shares, reverse=True))
        together = people_first().segment(two_people())
        both = np.maximum(found[0].coverage, found[1].coverage)
        self.assertTrue(np.array_equal(both, together.coverage))
        self.assertFalse(
            ((found[0].coverage >= 0.5) & (found[1].coverage >= 0.5)).any()
        )

    def test_one_person_is_the_subject_there_was(self):
        picture = film_frames()["man smiling"]

        (found,) = people_first().subjects(picture)

        one = people_first().segment(picture)
        self.assertTrue(np.array_equal(found.coverage, one.coverage))

    def test_without_people_the_thing_in_front_is_the_subject(self):
        for picture in (photographs()["flower"], film_frames()["robot"]):
            (found,) = people_first().subjects(picture)

            self.assertEqual(found.subject, "foreground")

    def test_an_empty_wall_has_no_subjects(self):
        self.assertEqual(people_first().subjects(texture(9, (180, 320))), ())

    def test_too_small_too_large_and_too_many_are_left_out(self):
        sizes = (10, 30, 20, 25, 15, 18, 99)
        found = []
        for size in sizes:
            coverage = np.zeros((100, 100), np.float32)
            coverage[:size, :size] = 1.0
            found.append(Silhouette(coverage, "person", 0.9))

        kept = [round(one.coverage.sum() ** 0.5) for one in largest_first(found)]

        self.assertEqual(kept, [30, 25, 20, 18])
        self.assertEqual(len(kept), MOST_SUBJECTS)


class FollowTests(unittest.TestCase):
    def test_a_person_is_followed_by_the_mask_alone(self):
        picture = film_frames()["man smiling"]
        turn = np.array([[1.0, 0, 12], [0, 1.0, 0]])
        later = np.asarray(cv2.warpAffine(picture, turn, (640, 360)), np.uint8)
        before = people_first().subjects(picture)

        (after,) = people_first().follow(later, before)

        (anew,) = people_first().subjects(later)
        self.assertGreater(iou(placed(after.coverage), placed(anew.coverage)), 0.97)
        self.assertEqual(after.score, before[0].score)

    def test_people_keep_their_order(self):
        before = people_first().subjects(two_people())

        after = people_first().follow(two_people(), before[::-1])

        for one, other in zip(before[::-1], after, strict=True):
            self.assertTrue(np.array_equal(one.coverage, other.coverage))

    def test_a_walker_is_found_in_every_frame_and_asked_for_once(self):
        pictures, masks = walk(13)
        segmenter = CountedSegmenter()

        found = follow_subjects(segmenter, pictures, 12)

        self.assertEqual(segmenter.asked, 1)
        for seen, mask in zip(found, masks, strict=True):
            self.assertGreater(iou(placed(seen[0].coverage), placed(mask)), 0.75)

    def test_where_nobody_is_at_the_start_the_ends_are_asked(self):
        pictures, _ = walk(8, leave=5)

        found = follow_subjects(ForegroundSegmenter(), pictures, 6)

        self.assertEqual([len(seen) for seen in found], [1] * 5 + [0] * 3)

    def test_one_of_several_is_told_from_the_others(self):
        left, right = figure(centre=(0.25, 0.5)), bust(centre=(0.7, 0.5), height=0.6)
        one, other = (
            Silhouette(mask.astype(np.float32), "person", 1.0) for mask in (left, right)
        )
        found = [(one, other), (other,), (other, one)]

        self.assertEqual(one_of(found, 0, 1), [other, other, other])
        self.assertEqual(one_of(found, 2, 0), [other, other, other])
        self.assertEqual(one_of(found, 1, 1), [None] * 3)


if __name__ == "__main__":
    unittest.main()
