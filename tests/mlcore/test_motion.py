import unittest
from fractions import Fraction

import numpy as np

from mlcore.matching.motion import MOTION_FLOOR, measure_motion, motion_windows
from mlcore.shots.signals import SignalRecorder
from mlcore.spans import Span
from tests.mlcore.drawn import SMALL, pan, texture

RATE = Fraction(24)


def uniform(right, down, frames=10):
    flow = np.zeros((frames, 9, 16, 2), np.float16)
    flow[..., 0], flow[..., 1] = right, down
    return flow


def flow_of(frames):
    recorder = SignalRecorder()
    for frame in frames:
        recorder.push(frame)
    return recorder.take().flow[1:]


class MotionTests(unittest.TestCase):
    def test_speed_is_in_widths_a_second_by_hand(self):
        motion = measure_motion(uniform(0.003, 0.004), RATE)

        self.assertAlmostEqual(motion.speed, 0.005 * 24, delta=1e-4)
        self.assertEqual(motion.vector.shape, (288,))
        self.assertAlmostEqual(float(np.linalg.norm(motion.vector)), 1.0, places=5)
        right, down = motion.vector.reshape(9, 16, 2)[4, 8]
        self.assertAlmostEqual(down / right, 4 / 3, delta=0.01)

    def test_one_pan_at_two_frame_rates_has_one_speed(self):
        film = measure_motion(uniform(0.004, 0), Fraction(25))
        video = measure_motion(uniform(0.002, 0), Fraction(50))

        self.assertAlmostEqual(film.speed, video.speed, places=4)

    def test_a_known_pan_is_measured_in_real_pixels(self):
        motion = measure_motion(flow_of(pan(1, 12, (3.0, 0.0))), RATE)

        self.assertAlmostEqual(motion.speed, 3 / SMALL[1] * 24, delta=0.03)
        right, _ = motion.vector.reshape(-1, 2).mean(axis=0)
        self.assertLess(right, -0.05)

    def test_a_still_shot_has_no_motion_grain_or_not(self):
        chance = np.random.default_rng(0)
        ground = texture(2).astype(np.float64)
        grainy = [
            (ground + chance.normal(0, 4, ground.shape)).clip(0, 255).astype(np.uint8)
            for _ in range(12)
        ]

        self.assertIsNone(measure_motion(flow_of([texture(2)] * 12), RATE))
        self.assertIsNone(measure_motion(flow_of(grainy), RATE))

    def test_shaking_there_and_back_averages_out(self):
        flow = uniform(0.005, 0)
        flow[::2] *= -1

        self.assertIsNone(measure_motion(flow, RATE))

    def test_somebody_crossing_and_a_subject_that_fills_half_do_not_count(self):
        flow = uniform(0.004, 0)
        flow[:, 2:6, 3:8] = (-0.01, 0.006)
        half = uniform(0.004, 0)
        half[:, :, :9] = (-0.01, 0.006)
        subject = np.zeros((36, 64), np.float32)
        subject[:, :36] = 1

        crossed = measure_motion(flow, RATE)
        beside = measure_motion(half, RATE, subjects=[subject])

        for motion in (crossed, beside):
            self.assertAlmostEqual(motion.speed, 0.004 * 24, delta=1e-3)
            right, down = motion.vector.reshape(-1, 2).mean(axis=0)
            self.assertAlmostEqual(float(down / right), 0.0, places=2)

    def test_a_subject_over_the_whole_picture_is_not_left_out(self):
        everything = np.ones((9, 16), np.float32)

        motion = measure_motion(uniform(0.004, 0), RATE, subjects=[everything])

        self.assertIsNotNone(motion)

    def test_the_floor_is_where_it_is_said_to_be(self):
        for factor, there in ((0.97, False), (1.03, True)):
            flow = uniform(factor * MOTION_FLOOR / 24, 0)
            with self.subTest(factor):
                self.assertEqual(measure_motion(flow, RATE) is not None, there)

    def test_no_frames_have_no_motion_and_odd_shapes_are_refused(self):
        self.assertIsNone(measure_motion(uniform(0, 0, 0), RATE))
        with self.assertRaisesRegex(ValueError, "n, h, w, 2"):
            measure_motion(np.zeros((3, 9, 16)), RATE)


class WindowTests(unittest.TestCase):
    def test_windows_lie_inside_the_shot_and_leave_the_cut_out(self):
        self.assertEqual(
            motion_windows(Span(100, 148)),
            (Span(101, 111), Span(119, 129), Span(138, 148)),
        )

    def test_a_short_shot_has_one_window_three_times(self):
        self.assertEqual(motion_windows(Span(5, 11)), (Span(6, 11),) * 3)

    def test_a_single_frame_has_none(self):
        self.assertIsNone(motion_windows(Span(5, 6)))


class SpanTests(unittest.TestCase):
    def test_a_span_is_half_open(self):
        span = Span(3, 7)

        self.assertEqual(len(span), 4)
        self.assertIn(3, span)
        self.assertNotIn(7, span)

    def test_an_empty_or_backward_span_is_refused(self):
        for first, end in ((3, 3), (4, 2), (-1, 5)):
            with self.subTest((first, end)), self.assertRaises(ValueError):
                Span(first, end)


if __name__ == "__main__":
    unittest.main()
