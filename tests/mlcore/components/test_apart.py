import unittest

import torch

from mlcore.components.apart import NEAREST, drawn, materials, nearest
from mlcore.components.catalogue import components_of
from mlcore.components.component import Component
from mlcore.components.stretch import Layout

LAYOUT = Layout(frames=4, height=32, width=32)


def steep(preset: int, slope: float) -> Component:
    return Component("filter", "high contrast", preset, {"slope": slope})


class ApartTests(unittest.TestCase):
    def test_materials_are_eight_clips_of_which_every_other_moves(self):
        found = materials(LAYOUT)

        self.assertEqual([tuple(one.shape) for one in found], [(4, 3, 32, 32)] * 8)
        moving = [not torch.equal(one[0], one[-1]) for one in found]
        self.assertEqual(moving, [False, True] * 4)
        self.assertTrue(all(one.min() >= 0 and one.max() <= 1 for one in found))

    def test_a_pair_that_hardly_differs_is_found_and_named(self):
        components_of("filter")  # names the programs
        pair = [steep(0, 1.8), steep(1, 1.81), steep(2, 2.6)]

        ((apart, one, other),) = nearest(pair, LAYOUT)

        self.assertLess(apart, NEAREST)
        self.assertEqual(
            (one, other), ("filter/high contrast/0", "filter/high contrast/1")
        )

    def test_looking_at_blocks_first_hides_no_pair(self):
        some = list(components_of("filter")[:40])
        below = 0.12

        found = {(one, other) for _, one, other in nearest(some, LAYOUT, below)}

        seen = materials(LAYOUT)
        clips = [
            torch.stack([drawn(each, one, LAYOUT) for one in seen]) for each in some
        ]
        true = {
            (some[one].key, some[other].key)
            for other in range(len(some))
            for one in range(other)
            if float((clips[one] - clips[other]).abs().mean()) < below - 1 / 255
        }
        self.assertGreater(len(true), 20)
        self.assertLessEqual(true, found)


if __name__ == "__main__":
    unittest.main()
