import json
import tempfile
from fractions import Fraction
from pathlib import Path
from unittest import TestCase

import numpy as np

from pipelines.media.child.picture import PictureFinder
from pipelines.media.child.rates import customary
from pipelines.media.probe import AudioStream, Probe, probe
from tests.footage import Clip, draw_picture, write_clip

NTSC = Fraction(30000, 1001)


class AProbe(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def probe(self, name: str, clip: Clip) -> Probe:
        return probe(write_clip(self.folder / name, clip))

    def test_reads_back_from_its_json(self):
        found = self.probe("a.mp4", Clip(frames=12, rate=NTSC, click=0.1))
        self.assertEqual(
            Probe.from_json(json.loads(json.dumps(found.as_json()))), found
        )

    def test_gives_the_facts_of_the_file(self):
        found = self.probe("Reel 7.mp4", Clip(frames=25, click=0.5))
        self.assertEqual(
            (found.container, found.video_codec, found.pixel_format, found.bit_depth),
            ("mov", "h264", "yuv420p", 8),
        )
        self.assertEqual((found.rate, found.variable_rate), (25, False))
        self.assertEqual((found.frames, found.seconds), (25, 1.0))
        self.assertEqual(found.field_order, "progressive")
        sound = AudioStream(
            index=1, codec="aac", sample_rate=48_000, channels=1, language="und"
        )
        self.assertEqual(found.audio, (sound,))
        self.assertEqual((found.reel, found.reel_origin), ("Reel 7", "file name"))
        self.assertEqual((found.start_timecode, found.timecode_origin), (None, "none"))
        self.assertEqual(found.active_picture, (0.0, 0.0, 1.0, 1.0))

    def test_gives_ntsc_rates_exactly_from_every_container(self):
        for name in ("a.mp4", "a.mov", "a.mkv", "a.ts", "a.avi"):
            codec = "mpeg4" if name == "a.avi" else "libx264"
            for rate in (Fraction(24000, 1001), NTSC):
                with self.subTest(name=name, rate=rate):
                    found = self.probe(name, Clip(rate=rate, codec=codec, frames=40))
                    self.assertEqual(found.rate, rate)
                    self.assertFalse(found.variable_rate)

    def test_knows_depth_and_chroma_of_an_editing_codec(self):
        clip = Clip(codec="prores_ks", pixel_format="yuv422p10le", frames=3)
        found = self.probe("a.mov", clip)
        self.assertEqual(found.video_codec, "prores")
        self.assertEqual((found.pixel_format, found.bit_depth), ("yuv422p10le", 10))

    def test_finds_timecode_and_reel_in_the_timecode_track(self):
        clip = Clip(frames=3, timecode="01:00:00:00", reel="A001C003")
        found = self.probe("x.mov", clip)
        self.assertEqual(
            (found.start_timecode, found.timecode_origin), ("01:00:00:00", "tmcd")
        )
        self.assertEqual((found.reel, found.reel_origin), ("A001C003", "tmcd"))
        self.assertFalse(found.drop_frame)

    def test_knows_drop_frame_by_its_semicolon(self):
        found = self.probe("x.mp4", Clip(frames=3, timecode="00:59:59;28", rate=NTSC))
        self.assertEqual(found.start_timecode, "00:59:59;28")
        self.assertTrue(found.drop_frame)

    def test_finds_timecode_in_mxf(self):
        clip = Clip(
            codec="mpeg2video", timecode="10:00:00:12", frames=12, options={"b": "3M"}
        )
        found = self.probe("x.mxf", clip)
        self.assertEqual(
            (found.start_timecode, found.timecode_origin), ("10:00:00:12", "mxf")
        )

    def test_takes_a_timecode_tag_in_matroska_for_the_streams(self):
        found = self.probe("x.mkv", Clip(frames=3, timecode="02:00:00:00"))
        self.assertEqual(
            (found.start_timecode, found.timecode_origin), ("02:00:00:00", "stream")
        )

    def test_displays_anamorphic_pixels_square(self):
        clip = Clip(size=(1024, 576), pixel_aspect=Fraction(64, 45), frames=3)
        found = self.probe("a.mov", clip)
        self.assertEqual((found.width, found.height), (720, 576))
        self.assertEqual(found.pixel_aspect, Fraction(64, 45))
        self.assertEqual((found.display_width, found.display_height), (1024, 576))

    def test_displays_a_turned_picture_upright(self):
        found = self.probe("a.mp4", Clip(size=(180, 320), rotation=90, frames=3))
        self.assertEqual((found.width, found.height), (320, 180))
        self.assertEqual(found.rotation, 90)
        self.assertEqual((found.display_width, found.display_height), (180, 320))

    def test_knows_which_field_is_first(self):
        for fields in ("top", "bottom"):
            clip = Clip(size=(320, 240), fields=fields, frames=6)
            self.assertEqual(self.probe("a.mp4", clip).field_order, fields)

    def test_finds_the_active_picture_of_the_displayed_one(self):
        clip = Clip(size=(280, 640), bars=(40, 0), rotation=90, frames=12)
        x, y, width, height = self.probe("a.mp4", clip).active_picture
        self.assertAlmostEqual(x, 40 / 360, delta=0.006)
        self.assertAlmostEqual(width, 280 / 360, delta=0.012)
        self.assertEqual((y, height), (0.0, 1.0))

    def test_is_not_fooled_by_dark_frames(self):
        for dark in (range(70), range(20, 100)):
            clip = Clip(frames=100, size=(640, 280), bars=(0, 40), dark=frozenset(dark))
            with self.subTest(dark=dark):
                picture = self.probe("a.mp4", clip).active_picture
                for found, true in zip(
                    picture, (0, 40 / 360, 1, 280 / 360), strict=True
                ):
                    self.assertAlmostEqual(found, true, delta=0.006)


class ThePictureFinder(TestCase):
    def find(self, *pictures: np.ndarray) -> list[float]:
        finder = PictureFinder()
        for picture in pictures:
            finder.add(picture.astype(np.uint8))
        return [round(part, 3) for part in finder.active()]

    def letterboxed(self, seed: int) -> np.ndarray:
        picture = draw_picture(seed, (320, 140), scene=seed).mean(axis=2)
        return np.pad(picture, ((20, 20), (0, 0)))

    def test_finds_nothing_to_cut_in_a_black_film(self):
        self.assertEqual(self.find(*[np.zeros((180, 320))] * 5), [0, 0, 1, 1])
        self.assertEqual(self.find(), [0, 0, 1, 1])

    def test_is_not_fooled_by_text_in_the_bars(self):
        film = [self.letterboxed(seed) for seed in range(10)]
        for picture in film:
            picture[168:174, 130:180:2] = 230
        self.assertEqual(self.find(*film), [0, 0.111, 1, 0.778])

    def test_is_not_fooled_by_a_logo_that_fills_the_frame(self):
        film = [self.letterboxed(seed) for seed in range(23)]
        logo = draw_picture(1, (320, 180)).mean(axis=2)
        self.assertEqual(self.find(logo, *film), [0, 0.111, 1, 0.778])

    def test_keeps_the_whole_where_scenes_of_two_shapes_alternate(self):
        wide = [self.letterboxed(seed) for seed in range(8)]
        full = [draw_picture(seed, (320, 180)).mean(axis=2) for seed in range(4)]
        self.assertEqual(self.find(*wide, *full), [0, 0, 1, 1])

    def test_does_not_take_a_dark_floor_for_a_bar(self):
        film = [draw_picture(seed, (320, 180)).mean(axis=2) for seed in range(6)]
        for picture in film:
            picture[130:] = 4
        self.assertEqual(self.find(*film), [0, 0, 1, 1])


class ARate(TestCase):
    def test_near_a_customary_one_is_that_one(self):
        self.assertEqual(customary(Fraction(23976, 1000)), Fraction(24000, 1001))
        self.assertEqual(customary(Fraction(24)), 24)
        self.assertEqual(customary(Fraction(299_997, 10_000)), 30)
        self.assertEqual(customary(Fraction(59940, 1000)), Fraction(60000, 1001))

    def test_far_from_any_stays_as_it_is(self):
        self.assertEqual(customary(Fraction(173, 10)), Fraction(173, 10))
