import unittest
from fractions import Fraction
from itertools import accumulate

import cv2
import numpy as np
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from mlcore.metrics import f1_for_cuts
from mlcore.shots.detect import ShotConfig, find_shots
from mlcore.shots.signals import SignalRecorder, empty_signals
from mlcore.shots.transnetv2 import CutNetwork
from mlcore.spans import Span
from tests.mlcore.drawn import compressed, figure, flat, painted, pan, still, texture
from tests.mlcore.photographs import sample, weights_folder
from tests.mlcore.transitions import TRANSITIONS, draw_film, looked_at

RATE = Fraction(24000, 1001)


def recorded(*shots):
    recorder = SignalRecorder()
    for shot in shots:
        for frame in shot:
            recorder.push(frame)
    return recorder.take()


def cuts(signals, config=None):
    found = find_shots(signals, RATE, config or ShotConfig())
    return [span.first for span in found[1:]]


def truth(*shots):
    return list(accumulate(len(shot) for shot in shots))[:-1]


def walker(seed, frames):
    """A figure walking through a still picture."""
    ground = texture(seed, swing=25)
    return [
        painted(
            ground, figure((144, 256), (0.1 + 0.8 * n / frames, 0.55)), (20, 20, 60)
        )
        for n in range(frames)
    ]


class TruthTests(unittest.TestCase):
    def test_hard_cuts_are_found_on_their_very_frame(self):
        shots = [
            pan(1, 30),
            walker(2, 24),
            still(texture(3), 12),
            pan(4, 40, (6.0, 1.0)),
            still(texture(5), 7),
            pan(6, 6, (0.0, 3.0)),
            walker(7, 30),
        ]

        found = cuts(recorded(*shots))

        self.assertEqual(found, truth(*shots))
        self.assertEqual(f1_for_cuts(truth(*shots), found).f1, 1.0)

    def test_they_are_found_in_a_compressed_film_too(self):
        shots = [
            pan(10, 20),
            walker(11, 20),
            pan(12, 20, (0, 2)),
            still(texture(13), 20),
        ]
        poor = [[compressed(frame, 35) for frame in shot] for shot in shots]

        self.assertEqual(cuts(recorded(*poor)), truth(*shots))

    def test_red_to_green_of_one_luma_is_a_cut(self):
        red, green = (76, 76, 255), (10, 180, 30)
        weights = np.array([0.114, 0.587, 0.299])
        self.assertAlmostEqual(weights @ red, weights @ green, delta=15)
        shots = [still(flat(red), 15), still(flat(green), 15)]

        self.assertEqual(cuts(recorded(*shots)), [15])

    def test_neither_a_pan_nor_a_walk_nor_a_slow_change_of_light_is_a_cut(self):
        room = texture(20, swing=30)
        dimmed = [(room * (1 - n / 60)).astype(np.uint8) for n in range(40)]
        for name, shot in {
            "pan": pan(21, 50, (9.0, 2.0)),
            "walk": walker(22, 50),
            "light": dimmed,
        }.items():
            with self.subTest(name):
                self.assertEqual(cuts(recorded(shot)), [])

    def test_a_flash_is_not_a_cut(self):
        for length in (1, 2, 3):
            with self.subTest(frames=length):
                clip = pan(23, 40)
                clip[20 : 20 + length] = [flat((250, 250, 250))] * length

                self.assertEqual(cuts(recorded(clip)), [])

    def test_a_cut_soon_after_a_flash_is_found(self):
        clip = pan(24, 30)
        clip[24] = flat((250, 250, 250))

        self.assertEqual(cuts(recorded(clip, pan(25, 30))), [30])

    def test_a_burst_of_several_pictures_is_no_cut_while_its_shot_comes_back(self):
        for lengths in ((3, 4), (2, 3, 2), (1, 5, 5, 2)):
            with self.subTest(lengths):
                clip = pan(26, 60, (0.5, 0))
                burst = [
                    frame
                    for n, length in enumerate(lengths)
                    for frame in still(texture(90 + n), length)
                ]
                clip[20 : 20 + len(burst)] = burst

                self.assertEqual(cuts(recorded(clip, pan(27, 30))), [60])

    def test_a_shot_between_two_parts_of_another_is_found_beside_a_burst(self):
        a, b = pan(28, 60, (0.5, 0)), still(texture(94), 6)
        clip = [*a[:20], *still(texture(95), 2), *b, *a[28:]]

        self.assertEqual(cuts(recorded(clip)), [20, 28])

    def test_shots_of_six_frames_survive(self):
        shots = [still(texture(30 + n), 6) for n in range(8)]

        self.assertEqual(cuts(recorded(*shots)), truth(*shots))

    def test_a_shortest_shot_can_be_asked_for(self):
        shots = [still(texture(40 + n), 8) for n in range(5)]

        self.assertEqual(cuts(recorded(*shots), ShotConfig(shortest=12)), [16])

    def test_a_cut_to_black_and_out_of_it_is_found_even_in_the_dark(self):
        dark = [(frame * 0.12).astype(np.uint8) for frame in pan(50, 20)]
        shots = [dark, still(flat((0, 0, 0)), 12), pan(51, 20)]

        self.assertEqual(cuts(recorded(*shots)), [20, 32])

    def test_a_light_wall_that_somebody_leaves_is_no_dip_to_white(self):
        wall = flat((120, 255, 255))
        leaves = [
            painted(wall, figure((144, 256), (0.3 + 0.05 * n, 0.55)), (20, 20, 60))
            for n in range(14)
        ]
        shots = [pan(60, 20), [*leaves, *still(wall, 3)], pan(61, 20)]

        self.assertEqual(cuts(recorded(*shots)), truth(*shots))

    def test_a_fade_through_black_divides_two_shots(self):
        out = [(f * (1 - n / 20)).astype(np.uint8) for n, f in enumerate(pan(52, 21))]
        back = [(f * (n / 20)).astype(np.uint8) for n, f in enumerate(pan(53, 21))]
        for black in (0, 10):
            with self.subTest(black=black):
                film = recorded(out, still(flat((0, 0, 0)), black), back)

                found = find_shots(film, RATE)

                self.assertEqual(len(found), 3 if black else 2)
                for span, edge in zip(found[1:], (21, 21 + black), strict=False):
                    self.assertLessEqual(abs(span.first - edge), 4)

    def test_the_cuts_of_the_sample_titles_are_all_found_and_no_others(self):
        for name in ("reel_one", "reel_two", "rushes_a001"):
            with self.subTest(name):
                title = sample(name)
                recorder = SignalRecorder()
                for frame in title.all_frames():
                    scale = 256 / frame.shape[1]
                    size = (256, round(frame.shape[0] * scale))
                    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
                    recorder.push(np.ascontiguousarray(small[..., ::-1]))

                found = cuts(recorder.take())

                self.assertEqual(found, title.truth["cuts"])


