import unittest

import numpy as np

from mlcore.components.suggesting.context import contexts_of
from mlcore.components.suggesting.measures import MEASURES, Side, measured


def camera(right=0.0, down=0.0, outwards=0.0):
    """The camera's row of a field in widths per second: vector and speed."""
    across = ((np.arange(16) + 0.5) / 16 - 0.5)[None, :]
    along = ((np.arange(9) + 0.5) / 9 - 0.5)[:, None] * 9 / 16
    field = np.stack(
        np.broadcast_arrays(right + 2 * outwards * across, down + 2 * outwards * along),
        axis=-1,
    )
    length = np.linalg.norm(field)
    speed = length / np.sqrt(9 * 16 * 2) * np.sqrt(2)
    return {"camera": (field / length).ravel(), "speed": float(speed)}


class MeasuresTests(unittest.TestCase):
    def test_every_measure_is_there_under_its_name(self):
        found = measured(Side(), Side())

        self.assertEqual(list(found), [measure.name for measure in MEASURES])
        self.assertEqual(
            contexts_of(MEASURES, [found]).values.shape, (1, len(MEASURES))
        )

    def test_the_camera_is_taken_apart(self):
        found = measured(Side(**camera(0.3, -0.1)), Side(**camera(outwards=0.2)))

        self.assertAlmostEqual(found["leaving pan"], 0.3)
        self.assertAlmostEqual(found["leaving tilt"], -0.1)
        self.assertAlmostEqual(found["leaving zoom"], 0.0)
        self.assertAlmostEqual(found["entering pan"], 0.0)
        self.assertAlmostEqual(found["entering zoom"], 0.2)

    def test_movements_that_go_on_and_those_that_turn_round_differ_in_sign(self):
        right, left = Side(**camera(0.3)), Side(**camera(-0.3))

        self.assertGreater(measured(right, right)["goes on"], 0.2)
        self.assertLess(measured(right, left)["goes on"], -0.2)
        self.assertEqual(measured(right, Side())["goes on"], 0.0)

    def test_what_changes_has_a_sign(self):
        light = np.zeros(24)
        light[0], light[8] = 0.2, -0.1
        found = measured(
            Side(light=np.zeros(24), loudness=0.1), Side(light=light, loudness=0.01)
        )

        self.assertAlmostEqual(found["lighter"], 0.2)
        self.assertAlmostEqual(found["warmer"], -0.1)
        self.assertAlmostEqual(found["louder"], -20.0)
        self.assertAlmostEqual(found["loudness"], -30.0)

    def test_without_a_row_it_is_not_known_rather_than_nothing(self):
        found = measured(Side(observed=False), Side(look=np.ones(4)))

        for name in ("leaving pan", "goes on", "look", "lighter", "louder"):
            self.assertIsNone(found[name], name)
        self.assertEqual(found["entering pan"], 0.0)
