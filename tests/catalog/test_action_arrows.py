import unittest

from catalog.views.drawing import arrows_inside, flow_arrows


class ArrowTests(unittest.TestCase):
    def test_only_arrows_that_begin_inside_a_mask_are_kept(self):
        arrows = flow_arrows([1.0, 0.0] * 144)
        left_half = ("1" * 32 + "0" * 32) * 64

        kept = arrows_inside(arrows, [left_half])

        self.assertEqual((len(arrows), len(kept)), (144, 72))
        self.assertTrue(all(arrow.x1 < 8 for arrow in kept))
        self.assertEqual(arrows_inside(arrows, []), [])


if __name__ == "__main__":
    unittest.main()
