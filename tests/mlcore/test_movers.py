import unittest

import cv2

from mlcore.flow import flow_finder
from mlcore.matching.camera import grid
from mlcore.matching.movers import Step, find_movers
from tests.mlcore.moving import SIDES, WIDE, scene

PLACES = grid(SIDES[1], SIDES[0], WIDE)


def step(shown):
    before, after = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in shown[:2])
    return Step(before, after, flow_finder().calc(before, after, None) / SIDES[0])


class MoverTests(unittest.TestCase):
    def test_a_mover_is_found_where_it_is_under_a_moving_camera(self):
        shown, mask = scene((2.0, 1.0), (3.0, 0.0))

        found = find_movers(step(shown), PLACES, 0.001)

        inside = (found * mask).sum() / mask.sum()
        self.assertGreater(inside, 0.85)
        self.assertLess((found * (1 - mask)).sum() / mask.sum(), 0.7)

    def test_a_camera_alone_and_a_still_picture_show_nobody(self):
        for camera in ((0.0, 0.0), (3.0, 0.0), (-2.0, 4.0)):
            with self.subTest(camera):
                shown, _ = scene(camera, (0.0, 0.0))

                self.assertIsNone(find_movers(step(shown), PLACES, 0.001))

    def test_a_blank_piece_of_a_panned_picture_is_not_taken_for_a_mover(self):
        shown, _ = scene((4.0, 0.0), (0.0, 0.0))
        for time in range(2):
            shown[time][40:140, 60 + 4 * time : 200 + 4 * time] = 128
        seen = step(shown)
        seen.flow[60:120, 80:180] = 0.0  # As of a finder that leaves it where it was.

        # Where nothing is to be seen, no movement explains the picture better.
        self.assertIsNone(find_movers(seen, PLACES, 0.001))


if __name__ == "__main__":
    unittest.main()
