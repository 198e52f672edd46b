"""How transitions go: measured, shipped for all of them, and told beside embeddings."""

import unittest

import numpy as np

from mlcore.components.catalogue import component, components_of
from mlcore.components.suggesting.manner import (
    COUNTS,
    NAMES,
    kept_manners,
    manners_of,
    with_manner,
)


def measured(*keys):
    """One dictionary of measures by name for each transition."""
    rows = manners_of([component(f"transition/{key}/0") for key in keys])
    return [dict(zip(NAMES, row.tolist(), strict=True)) for row in rows]


class MeasuredTests(unittest.TestCase):
    def test_pushes_move_where_they_push(self):
        right, left, down, up = measured(
            "push right", "push left", "push down", "push up"
        )

        self.assertGreater(right["moves right"], 0.2)
        self.assertLess(left["moves right"], -0.2)
        self.assertGreater(down["moves down"], 0.1)
        self.assertLess(up["moves down"], -0.1)
        self.assertLess(abs(right["moves down"]), 0.3 * right["moves right"])

    def test_wipes_come_from_where_they_begin_and_a_dissolve_from_nowhere(self):
        wipes = measured("push right", "push left", "cross dissolve")
        first, second, dissolve = (each["comes from the left"] for each in wipes)

        self.assertGreater(first, 0.01)
        self.assertLess(second, -0.01)
        self.assertLess(abs(dissolve), 0.1 * first)

    def test_a_dip_to_white_lightens_and_one_to_black_darkens(self):
        white, black = measured("dip to white", "dip to black")

        self.assertGreater(white["lightens"], 5 * black["lightens"])
        self.assertGreater(black["darkens"], 5 * white["darkens"])


class KeptTests(unittest.TestCase):
    def test_every_transition_has_one_of_usual_size(self):
        kept = kept_manners()

        self.assertEqual(set(kept), {each.key for each in components_of("transition")})
        rows = np.array(list(kept.values()))
        np.testing.assert_allclose(rows.mean(axis=0), 0, atol=0.1)
        np.testing.assert_allclose(rows.std(axis=0), 1, atol=0.35)

    def test_what_ships_is_what_is_measured(self):
        kept = kept_manners()
        keys = ["transition/push right/0", "transition/cross dissolve/0"]
        now = np.subtract(*manners_of([component(key) for key in keys]))
        shipped = kept[keys[0]] - kept[keys[1]]

        self.assertEqual(np.sign(now).tolist(), np.sign(shipped).tolist())

    def test_embeddings_stay_and_unknown_ones_have_no_manner(self):
        embeddings = np.eye(3)[:2]
        keys = ["transition/push right/0", "transition/of somebody else/0"]

        rows = with_manner(keys, embeddings)

        np.testing.assert_array_equal(rows[:, :3], embeddings)
        self.assertEqual(rows.shape, (2, 3 + len(NAMES)))
        self.assertFalse(rows[1, 3:].any())
        usual = np.linalg.norm(
            with_manner(list(kept_manners()), np.zeros((len(kept_manners()), 0))),
            axis=1,
        )
        self.assertAlmostEqual(float((usual**2).mean() ** 0.5), COUNTS, delta=0.3)


if __name__ == "__main__":
    unittest.main()
