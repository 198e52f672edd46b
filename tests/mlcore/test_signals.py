import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np
from scenedetect import FrameTimecode, StatsManager
from scenedetect.detectors import AdaptiveDetector

from mlcore.shots.signals import (
    SignalRecorder,
    Signals,
    black_frames,
    empty_signals,
    join_saved,
)
from tests.mlcore.drawn import SMALL, flat, pan, texture


def record(frames, previous=None):
    recorder = SignalRecorder(previous)
    for frame in frames:
        recorder.push(frame)
    return recorder.take()


class RecordingTests(unittest.TestCase):
    def test_the_content_score_is_the_one_pyscenedetect_keeps_in_its_statistics(self):
        frames = [*pan(1, 6), *pan(2, 6)]
        statistics = StatsManager()
        detector = AdaptiveDetector()
        detector.stats_manager = statistics
        for number, frame in enumerate(frames):
            detector.process_frame(FrameTimecode(number, fps=25.0), frame)

        content = record(frames).content

        for number in range(1, len(frames)):
            at = FrameTimecode(number, fps=25.0)
            (expected,) = statistics.get_metrics(at, ["content_val"])
            self.assertAlmostEqual(float(content[number]), expected, places=4)

    def test_the_first_frame_of_a_film_is_compared_with_nothing(self):
        signals = record(pan(3, 3))

        self.assertEqual(signals.content[0], 0.0)
        self.assertFalse(signals.flow[0].any())

    def test_grey_levels_are_measured_in_steps_of_255(self):
        half = flat((0, 0, 0))
        half[:, : SMALL[1] // 2] = 200

        signals = record([half])

        self.assertAlmostEqual(float(signals.luma_mean[0]), 100.0, places=3)
        self.assertAlmostEqual(float(signals.luma_std[0]), 100.0, places=3)

    def test_flow_says_where_the_picture_goes_in_widths_a_frame(self):
        for step in ((3.0, 0.0), (0.0, -2.0), (-2.0, 1.5)):
            with self.subTest(camera=step):
                flow = record(pan(4, 8, step)).flow[1:].astype(np.float64)

                right, down = flow.mean(axis=(0, 1, 2)) * SMALL[1]

                # The picture moves against the camera.
                self.assertAlmostEqual(right, -step[0], delta=0.25)
                self.assertAlmostEqual(down, -step[1], delta=0.25)

    def test_flow_of_a_push_in_points_away_from_the_middle(self):
        ground = texture(5, (288, 512))
        frames = []
        for number in range(6):
            turn = cv2.getRotationMatrix2D((256, 144), 0, 0.6 * 1.02**number)
            turn[:, 2] += (-128, -72)
            frames.append(
                np.asarray(cv2.warpAffine(ground, turn, (256, 144)), np.uint8)
            )

        field = record(frames).flow[1:].astype(np.float64).mean(axis=0)

        self.assertLess(field[4, 1, 0], -0.002)
        self.assertGreater(field[4, 14, 0], 0.002)
        self.assertLess(field[0, 8, 1], -0.001)
        self.assertGreater(field[8, 8, 1], 0.001)

    def test_a_still_picture_has_no_flow(self):
        signals = record([texture(6)] * 4)

        self.assertLess(np.abs(signals.flow.astype(np.float64)).max(), 1e-4)
        self.assertFalse(signals.content.any())

    def test_a_recorder_that_goes_on_gives_the_same_numbers_as_one_that_never_stopped(
        self,
    ):
        frames = pan(7, 12, (2.5, 1.0))
        whole = record(frames)

        pieces = [record(frames[:5]), record(frames[5:], previous=frames[4])]

        for name in ("content", "luma_mean", "luma_std", "tint", "flow"):
            with self.subTest(name):
                self.assertTrue(
                    np.array_equal(
                        getattr(whole, name),
                        np.concatenate([getattr(piece, name) for piece in pieces]),
                    )
                )

    def test_taking_forgets_what_was_taken_and_remembers_the_frame_before(self):
        frames = pan(8, 6)
        recorder = SignalRecorder()
        recorder.push(frames[0])
        recorder.take()

        self.assertEqual(len(recorder.take()), 0)
        recorder.push(frames[1])

        self.assertGreater(recorder.take().content[0], 0.0)

    def test_a_portrait_picture_is_measured_on_the_same_grid(self):
        tall = [np.rot90(frame).copy() for frame in pan(9, 4, (2.0, 0.0))]

        flow = record(tall).flow

        self.assertEqual(flow.shape, (4, 9, 16, 2))
        down = flow[1:, ..., 1].astype(np.float64).mean() * SMALL[0]
        self.assertAlmostEqual(down, 2.0, delta=0.3)

    def test_black_is_dark_and_flat_and_a_night_is_not(self):
        night = (texture(10) * 0.12).astype(np.uint8)

        signals = record(
            [flat((0, 0, 0)), flat((16, 16, 16)), night, flat((60, 60, 60))]
        )

        self.assertEqual(black_frames(signals).tolist(), [True, True, False, False])


class WrongInputTests(unittest.TestCase):
    def test_a_frame_of_another_size_is_refused(self):
        recorder = SignalRecorder(flat((9, 9, 9)))

        with self.assertRaisesRegex(ValueError, "one size"):
            recorder.push(flat((9, 9, 9), (90, 160)))

    def test_a_frame_that_is_not_colour_bytes_is_refused(self):
        for wrong in (np.zeros(SMALL, np.uint8), np.zeros((*SMALL, 3), np.float32)):
            with self.subTest(wrong.dtype), self.assertRaisesRegex(ValueError, "uint8"):
                SignalRecorder().push(wrong)

    def test_columns_of_different_length_are_no_signals(self):
        whole = record(pan(11, 4))

        with self.assertRaisesRegex(ValueError, "differ in length"):
            Signals(whole.content[:2], *(whole.luma_mean,) * 2, whole.tint, whole.flow)


class KeepingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "signals.npy"

    def test_what_is_loaded_is_what_was_saved(self):
        signals = record(pan(12, 5))

        signals.save(self.path)
        loaded = Signals.load(self.path)

        self.assertTrue(np.array_equal(signals.flow, loaded.flow))
        self.assertEqual(loaded.flow.dtype, np.float16)
        self.assertTrue(np.array_equal(signals.content, loaded.content))

    def test_a_file_with_pickles_in_it_is_not_loaded(self):
        np.save(self.path, np.array([{"a": 1}] * 100, object))

        with self.assertRaises(ValueError):
            Signals.load(self.path)

    def test_another_array_is_not_taken_for_signals(self):
        np.save(self.path, np.zeros(1000))

        with self.assertRaisesRegex(ValueError, "does not hold the signals"):
            Signals.load(self.path)

    def test_pieces_joined_on_disk_are_the_whole(self):
        whole = record(pan(5, 12))
        pieces = []
        for at in (0, 4, 8):
            pieces.append(self.path.with_name(f"{at}.npy"))
            whole[at : at + 4].save(pieces[-1])

        join_saved(pieces, self.path)
        joined = Signals.load(self.path)

        self.assertEqual(len(joined), 12)
        self.assertTrue(np.array_equal(joined.flow, whole.flow))
        self.assertTrue(np.array_equal(joined.content, whole.content))

    def test_a_slice_speaks_of_those_frames(self):
        signals = record(pan(13, 6))

        part = signals[2:5]

        self.assertEqual(len(part), 3)
        self.assertEqual(part.content[0], signals.content[2])

    def test_no_pieces_are_no_frames(self):
        join_saved([], self.path)

        self.assertEqual(len(Signals.load(self.path)), 0)
        self.assertEqual(len(empty_signals()), 0)


if __name__ == "__main__":
    unittest.main()
