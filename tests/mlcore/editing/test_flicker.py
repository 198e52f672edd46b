"""Flicker is what motion does not explain."""

import unittest

import cv2
import numpy as np

from mlcore.editing.flicker import flicker_curves

WIDE, HIGH, FRAMES = 128, 72, 6


def moving(step: int = 2) -> np.ndarray:
    """Blotches that go to the right."""
    chance = np.random.default_rng(1)
    coarse = chance.uniform(40, 210, (HIGH // 6, (WIDE + 60) // 6, 3))
    ground = cv2.resize(coarse, (WIDE + 60, HIGH), interpolation=cv2.INTER_CUBIC)
    frames = [ground[:, 40 - step * t : 40 - step * t + WIDE] for t in range(FRAMES)]
    return np.stack(frames).clip(0, 255).astype(np.uint8)


class FlickerTests(unittest.TestCase):
    def setUp(self):
        self.frames = moving()
        self.cover = np.zeros(self.frames.shape[:3], np.float32)
        self.cover[:, 20:50, 40:90] = 1

    def test_what_moves_flickers_little_and_noise_of_every_frame_its_own_much(self):
        noise = np.random.default_rng(2).normal(0, 20, self.frames.shape)
        noisy = (self.frames + noise).clip(0, 255).astype(np.uint8)

        told: list[float] = []
        restless, calm = flicker_curves(noisy, self.frames, self.cover, told.append)

        self.assertEqual((len(calm), len(restless)), (FRAMES - 1, FRAMES - 1))
        self.assertEqual((len(told), told[-1]), (FRAMES - 1, 1))
        self.assertLess(max(calm), 0.01)
        # Half of it is averaged away where the frame before is read between pixels.
        self.assertGreater(min(restless), 0.05)

    def test_only_what_is_covered_counts(self):
        changed = self.frames.copy()
        changed[3:, 20:50, 40:90] //= 2

        inside, _own = flicker_curves(changed, self.frames, self.cover)
        outside, _own = flicker_curves(changed, self.frames, 1 - self.cover)

        self.assertEqual(int(np.argmax(inside)), 2)
        self.assertGreater(inside[2], 0.1)
        self.assertLess(outside[2], 0.03)
        both = flicker_curves(changed, self.frames, np.zeros_like(self.cover))
        self.assertEqual(both, ([0.0] * (FRAMES - 1),) * 2)

    def test_a_clip_is_to_itself_what_it_is_beside_another(self):
        changed = self.frames[:, ::-1].copy()

        _other, beside = flicker_curves(changed, self.frames, self.cover)

        made, own = flicker_curves(self.frames, self.frames, self.cover)
        self.assertEqual(made, own)
        self.assertEqual(beside, own)


if __name__ == "__main__":
    unittest.main()
