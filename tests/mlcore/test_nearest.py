import subprocess
import sys
import unittest

import numpy as np

from mlcore.matching.bits import iou_each, iou_every, iou_triangle, to_words
from mlcore.matching.compiled import loops
from mlcore.matching.kinds import FRAME
from mlcore.matching.nearest import nearest
from mlcore.matching.pairs import score_pairs
from tests.mlcore.rows import noise_masks, random_frame_rows

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
import numpy as np
from mlcore.matching.bits import iou_triangle, to_words
from mlcore.matching.compiled import loops
from mlcore.matching.nearest import nearest
from tests.mlcore.rows import noise_masks
assert loops() is None
words = to_words(noise_masks(90))
ious = np.concatenate([row.ravel() for _, row in iou_triangle(words)])
found = nearest(words, 7)
sys.stdout.buffer.write(ious.tobytes() + found.iou.tobytes() + found.partner.tobytes())
"""


def counted(masks):
    """Every IoU, a pair at a time, pixel by pixel: the reference."""
    bits = [np.unpackbits(np.frombuffer(mask, np.uint8)).astype(bool) for mask in masks]
    return np.array(
        [
            [
                np.float32(np.count_nonzero(a & b))
                / np.float32(max(np.count_nonzero(a | b), 1))
                for b in bits
            ]
            for a in bits
        ],
        np.float32,
    )


def sorted_table(table, k):
    """The k best of every row but itself, of equal ones the earliest."""
    table = table.copy()
    np.fill_diagonal(table, 0)
    names = np.broadcast_to(np.arange(len(table)), table.shape)
    order = np.lexsort((names, -table), axis=1)[:, :k]
    iou = np.take_along_axis(table, order, axis=1)
    return np.where(iou > 0, order, -1), iou


def mixed_masks(many):
    """Noise of all sizes, with equal ones, an empty and a full one among it."""
    masks = noise_masks(many)
    masks[3], masks[4], masks[7] = bytes(512), b"\xff" * 512, bytes(512)
    masks[20:26] = [masks[19]] * 6
    return masks


class EveryPairTests(unittest.TestCase):
    def test_every_pair_is_that_counted_pixel_by_pixel_to_the_bit(self):
        masks = mixed_masks(150)
        reference = counted(masks)
        for compiled in (True, False):
            with self.subTest(compiled=compiled):
                met = np.zeros((150, 150), bool)
                for first, found in iou_triangle(to_words(masks), compiled=compiled):
                    rows, columns = slice(first, first + len(found)), slice(first, None)
                    self.assertEqual(
                        found.tobytes(), reference[rows, columns].tobytes()
                    )
                    met[rows, columns] = True
                self.assertTrue(met[np.triu_indices(150)].all())

    def test_blocks_are_small_however_many_masks_there_are(self):
        words = to_words(noise_masks(300))

        sizes = [found.shape for _, found in iou_triangle(words)]

        self.assertLessEqual(max(rows for rows, _ in sizes), 64)
        self.assertEqual(sizes[-1], (300 % 64, 300 % 64))

    def test_a_worker_that_began_to_compile_gives_the_same_bits_as_before(self):
        words = to_words(mixed_masks(700))
        pairs = np.divmod(np.arange(700 * 700), 700)
        for _ in range(6):  # 2.9 million pairs: some before it is worth it, some after
            every = iou_every(words, words)
            each = iou_each(words[pairs[0][:700]], words[pairs[1][:700]])
            self.assertEqual(every[0].tobytes(), each.tobytes())

    def test_a_kinds_best_pairs_are_the_same_after_compiling(self):
        rows = random_frame_rows(40)
        before = score_pairs(FRAME, rows, 40)
        words = to_words(noise_masks(1500))
        iou_every(words, words)

        after = score_pairs(FRAME, rows, 40)

        self.assertEqual(before.score.tobytes(), after.score.tobytes())
        self.assertEqual(before.entering.tolist(), after.entering.tolist())


class NearestTests(unittest.TestCase):
    def test_the_best_partners_are_those_of_the_whole_sorted_table(self):
        masks = mixed_masks(200)
        words, table = to_words(masks), counted(masks)
        for k in (1, 2, 50, 199):
            partner, iou = sorted_table(table, k)
            for compiled in (True, False):
                with self.subTest(k=k, compiled=compiled):
                    found = nearest(words, k, compiled=compiled)

                    self.assertEqual(found.partner.tolist(), partner.tolist())
                    self.assertEqual(found.iou.tobytes(), iou.tobytes())

    def test_more_partners_than_there_are_leaves_places_empty(self):
        words = to_words(mixed_masks(30))
        for compiled in (True, False):
            found = nearest(words, 64, compiled=compiled)

            self.assertEqual(found.partner.shape, (30, 64))
            self.assertTrue((found.partner[:, 29:] == -1).all())
            self.assertTrue((found.iou[:, 29:] == 0).all())

    def test_an_empty_mask_has_no_partner_and_is_none(self):
        found = nearest(to_words(mixed_masks(30)), 29)

        self.assertTrue((found.partner[3] == -1).all())
        self.assertNotIn(3, found.partner[4])

    def test_the_order_of_the_masks_changes_only_their_names(self):
        words = to_words(noise_masks(120))
        turned = nearest(words[::-1], 10)

        found = nearest(words, 10)

        self.assertEqual(found.iou.tobytes(), turned.iou[::-1].tobytes())

    def test_no_masks_have_no_partners_and_no_partners_are_refused(self):
        self.assertEqual(nearest(to_words([]), 5).partner.shape, (0, 5))
        with self.assertRaisesRegex(ValueError, "at least one"):
            nearest(to_words(noise_masks(3)), 0)


class WithoutNumbaTests(unittest.TestCase):
    def test_without_numba_everything_comes_out_to_the_same_bit(self):
        self.assertIsNotNone(loops(), "numba is among the requirements")
        words = to_words(noise_masks(90))
        ious = np.concatenate([row.ravel() for _, row in iou_triangle(words)])
        found = nearest(words, 7)

        said = subprocess.run(
            [sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, check=True
        ).stdout

        ours = ious.tobytes() + found.iou.tobytes() + found.partner.tobytes()
        self.assertEqual(said, ours)


if __name__ == "__main__":
    unittest.main()
