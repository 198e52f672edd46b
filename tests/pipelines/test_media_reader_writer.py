import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from unittest import TestCase

import av
import cv2
import numpy as np

from pipelines.media.errors import UnreadableMedia
from pipelines.media.reader import open_proxy, read_frames, read_stills
from pipelines.media.writer import write_jpeg, write_loop
from tests.footage import (
    Clip,
    Ingested,
    draw_picture,
    ingest_clip,
    read_code,
    read_codes,
    write_clip,
)
from tests.footage.ingested import loud_from


class FilesInAFolder(TestCase):
    folder: Path
    first: Ingested
    second: Ingested

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.first = cls.ingest("first.mp4", Clip(frames=60, options={"g": "20"}))
        cls.second = cls.ingest(
            "second.mov",
            Clip(
                frames=48,
                first_code=500,
                rate=Fraction(24000, 1001),
                size=(240, 240),
                click=1.0,
            ),
        )

    @classmethod
    def ingest(cls, name: str, clip: Clip) -> Ingested:
        return ingest_clip(write_clip(cls.folder / name, clip))


class ReadingStills(FilesInAFolder):
    def test_gives_them_in_the_order_asked_for(self):
        stills = read_stills(self.first.proxy.path, [40, 3, 3, 59])
        self.assertEqual(read_codes(stills), [40, 3, 3, 59])

    def test_gives_any_width_with_three_channels(self):
        for width in (16, 24, 48, 72, 100, 320, 640):
            [still] = read_stills(self.first.proxy.path, [7], width)
            height = round(width * 180 / 320)
            self.assertEqual(still.shape, (height, width, 3))
            self.assertEqual(still.dtype, np.uint8)

    def test_gives_red_first(self):
        [still] = read_stills(self.first.proxy.path, [0])
        red, green, blue = still[5, 5]
        self.assertGreater(red, 150)
        self.assertLess(max(green, blue), 90)

    def test_refuses_frames_that_are_not_there(self):
        with self.assertRaises(IndexError):
            read_stills(self.first.proxy.path, [60])


class ReadingSourceFrames(FilesInAFolder):
    def read(self, indices, **more):
        done = self.first
        return list(
            read_frames(done.source, done.probe, done.proxy.times, indices, **more)
        )

    def test_gives_exactly_those_asked_for(self):
        wanted = [0, 1, 19, 20, 21, 39, 58, 59]
        self.assertEqual(read_codes(self.read(wanted)), wanted)

    def test_gives_any_size(self):
        [frame] = self.read([30], size=(160, 90))
        self.assertEqual(frame.shape, (90, 160, 3))
        self.assertEqual(read_code(frame), 30)

    def test_gives_colours_as_they_were_drawn(self):
        [frame] = self.read([30])
        drawn = draw_picture(30, (320, 180))
        self.assertLess(np.abs(frame.astype(int) - drawn).mean(), 6)

    def test_needs_rising_indices(self):
        with self.assertRaises(ValueError):
            self.read([3, 2])
        with self.assertRaises(IndexError):
            self.read([60])

    def test_says_so_when_the_source_is_another_one(self):
        done = self.first
        with self.assertRaisesRegex(UnreadableMedia, "no longer where they were"):
            list(
                read_frames(
                    self.second.source, done.probe, done.proxy.times, [1, 50, 59]
                )
            )

    def test_seeks_far_ahead(self):
        done = self.ingest("long.mp4", Clip(frames=400, options={"g": "50"}))
        wanted = [2, 210, 399]
        frames = read_frames(done.source, done.probe, done.proxy.times, wanted)
        self.assertEqual(read_codes(frames), wanted)


class WritingAStill(FilesInAFolder):
    def test_keeps_the_colours(self):
        picture = np.zeros((40, 60, 3), np.uint8)
        picture[:] = (200, 30, 90)
        write_jpeg(self.folder / "a.jpg", picture, quality=95)
        read = cv2.imread(str(self.folder / "a.jpg"))[..., ::-1]
        self.assertLess(np.abs(read.astype(int) - picture).max(), 8)
        self.assertEqual(list(self.folder.glob(".*")), [])


class WritingALoop(FilesInAFolder):
    def loop(self, leaving, entering):
        path = self.folder / "loop.mp4"
        first, second = self.first.proxy.path, self.second.proxy.path
        write_loop(first, leaving, second, entering, path)
        return path

    def test_plays_the_one_and_then_the_other(self):
        reader = open_proxy(self.loop((50, 60), (0, 12)))
        frames = reader.get_batch(range(22)).asnumpy()
        self.assertEqual(len(reader), 22)
        self.assertEqual(frames.shape[1:], (180, 320, 3))
        self.assertEqual(read_codes(frames[:10]), list(range(50, 60)))
        # The square picture stands between black bars on the canvas of the first.
        self.assertLess(frames[10:, :, :60].mean(), 6)
        inside = frames[10:, :, 70:250]
        self.assertEqual(read_codes(inside), list(range(500, 512)))

    def test_keeps_the_length_of_every_frame(self):
        reader = open_proxy(self.loop((50, 60), (0, 12)))
        times = [reader.get_frame_timestamp(index)[0] for index in range(22)]
        for index in range(22):
            late = index - 10
            true = index / 25 if late < 0 else 0.4 + late * 1001 / 24000
            self.assertAlmostEqual(times[index], true, places=4)

    def test_has_the_sound_of_the_side_that_has_one(self):
        path = self.loop((50, 60), (20, 40))
        # The click stands 1 s into the second title; its side begins at its frame 20.
        expected = 0.4 + 1.0 - 20 * 1001 / 24000
        self.assertAlmostEqual(loud_from(path), expected, delta=1 / 25)

    def test_has_no_sound_where_neither_side_has(self):
        path = self.folder / "silent.mp4"
        first = self.first.proxy.path
        write_loop(first, (0, 5), first, (20, 25), path)
        with av.open(str(path)) as opened:
            self.assertEqual(len(opened.streams.audio), 0)

    def test_refuses_frames_that_are_not_there(self):
        for span in ((55, 61), (5, 5), (-1, 4)):
            with self.subTest(span=span), self.assertRaises(IndexError):
                self.loop(span, (0, 5))
        self.assertFalse((self.folder / "silent.mp4.part").exists())


class DecordAndPyav(TestCase):
    def test_do_not_mix_up_their_encoders(self):
        script = (
            "import pipelines.media.reader, pathlib, sys;"
            "from tests.footage import Clip, write_clip;"
            "clip = Clip(frames=2, codec='libvpx-vp9');"
            "write_clip(pathlib.Path(sys.argv[1]), clip)"
        )
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", script, f"{folder}/a.webm"]
            run = subprocess.run(command, capture_output=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr.decode())
