"""Titles are put together frame by frame as their pieces say, sound in step."""

import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from pipelines.samples import setups
from pipelines.samples.assembly import assemble
from pipelines.samples.frames import reframe
from pipelines.samples.pieces import Drawn, Form, Taken, Window

SOUND_RATE = 48_000


def form(rate=Fraction(24000, 1001), picture=Fraction(16, 9), timecode="01:00:00:00"):
    return Form(rate, (160, 90), timecode, "A001", picture)


def taken(clip, first, end, **more):
    return Taken(f"{clip} {first}", clip, first, end, "stage", people=False, **more)


def draw_clip(path, frames=48, rate=24):
    """A grey clip with a white bar at column 3n in frame n; a beep in frames 24 to 26."""
    with av.open(path, "w") as container:
        video = container.add_stream("libx264", rate=rate, options={"qp": "0"})
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        audio = container.add_stream("pcm_s16le", rate=SOUND_RATE, layout="stereo")
        for number in range(frames):
            grey = np.full((90, 160, 3), 120, np.uint8)
            grey[:, 3 * number : 3 * number + 3] = 255
            container.mux(video.encode(av.VideoFrame.from_ndarray(grey, "bgr24")))
        container.mux(video.encode(None))
        beep = np.zeros((1, 2 * SOUND_RATE * frames // rate), np.int16)
        beep[:, 2 * SOUND_RATE * 24 // rate : 2 * SOUND_RATE * 26 // rate] = 20_000
        sound = av.AudioFrame.from_ndarray(beep, "s16", "stereo")
        sound.sample_rate = SOUND_RATE
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))


def decoded(path):
    with av.open(path) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def number_in(picture):
    """Which frame of the drawn clip a picture shows."""
    columns = picture.mean(axis=(0, 2))
    return int(np.argmax(np.convolve(columns, np.ones(3), "valid"))) // 3


def heard(path):
    """The sound of a file as one row of samples, from time zero."""
    with av.open(path) as container:
        resampler = av.AudioResampler("fltp", "mono", SOUND_RATE)
        parts = [p for f in container.decode(audio=0) for p in resampler.resample(f)]
    return np.concatenate([part.to_ndarray()[0] for part in parts])


class AssemblyTests(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        draw_clip(self.folder / "stage.mov")

    def assemble(self, *pieces, name="title.mov", **more):
        out = self.folder / name
        return out, assemble(pieces, self.folder, out, form(**more))

    def test_pieces_follow_each_other_at_the_frames_that_are_returned(self):
        out, spans = self.assemble(
            Drawn("bars", "bars", 10),
            taken("stage.mov", 0, 12),
            taken("stage.mov", 24, 36),
            rate=Fraction(24),
        )
        self.assertEqual(
            [(s.first, s.end) for s in spans], [(0, 10), (10, 22), (22, 34)]
        )
        frames = decoded(out)
        self.assertEqual(len(frames), 34)
        shown = [number_in(frame) for frame in frames[10:]]
        self.assertEqual(shown, [*range(12), *range(24, 36)])

    def test_another_rate_shows_the_frame_that_is_on_screen_at_that_time(self):
        out, [span] = self.assemble(taken("stage.mov", 0, 24), rate=Fraction(50))
        self.assertEqual(span.end, 50)
        shown = [number_in(frame) for frame in decoded(out)]
        self.assertEqual(shown, [number * 24 // 50 for number in range(50)])

    def test_a_mirrored_piece_is_seen_the_other_way_round(self):
        out, _ = self.assemble(
            taken("stage.mov", 5, 15, mirrored=True), rate=Fraction(24)
        )
        shown = [number_in(frame[:, ::-1]) for frame in decoded(out)]
        self.assertEqual(shown, list(range(5, 15)))

    def test_a_window_moves_evenly_from_its_start_to_its_end(self):
        left, right = Window(0.25, 0.5, 0.5), Window(0.75, 0.5, 0.5)
        out, _ = self.assemble(
            taken("stage.mov", 20, 30, window=left, until=right), rate=Fraction(24)
        )
        for number, picture in enumerate(decoded(out)):
            bar = (3 * (20 + number) + 1.5) / 160
            edge = 0.5 * number / 9
            bright = np.flatnonzero(picture.mean(axis=(0, 2)) > 180)
            self.assertAlmostEqual(bright.mean() + 0.5, (bar - edge) * 320, delta=1.5)

    def test_half_speed_takes_twice_as_long_and_is_silent(self):
        out, [span] = self.assemble(
            taken("stage.mov", 20, 30, speed=Fraction(1, 2)), rate=Fraction(24)
        )
        shown = [number_in(frame) for frame in decoded(out)]
        self.assertEqual(shown, [20 + number // 2 for number in range(20)])
        self.assertEqual(span.end, 20)
        self.assertEqual(np.abs(heard(out)).max(), 0)

    def test_sound_stays_with_its_picture(self):
        for name in ("title.mov", "title.mp4"):
            with self.subTest(name):
                out, spans = self.assemble(
                    Drawn("black", "black", 31), taken("stage.mov", 10, 40), name=name
                )
                [loud] = np.nonzero(np.abs(heard(out)) > 0.3)
                rate = Fraction(24000, 1001)
                wanted = float(spans[1].first / rate + Fraction(14, 24))
                self.assertAlmostEqual(loud[0] / SOUND_RATE, wanted, delta=0.004)
                self.assertAlmostEqual(
                    (loud[-1] - loud[0]) / SOUND_RATE, 2 / 24, delta=0.01
                )

    def test_the_file_carries_rate_timecode_and_reel(self):
        out, _ = self.assemble(
            Drawn("black", "black", 30),
            rate=Fraction(30000, 1001),
            timecode="10:00:00;00",
        )
        with av.open(out) as container:
            self.assertEqual(
                container.streams.video[0].average_rate, Fraction(30000, 1001)
            )
            [clock] = [s for s in container.streams if s.type == "data"]
            self.assertEqual(clock.metadata["timecode"], "10:00:00;00")
            self.assertEqual(clock.metadata["reel_name"], "A001")

    def test_the_same_pieces_give_the_same_bytes(self):
        for name in ("title.mov", "title.mp4"):
            with self.subTest(name):
                pieces = Drawn("slate", "slate", 9, ("A",)), taken("stage.mov", 3, 30)
                out, _ = self.assemble(*pieces, name=name)
                first = out.read_bytes()
                out.unlink()
                self.assemble(*pieces, name=name)
                self.assertEqual(out.read_bytes(), first)

    def test_a_scope_picture_stands_between_black_bars(self):
        out, _ = self.assemble(
            taken("stage.mov", 40, 44), picture=Fraction(40, 17), rate=Fraction(24)
        )
        rows = decoded(out)[0].mean(axis=(1, 2))
        active = form(picture=Fraction(40, 17)).active[1]
        top = (90 - active) // 2
        self.assertLess(rows[: top - 1].max(), 8)
        self.assertLess(rows[top + active + 1 :].max(), 8)
        self.assertGreater(rows[top + 2 : top + active - 2].min(), 100)

    def test_frames_that_the_clip_does_not_have_are_refused(self):
        with self.assertRaisesRegex(ValueError, "ends before frame 60"):
            self.assemble(taken("stage.mov", 40, 60))

    def test_a_piece_that_runs_over_a_cut_inside_a_clip_is_refused(self):
        with self.assertRaisesRegex(ValueError, "leaves the set-up bus from above"):
            setups.BUS.take("bus", 20, 40, Window(), "")


class ReframeTests(unittest.TestCase):
    def setUp(self):
        self.picture = np.zeros((90, 160, 3), np.uint8)
        self.picture[30:60, 80:120] = 200

    def test_the_whole_window_is_the_picture_itself(self):
        shown = reframe(self.picture, Window(), (160, 90))
        np.testing.assert_array_equal(shown, self.picture)

    def test_a_window_of_a_quarter_fills_the_frame_with_it(self):
        shown = reframe(self.picture, Window(0.625, 0.5, 0.25), (320, 180))
        self.assertGreater(shown[8:172, 8:312].min(), 190)
        beside = reframe(self.picture, Window(0.375, 0.5, 0.25), (320, 180))
        self.assertLess(beside[:, :304].max(), 10)

    def test_enlarging_and_shrinking_keep_the_middle_in_place(self):
        for size in ((640, 360), (80, 45), (160, 90)):
            with self.subTest(size):
                shown = reframe(self.picture, Window(), size)[:, :, 0] > 100
                [rows, columns] = np.nonzero(shown)
                middle = columns.mean() + 0.5, rows.mean() + 0.5
                self.assertAlmostEqual(middle[0], size[0] * 100 / 160, delta=0.6)
                self.assertAlmostEqual(middle[1], size[1] / 2, delta=0.6)

    def test_wide_pixels_are_shown_wide(self):
        round_on_screen = np.zeros((100, 50, 3), np.uint8)
        cv2.ellipse(round_on_screen, (25, 50), (10, 20), 0, 0, 360, (255,) * 3, -1)
        shown = (
            reframe(round_on_screen, Window(), (200, 200), aspect=2.0)[:, :, 0] > 128
        )
        [rows, columns] = np.nonzero(shown)
        self.assertAlmostEqual(np.ptp(rows), np.ptp(columns), delta=4)

    def test_a_window_outside_the_picture_is_refused(self):
        for window in (Window(0.2, 0.5, 0.5), Window(0.5, 0.1, 0.5), Window(width=1.2)):
            with self.subTest(window), self.assertRaisesRegex(ValueError, "outside"):
                reframe(self.picture, window, (160, 90))
