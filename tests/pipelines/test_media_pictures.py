import tempfile
import unittest
from pathlib import Path

import av
import cv2
import numpy as np

from pipelines.media.errors import UnreadableMedia
from pipelines.media.limits import Limits
from pipelines.media.pictures import LONGEST_SIDE, read_picture


def noise():
    return np.random.default_rng(1).integers(0, 255, (90, 160, 3), np.uint8)


class PictureTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "still"

    def write(self, picture, suffix):
        _, coded = cv2.imencode(suffix, picture)
        self.path.write_bytes(coded.tobytes())

    def refused(self, limits=None):
        with self.assertRaises(UnreadableMedia) as caught:
            read_picture(self.path, limits or Limits())
        self.assertNotIn(self.path.name + ":", caught.exception.message)
        return caught.exception.message

    def test_red_left_of_blue_whatever_the_format(self):
        picture = np.zeros((90, 160, 3), np.uint8)
        picture[:, :80, 2], picture[:, 80:, 0] = 250, 250  # OpenCV writes BGR
        for suffix in (".png", ".jpg", ".webp"):
            with self.subTest(suffix):
                self.write(picture, suffix)
                seen = read_picture(self.path, Limits())
                self.assertEqual(seen.shape, (90, 160, 3))
                left, right = seen[:, 10].mean(axis=0), seen[:, -10].mean(axis=0)
                np.testing.assert_allclose(left, [250, 0, 0], atol=12)
                np.testing.assert_allclose(right, [0, 0, 250], atol=12)

    def test_a_large_picture_is_made_small_in_the_sandbox(self):
        self.write(np.full((1500, 3000, 3), 90, np.uint8), ".jpg")

        seen = read_picture(self.path, Limits())
        self.assertEqual(seen.shape, (LONGEST_SIDE // 2, LONGEST_SIDE, 3))

    def test_a_telephone_held_upright_gives_an_upright_picture(self):
        picture = np.zeros((60, 120, 3), np.uint8)
        picture[:, :60] = 255
        self.write(picture, ".jpg")
        coded = self.path.read_bytes()
        # EXIF orientation 6: turn clockwise to see it as it was seen.
        exif = bytes.fromhex("45786966000049492a0008000000010012010300010000000600")
        exif += bytes(6)
        part = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
        self.path.write_bytes(coded[:2] + part + coded[2:])

        seen = read_picture(self.path, Limits())
        self.assertEqual(seen.shape, (120, 60, 3))
        self.assertGreater(seen[10].mean(), 200)  # what was left is up
        self.assertLess(seen[-10].mean(), 50)

    def test_what_is_not_allowed_is_refused_in_one_sentence(self):
        self.path.write_bytes(b"GIF89a" + bytes(200))
        self.assertIn("accepted are PNG, JPEG, WebP", self.refused())
        self.path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        self.assertIn("this is not a picture", self.refused())
        self.write(np.zeros((50, 50, 3), np.uint8), ".bmp")
        self.assertIn("this is not a picture", self.refused())

    def test_a_film_is_no_picture(self):
        with av.open(str(self.path), "w", format="mp4") as target:
            stream = target.add_stream("libx264", rate=25)
            stream.width, stream.height = 64, 64
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            target.mux(stream.encode(frame))
            target.mux(stream.encode(None))

        self.assertIn("this is not a picture", self.refused())

    def test_a_bomb_is_refused_before_it_is_decoded(self):
        self.write(np.zeros((1000, 1200, 3), np.uint8), ".png")

        said = self.refused(Limits(max_pixels=1_000_000))
        self.assertIn("pixels that are accepted", said)

    def test_a_broken_picture_says_so(self):
        self.write(noise(), ".png")
        self.path.write_bytes(self.path.read_bytes()[:200])

        self.assertTrue(self.refused())