GRADUAL = (
    "dissolve, 12 frames",
    "fade out and in, 12 frames of black",
    "flash inside a shot",
)


class TransitionTests(unittest.TestCase):
    """Films from photographs, one kind of transition each; bench/shots has the table."""

    def test_every_kind_of_transition_is_found_within_two_frames(self):
        for name in TRANSITIONS:
            with self.subTest(name):
                film = draw_film(name, 11, shots=3)

                found = cuts(recorded(film.frames))

                self.assertEqual(f1_for_cuts(film.cuts, found, 2).f1, 1.0, found)

    def test_the_network_finds_them_too(self):
        network = CutNetwork(weights_folder() / "transnetv2.safetensors")
        for name in GRADUAL:
            with self.subTest(name):
                film = draw_film(name, 12, shots=3)
                likely = np.concatenate(list(network.predict(looked_at(film))))

                spans = find_shots(recorded(film.frames), RATE, likely=likely)

                found = [span.first for span in spans[1:]]
                self.assertEqual(f1_for_cuts(film.cuts, found, 2).f1, 1.0, found)

    def test_answers_for_another_film_are_refused(self):
        with self.assertRaisesRegex(ValueError, "9 frames were answered for"):
            find_shots(recorded(pan(80, 12)), RATE, likely=np.zeros((9, 2), np.float32))


class RuleTests(unittest.TestCase):
    def test_without_flash_or_black_the_cuts_are_those_of_adaptivedetector(self):
        shots = [
            pan(60, 25),
            walker(61, 25),
            pan(62, 25, (5, 0)),
            still(texture(63), 25),
        ]
        detector = AdaptiveDetector(min_scene_len=6)
        frames = [frame for shot in shots for frame in shot]
        expected = []
        for number, frame in enumerate(frames):
            at = FrameTimecode(number, fps=RATE)
            expected += [c.frame_num for c in detector.process_frame(at, frame)]

        self.assertEqual(cuts(recorded(*shots)), expected)
        self.assertEqual(expected, truth(*shots))

    def test_another_threshold_needs_no_other_look_at_the_frames(self):
        signals = recorded(still(texture(64), 20), still(texture(65), 20))

        self.assertEqual(cuts(signals, ShotConfig(min_content=250.0)), [])
        self.assertEqual(cuts(signals), [20])

    def test_spans_cover_every_frame_once(self):
        found = find_shots(recorded(pan(66, 20), pan(67, 20), pan(68, 20)), RATE)

        self.assertEqual(found, [Span(0, 20), Span(20, 40), Span(40, 60)])

    def test_no_frame_gives_no_shot_and_one_frame_gives_one(self):
        self.assertEqual(find_shots(empty_signals(), RATE), [])
        self.assertEqual(find_shots(recorded([texture(69)]), RATE), [Span(0, 1)])

    def test_the_same_signals_always_give_the_same_shots(self):
        signals = recorded(pan(70, 30), walker(71, 30))

        self.assertEqual(find_shots(signals, RATE), find_shots(signals, RATE))

    def test_a_config_without_sense_is_refused(self):
        for wrong in ({"window": 0}, {"shortest": 0}):
            with self.subTest(wrong), self.assertRaises(ValueError):
                ShotConfig(**wrong)


if __name__ == "__main__":
    unittest.main()
