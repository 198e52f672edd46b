import unittest

import numpy as np

from mlcore.matching.camera import Camera, fit_camera, grid

WIDE = 16 / 9


def flow_of(camera, places, noise=0.0, seed=0):
    chance = np.random.default_rng(seed)
    return camera.field(places) + chance.normal(0, noise, (*places.shape, 2))


class CameraTests(unittest.TestCase):
    places = grid(9, 16, WIDE).ravel()

    def test_places_are_in_widths_from_the_middle(self):
        places = grid(2, 4, 2.0)

        self.assertEqual(places[0, 0], complex(-0.375, -0.125))
        self.assertEqual(places[1, 3], complex(0.375, 0.125))

    def test_zoom_and_roll_by_hand(self):
        at = np.array([complex(0.5, 0.0)])

        zoomed = Camera(0j, 0.02 + 0j).field(at)
        rolled = Camera(0.01 + 0j, 0.02j).field(at)

        np.testing.assert_allclose(zoomed, [[0.01, 0.0]])
        np.testing.assert_allclose(rolled, [[0.01, 0.01]])

    def test_a_known_camera_is_found_again(self):
        camera = Camera(complex(0.004, -0.002), complex(0.006, 0.003))

        found = fit_camera(self.places, flow_of(camera, self.places))

        self.assertAlmostEqual(found.shift, camera.shift, places=6)
        self.assertAlmostEqual(found.turn, camera.turn, places=6)

    def test_two_fifths_that_move_otherwise_do_not_count(self):
        camera = Camera(complex(0.004, 0.001), 0j)
        flow = flow_of(camera, self.places, noise=0.0001)
        flow[:58] = (-0.006, 0.005)

        found = fit_camera(self.places, flow)

        self.assertLess(abs(found.shift - camera.shift), 0.0001)

    def test_the_same_flow_gives_the_same_camera(self):
        flow = flow_of(Camera(0.003 + 0j, 0j), self.places, noise=0.001, seed=3)

        self.assertEqual(fit_camera(self.places, flow), fit_camera(self.places, flow))

    def test_one_place_is_no_picture(self):
        with self.assertRaisesRegex(ValueError, "at least 2"):
            fit_camera(self.places[:1], np.zeros((1, 2)))


if __name__ == "__main__":
    unittest.main()
